"""The repository's state: what git tells of the audited folder, and nothing where it tells nothing."""

import subprocess

import pytest

from auditor import repository


def git(folder, *arguments):
    subprocess.run(
        ["git", "-c", "user.name=tests", "-c", "user.email=tests@example.invalid", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def checkout(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "main.tf").write_text("")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_a_clean_checkout(checkout):
    state = repository.state(checkout)
    assert (state["branch"], state["dirty"]) == ("main", 0)
    assert len(state["commit"]) == 40


def test_changed_and_untracked_files_are_counted(checkout):
    (checkout / "main.tf").write_text("locals {}")
    (checkout / "new.tf").write_text("")
    assert repository.state(checkout)["dirty"] == 2


def test_no_repository_is_no_state(tmp_path):
    assert repository.state(tmp_path) == {}


def test_no_git_is_no_state(checkout, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert repository.state(checkout) == {}


def test_a_monitor_configured_in_the_repository_is_not_started(checkout):
    script = checkout / "monitor.sh"
    script.write_text("#!/bin/sh\ntouch started\n")
    script.chmod(0o755)
    git(checkout, "config", "core.fsmonitor", str(script))
    repository.state(checkout)
    assert not (checkout / "started").exists()
