"""Environments side by side: at the same time, each on its own account, whole output, and nobody costs another."""

import signal
import threading
from pathlib import Path

import pytest

from auditor import side_by_side
from auditor.settings import Environment

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
folder, name, does = Path(sys.argv[2]), sys.argv[3], sys.argv[4]
(folder / f"{name}.began").touch()
def wait(file):
    for _ in range(400):
        if (folder / file).exists():
            return
        time.sleep(0.02)
    sys.exit(9)
if does.startswith("meets "):
    wait(does.split()[1] + ".began")
elif does.startswith("follows "):
    other = does.split()[1]
    sys.exit(0 if (folder / f"{other}.ended").exists() else 9)
elif does == "dies":
    os.kill(os.getpid(), signal.SIGKILL)
elif does == "lasts":
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    (folder / f"{name}.ready").touch()
    wait("never")
print(f"{name} out")
print(f"{name} err", file=sys.stderr)
time.sleep(0.05)
(folder / f"{name}.ended").touch()
sys.exit(int(does) if does.isdigit() else 0)
"""


@pytest.fixture
def audit(monkeypatch, tmp_path):
    """Do what is said by environment; the codes' maximum, and how each ended."""
    monkeypatch.setattr(side_by_side, "_PROGRAM", PROGRAM)

    def audit(does):
        return side_by_side.audit(list(does), lambda each: (str(tmp_path), each.name, does[each]))

    return audit


# Environments are no keys of mappings by themselves: they hold some.
class Named(Environment):
    __hash__ = object.__hash__


def named(name, account=""):
    return Named(name=name, root=Path(), account=account, region="eu-west-1")


def test_different_accounts_are_audited_at_the_same_time(audit):
    code, _ = audit({named("a", "1"): "meets b", named("b", "2"): "meets a"})
    assert code == 0


def test_the_same_account_is_audited_by_one_after_the_other(audit):
    code, _ = audit({named("a", "1"): "0", named("b", "1"): "follows a"})
    assert code == 0


def test_output_is_whole_and_in_order(audit, capfd):
    code, ended = audit({named("a"): "meets b", named("b"): "4", named("c"): "1"})
    told = capfd.readouterr()
    assert code == 4
    assert told.out == "a out\nb out\nc out\n"
    assert told.err == "a err\nb err\nc was not audited:\nc err\n"
    assert [line.split(maxsplit=1) for line in ended.splitlines()] == [
        ["a", "complete"],
        ["b", "findings"],
        ["c", "not audited"],
    ]


def test_a_process_that_is_killed_costs_its_environment_alone(audit, capfd):
    code, ended = audit({named("a"): "dies", named("b"): "0"})
    assert code == 1
    assert "a was not audited:\nerror: its process was ended by signal 9\n" in capfd.readouterr().err
    assert ended.split() == ["a", "not", "audited", "b", "complete"]


def test_an_interrupt_is_handed_on_once_and_what_has_not_begun_does_not_begin(audit, tmp_path):
    def interrupt():
        while not (tmp_path / "a.ready").exists():
            threading.Event().wait(0.02)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    code, ended = audit({named("a", "1"): "lasts", named("b", "1"): "0"})
    assert code == 130
    assert ended.split() == ["a", "interrupted", "b", "interrupted"]
    assert not (tmp_path / "b.began").exists()
