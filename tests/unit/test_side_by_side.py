"""Environments side by side: at the same time, each on its own account, whole output, and nobody costs another."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import json, os, signal, sys, time
from pathlib import Path
from auditor import side_by_side
from auditor.settings import Environment

folder, jobs, said = Path(sys.argv[1]), int(sys.argv[2]) or None, json.loads(sys.argv[3])

def wait(file):
    for _ in range(3000):
        if (folder / file).exists():
            return
        time.sleep(0.01)
    os._exit(9)

def work(environment, tell_folder):
    name, does = environment.name, said[environment.name][1]
    with (folder / "order").open("a") as order:
        order.write(f"{name} ")
    (folder / f"{name}.began").touch()
    tell_folder(folder / name)
    if does.startswith("meets "):
        wait(does.split()[1] + ".began")
    elif does.startswith("follows "):
        return 0 if (folder / f"{does.split()[1]}.ended").exists() else 9
    elif does == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    elif does == "raises":
        raise ValueError("what nobody thought of")
    elif does == "interrupts":
        os.kill(os.getppid(), signal.SIGINT)
        try:
            wait("never")
        except KeyboardInterrupt:
            return 130
    print(f"{name} out")
    print(f"{name} err", file=sys.stderr)
    (folder / f"{name}.ended").touch()
    return int(does) if does.isdigit() else 0

if "no more" in sys.argv[4:]:
    forks = iter([os.fork])
    def fork():
        for real in forks:
            return real()
        raise BlockingIOError(11, "Resource temporarily unavailable")
    os.fork = fork

environments = [Environment(name=name, root=Path(), account=account) for name, (account, _) in said.items()]
ended = side_by_side.audit(environments, work, jobs)
told = [[each.environment.name, each.exit_code, str(each.folder or ""), each.said] for each in ended]
(folder / "ended").write_text(json.dumps(told))
"""


@pytest.fixture
def audit(tmp_path):
    """Do what is said of each environment, (account, deed) by name; (code, folder) of each, and what was printed."""

    def audit(jobs=0, *more, **said):
        # A process of its own: this one has threads, and is not to be forked.
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path), str(jobs), json.dumps(said), *more],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        told = json.loads((tmp_path / "ended").read_text())
        return {name: (code, folder, said) for name, code, folder, said in told}, done

    return audit


def codes(ended):
    return {name: code for name, (code, _, _) in ended.items()}


def test_different_accounts_are_audited_at_the_same_time(audit, tmp_path):
    ended, _ = audit(2, a=("1", "meets b"), b=("2", "meets a"))
    assert codes(ended) == {"a": 0, "b": 0}
    assert [folder for _, folder, _ in ended.values()] == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_the_same_account_is_audited_by_one_after_the_other(audit):
    ended, _ = audit(4, a=("1", "0"), b=("1", "follows a"), c=("1", "follows b"))
    assert codes(ended) == {"a": 0, "b": 0, "c": 9}


def test_no_more_run_at_a_time_than_are_asked_for(audit, tmp_path):
    ended, _ = audit(1, a=("1", "0"), b=("2", "follows a"))
    assert codes(ended) == {"a": 0, "b": 0}
    assert (tmp_path / "order").read_text() == "a b "


def test_a_free_account_is_audited_before_a_busy_one(audit, tmp_path):
    ended, _ = audit(2, a=("1", "meets c"), b=("1", "follows a"), c=("2", "meets a"))
    assert codes(ended) == {"a": 0, "b": 0, "c": 0}
    assert (tmp_path / "order").read_text().split().index("b") == 2


def test_output_is_whole_and_in_order(audit):
    ended, done = audit(a=("", "meets b"), b=("", "4"), c=("", "1"))
    assert codes(ended) == {"a": 0, "b": 4, "c": 1}
    assert done.stdout == "a out\nb out\nc out\n"
    assert done.stderr == "a err\nb err\nc was not audited:\nc err\n"


def test_a_process_that_is_killed_costs_its_environment_alone(audit):
    ended, done = audit(2, a=("1", "dies"), b=("1", "0"), c=("2", "0"))
    assert codes(ended) == {"a": 1, "b": 0, "c": 0}
    assert done.stderr == "a was not audited:\nerror: its process was ended by signal 9\nb err\nc err\n"
    assert ended["a"][2] == "error: its process was ended by signal 9\n"


def test_a_defect_costs_its_environment_alone(audit):
    ended, done = audit(a=("1", "raises"), b=("2", "3"))
    assert codes(ended) == {"a": 1, "b": 3}
    assert "a was not audited:\n" in done.stderr


def test_an_environment_for_which_there_can_be_no_process_is_told(audit):
    ended, done = audit(1, "no more", a=("1", "0"), b=("2", "0"))
    assert codes(ended) == {"a": 0, "b": 1}
    assert "b was not audited:\nerror: no process can be begun: Resource temporarily unavailable\n" in done.stderr


def test_an_interrupt_is_handed_on_once_and_what_has_not_begun_does_not_begin(audit, tmp_path):
    ended, _ = audit(2, a=("1", "interrupts"), b=("1", "0"))
    assert codes(ended) == {"a": 130, "b": 130}
    assert not (tmp_path / "b.began").exists()
