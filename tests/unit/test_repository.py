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


def state_of(folder, *names):
    return repository.state(folder, [folder / name for name in names or ("main.tf",)], folder)


def test_a_clean_checkout(checkout):
    state = state_of(checkout)
    assert (state["branch"], state["dirty"]) == ("main", 0)
    assert len(state["commit"]) == 40


def test_changed_and_untracked_files_are_counted(checkout):
    (checkout / "main.tf").write_text("locals {}")
    (checkout / "new.tf").write_text("")
    assert state_of(checkout, "main.tf", "new.tf")["dirty"] == 2


def test_files_are_counted_wherever_they_lie_and_others_are_not(checkout):
    for name in ("env/main.tf", "module/main.tf", "module/gone.tf", "module/moved.tf", "README.md"):
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).write_text(name)
    git(checkout, "add", ".")
    git(checkout, "commit", "-q", "-m", "second")
    read = ("env/main.tf", "module/main.tf", "audit.toml")

    def state():
        return repository.state(checkout / "env", [checkout / name for name in read], checkout / "env")

    assert (state()["dirty"], state()["folder"]) == (0, "env")
    (checkout / "README.md").write_text("changed")
    (checkout / "other.toml").write_text("")
    assert state()["dirty"] == 0
    (checkout / "module" / "main.tf").write_text("changed")
    assert state()["dirty"] == 1
    (checkout / "module" / "gone.tf").unlink()
    assert state()["dirty"] == 2
    git(checkout, "mv", "module/moved.tf", "moved.tf")
    assert state()["dirty"] == 3
    (checkout / "audit.toml").write_text("")
    assert state()["dirty"] == 4


def test_what_is_ignored_or_lies_elsewhere_is_in_no_commit(checkout, tmp_path_factory):
    (checkout / ".gitignore").write_text("*.tfvars\nmade/\n.terraform/\n")
    git(checkout, "add", ".")
    git(checkout, "commit", "-q", "-m", "second")
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "module.tf"
    elsewhere.write_text("")
    for name in ("terraform.tfvars", "made/policy.json", ".terraform/modules/table/main.tf"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("")
    assert state_of(checkout, "main.tf", ".terraform/modules/table/main.tf")["dirty"] == 0
    assert state_of(checkout, "main.tf", "terraform.tfvars")["dirty"] == 1
    assert state_of(checkout, "main.tf", "made/policy.json")["dirty"] == 1
    assert state_of(checkout, "main.tf", str(elsewhere))["dirty"] == 1


def test_names_are_told_as_they_are(checkout):
    odd = 'a "quoted" *\tname é.tf'
    (checkout / odd).write_text("")
    assert state_of(checkout, "main.tf", odd)["dirty"] == 1
    git(checkout, "add", ".")
    git(checkout, "commit", "-q", "-m", "second")
    assert state_of(checkout, "main.tf", odd)["dirty"] == 0


def test_no_repository_and_no_commit_are_no_state(tmp_path):
    assert state_of(tmp_path) == {}
    git(tmp_path, "init", "-q")
    assert state_of(tmp_path) == {}


def test_without_git_a_repository_is_not_known_and_no_repository_is_none(checkout, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert state_of(checkout) == {"unknown": "git can't be started"}
    assert state_of(tmp_path_factory.mktemp("plain")) == {}


def test_what_git_refuses_to_tell_is_not_known(checkout):
    (checkout / ".git" / "HEAD").write_text("no head")
    assert state_of(checkout)["unknown"].startswith("git says: fatal: ")


def test_a_git_that_does_not_answer_makes_the_state_unknown(checkout, monkeypatch):
    folder = checkout / "programs"
    folder.mkdir()
    (folder / "git").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(repository, "_SECONDS", 0.1)
    assert state_of(checkout) == {"unknown": "git did not answer within 0.1 s"}


def test_a_monitor_configured_in_the_repository_is_not_started(checkout):
    script = checkout / "monitor.sh"
    script.write_text("#!/bin/sh\ntouch started\n")
    script.chmod(0o755)
    git(checkout, "config", "core.fsmonitor", str(script))
    state_of(checkout)
    assert not (checkout / "started").exists()
