"""Environments side by side: at the same time, each on its own account, whole output, and nobody costs another."""

import json
import subprocess
import sys

import pytest

SCENARIOS = {
    # name: (jobs, what becomes of os.fork, {environment: (account, what it does)})
    "accounts": (2, "", {"a": ("1", "meets b"), "b": ("2", "meets a")}),
    "one account": (4, "", {"a": ("1", "0"), "b": ("1", "follows a")}),
    "one at a time": (1, "", {"a": ("1", "0"), "b": ("2", "follows a")}),
    "busy": (2, "", {"a": ("1", "meets c"), "b": ("1", "follows a"), "c": ("2", "meets a")}),
    "output": (None, "", {"a": ("", "meets b"), "b": ("", "4"), "c": ("", "1")}),
    "killed": (2, "", {"a": ("1", "dies"), "b": ("1", "0"), "c": ("2", "0")}),
    "defect": (None, "", {"a": ("1", "raises"), "b": ("2", "3")}),
    "no process": (1, "once", {"a": ("1", "0"), "b": ("2", "0")}),
    "interrupt": (2, "", {"a": ("1", "interrupts"), "b": ("1", "0")}),
    "terminate": (2, "", {"a": ("1", "terminates"), "b": ("1", "0"), "c": ("2", "waits")}),
}
PROGRAM = """
import json, os, signal, sys, time
from pathlib import Path
from auditor import side_by_side
from auditor.settings import Environment

real = os.fork
SIGNALS = {"interrupts": signal.SIGINT, "terminates": signal.SIGTERM, "waits": None}
signal.signal(signal.SIGTERM, signal.default_int_handler)

def wait(file):
    for _ in range(6000):
        if file.exists():
            return
        time.sleep(0.01)
    os._exit(9)

def doing(folder, said):
    def work(environment, tell_folder):
        name, does = environment.name, said[environment.name][1]
        with (folder / "order").open("a") as order:
            order.write(f"{name} ")
        (folder / f"{name}.began").touch()
        tell_folder(folder / name)
        if does.startswith("meets "):
            wait(folder / f"{does.split()[1]}.began")
        elif does.startswith("follows "):
            return 0 if (folder / f"{does.split()[1]}.ended").exists() else 9
        elif does == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        elif does == "raises":
            raise ValueError("what nobody thought of")
        elif does in SIGNALS:
            try:
                if does == "terminates":
                    wait(folder / "c.began")
                if SIGNALS[does]:
                    os.kill(os.getppid(), SIGNALS[does])
                wait(folder / "never")
            except KeyboardInterrupt:
                return 130
        print(f"{name} out")
        print(f"{name} err", file=sys.stderr)
        (folder / f"{name}.ended").touch()
        return int(does) if does.isdigit() else 0

    return work

def once():
    forks = iter([real])

    def fork():
        for fork in forks:
            return fork()
        raise BlockingIOError(11, "Resource temporarily unavailable")

    return fork

for name, (jobs, forks, said) in json.loads(sys.argv[2]).items():
    folder = Path(sys.argv[1]) / name
    folder.mkdir()
    for number in (1, 2):
        os.dup2(os.open(folder / f"stream{number}", os.O_WRONLY | os.O_CREAT), number)
    os.fork = once() if forks else real
    environments = [Environment(name=name, root=Path(), account=account) for name, (account, _) in said.items()]
    ended = side_by_side.audit(environments, doing(folder, said), jobs)
    told = {each.environment.name: [each.exit_code, str(each.folder or ""), each.said] for each in ended}
    (folder / "told").write_text(json.dumps(told))
"""


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """What became of a scenario: code, folder and words of each environment, and both streams."""
    # A process of its own: this one has threads, and is not to be forked.
    top = tmp_path_factory.mktemp("scenarios")
    command = [sys.executable, "-c", PROGRAM, str(top), json.dumps(SCENARIOS)]
    subprocess.run(command, check=True, timeout=300)

    def audited(name):
        folder = top / name
        told = json.loads((folder / "told").read_text())
        return told, (folder / "stream1").read_text(), (folder / "stream2").read_text(), folder

    return audited


def codes(told):
    return {name: code for name, (code, _, _) in told.items()}


def test_different_accounts_are_audited_at_the_same_time(audited):
    told, _, _, folder = audited("accounts")
    assert codes(told) == {"a": 0, "b": 0}
    assert [place for _, place, _ in told.values()] == [str(folder / "a"), str(folder / "b")]


@pytest.mark.parametrize("scenario", ["one account", "one at a time"])
def test_those_of_one_account_and_those_beyond_the_number_follow_one_another(audited, scenario):
    told, _, _, folder = audited(scenario)
    assert codes(told) == {"a": 0, "b": 0}
    assert (folder / "order").read_text() == "a b "


def test_a_free_account_is_audited_before_a_busy_one(audited):
    told, _, _, folder = audited("busy")
    assert codes(told) == {"a": 0, "b": 0, "c": 0}
    assert (folder / "order").read_text().split().index("b") == 2


def test_output_is_whole_and_in_order(audited):
    told, stdout, stderr, _ = audited("output")
    assert codes(told) == {"a": 0, "b": 4, "c": 1}
    assert stdout == "a out\nb out\nc out\n"
    assert stderr == "a err\nb err\nc was not audited:\nc err\n"


def test_a_process_that_is_killed_costs_its_environment_alone(audited):
    told, _, stderr, _ = audited("killed")
    assert codes(told) == {"a": 1, "b": 0, "c": 0}
    assert stderr == "a was not audited:\nerror: its process was ended by signal 9\nb err\nc err\n"
    assert told["a"][2] == "error: its process was ended by signal 9\n"


def test_a_defect_costs_its_environment_alone(audited):
    told, _, stderr, _ = audited("defect")
    assert codes(told) == {"a": 1, "b": 3}
    assert "a was not audited:\n" in stderr


def test_an_environment_for_which_there_can_be_no_process_is_told(audited):
    told, _, stderr, _ = audited("no process")
    assert codes(told) == {"a": 0, "b": 1}
    assert "b was not audited:\nerror: no process can be begun: Resource temporarily unavailable\n" in stderr


def test_an_interrupt_is_handed_on_once_and_what_has_not_begun_does_not_begin(audited):
    told, _, _, folder = audited("interrupt")
    assert codes(told) == {"a": 130, "b": 130}
    assert not (folder / "b.began").exists()


def test_a_termination_is_handed_on_to_all_that_run(audited):
    told, _, _, folder = audited("terminate")
    assert codes(told) == {"a": 130, "b": 130, "c": 130}
    assert not (folder / "b.began").exists()
