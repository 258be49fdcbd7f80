from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.rule_commands import rules


@pytest.fixture
def audit(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(rules, arguments)


def test_all_rules_are_listed(audit):
    listed = audit("list").output
    assert "SEC-001" in listed
    assert "SEC-015" not in listed


def test_planned_rules_are_listed_alone(audit):
    listed = audit("list", "--planned").output
    assert "Nightly run is not overdue: a run is judged before it is set beside the one before" in listed
    assert "SEC-015" in listed
    assert "SEC-001" not in listed


def test_the_rules_of_a_framework_with_its_controls(audit):
    listed = audit("list", "--framework", "gdpr").output
    assert "IAM-001" in listed
    assert "judgement Art.32" in listed
    assert "DRIFT-001" not in listed


def test_a_framework_that_nobody_knows(audit):
    done = audit("list", "--framework", "gpdr")
    assert done.exit_code == 2
    assert "there are" in done.output


def test_what_is_covered(audit):
    assert "nist_800_53_r5" in audit("coverage").output
    told = audit("coverage", "--framework", "gdpr").output
    assert any(line.startswith("Art.32 ") and "IAM-001 (judgement)" in line for line in told.splitlines())
    assert "Art.99" in told.splitlines()


def test_a_new_rule_loads_and_its_tests_pass(audit, tmp_path):
    done = audit("new", "sec-901")
    made = done.stdout.strip()
    assert made == str(tmp_path / "rules" / "sec" / "SEC-901-new.yaml")
    assert 'add paths = ["rules"] under [rules]' in done.stderr
    assert audit("test", made).output == "5 passed, 0 failed\n"


def test_a_new_rule_goes_into_the_folder_that_audit_toml_names_though_there_is_none_yet(audit, tmp_path):
    (tmp_path / "audit.toml").write_text('[rules]\npaths = ["ours"]\n')
    done = audit("new", "SEC-901")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "SEC-901" in audit("list").output


def test_a_folder_without_rules_proves_nothing(audit, tmp_path):
    done = audit("test", str(tmp_path))
    assert done.exit_code == 2
    assert "no rules in" in done.output


def test_a_failing_test_is_told(audit):
    made = Path(audit("new", "SEC-901", "--into", "mine").stdout.strip())
    made.write_text(made.read_text().replace("UPDATING", "ACTIVE"))
    done = audit("test", str(made))
    assert done.exit_code == 1
    assert "'otherwise': expected fail, got pass" in done.output


def test_own_rules_are_among_the_tested_ones(audit, tmp_path):
    audit("new", "SEC-901", "--into", "mine")
    (tmp_path / "audit.toml").write_text('[rules]\npaths = ["mine"]\n')
    assert "SEC-901" in audit("list").output
    assert audit("test").exit_code == 0
