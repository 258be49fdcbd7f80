"""The README tells the truth: its commands exist, its exit codes are the program's, its output is what one gets."""

import re
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def readme(root):
    return (root / "README.md").read_text(encoding="utf-8")


def audit(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "auditor", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def normal(text):
    """Text without what differs from run to run: keys, ports, commits, times, and how a word fills its column."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "KEY", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"code [0-9a-f]{8}( clean|, \d+ files? changed)?", "code COMMIT", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d{6}Z", "TIME", text)


def test_commands_are_those_of_the_program(readme, root):
    listed = set(re.findall(r"^  ([a-z]+) ", audit("--help", cwd=root).stdout.partition("Commands:")[2], re.MULTILINE))
    assert listed == set(re.findall(r"`audit ([a-z]+)", readme)) & (listed | {"run"})
    told = set(re.findall(r"`audit (?:run )?(--[a-z-]+)", readme)) | {"--fail-on"}
    assert told <= set(re.findall(r"--[a-z-]+", audit("run", "--help", cwd=root).stdout))


def test_exit_codes_are_those_of_the_help(readme, root):
    codes = re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)
    assert codes == re.findall(r"^ +(\d+)  ", audit("--help", cwd=root).stdout, re.MULTILINE)


def test_output_of_the_demonstration(readme, tmp_path):
    (block,) = re.findall(r"```text\n(.*?)```", readme, re.DOTALL)
    done = audit("demo", cwd=tmp_path)
    assert done.returncode == 4
    printed = set(normal(done.stdout + done.stderr).splitlines())
    for line in normal(block).splitlines():
        assert line in printed or line in {"", "..."}
    assert {file.name for file in next(tmp_path.glob("reports/out/demo/prod/*")).iterdir()} == {
        "manifest.json",
        "report.html",
        "report.json",
        "snapshot.jsonl.gz",
        "sources.jsonl.gz",
    }


def test_settings_it_shows_are_settings(readme, tmp_path):
    (block,) = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    (tmp_path / "terraform" / "dynamodb" / "envs" / "prod").mkdir(parents=True)
    (tmp_path / "audit.toml").write_text(block)
    from auditor.settings import load  # noqa: PLC0415 - only here

    assert load(tmp_path, {}).environment("prod").account == "111122223333"


def test_files_it_links_to_exist(readme, root):
    links = re.findall(r"\]\(([^)#]+)\)", readme)
    assert links
    for link in links:
        assert (root / link).exists(), link
