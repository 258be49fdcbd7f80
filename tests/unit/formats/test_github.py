import re

from auditor.formats.github import render

COMMAND = re.compile(r"::(error|warning|notice) (?:file=[^,:]+,line=\d+,col=\d+,)?title=[^,:]*::[^\r\n]*")


def test_an_annotation_stands_at_the_line_at_fault(report):
    assert (
        "::error file=terraform/dynamodb/envs/prod/terraform.tfvars,line=9,col=3,title=DRIFT-006 high::"
        "koneksi-prod-billing-events: Deletion protection was turned off outside the code. Declared true, live false. "
        "Also SEC-004.\n"
    ) in render(report).decode()


def test_what_no_code_declares_has_no_file(report):
    assert "::error title=DRIFT-002 high::koneksi-prod-scratch: " in render(report).decode()


def test_commands_follow_severity_and_unknowns_are_notices(report):
    lines = render(report).decode().splitlines()
    assert all(COMMAND.fullmatch(line) for line in lines)
    commands = [line.split()[0] for line in lines[:-1]]
    assert commands == sorted(commands, key=["::error", "::warning", "::notice"].index)
    assert sum("unknown::" in line for line in lines) == report["totals"]["findings"]["unknown"]
    assert all(line.startswith("::notice") for line in lines if "unknown::" in line)


def test_the_verdict_is_the_last_annotation(report):
    assert render(report).decode().splitlines()[-1].startswith("::error title=Not compliant::16 results fail")


def test_hostile_text_forges_no_command(report, spoiled):
    lines = render(spoiled).decode().splitlines()
    assert len(lines) == len(render(report).decode().splitlines())
    assert all(COMMAND.fullmatch(line) for line in lines)
    assert all("%" not in line.replace("%25", "").replace("%3A", "").replace("%2C", "") for line in lines)
