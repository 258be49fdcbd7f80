"""The roll-up of several audits: made of how runs ended and of what their bundles tell; nobody is left out."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor import history, manifest, rollup
from auditor.rollup import Ended
from auditor.settings import Environment

NOW = datetime(2026, 1, 16, 2, 1, tzinfo=UTC)
NUMBERS = {"open": 3, "drifted": 2, "unknown": 1, "new": 1, "resolved": 0, "unchanged": 2}


def bundle(folder, environment, *, finished="2026-01-16T02:00:00.000Z", declared_only=False, **more):
    """A bundle as far as a roll-up looks at it."""
    folder.mkdir(parents=True)
    run = {
        "id": f"r-{environment}",
        "environment": environment,
        "finished": finished,
        "declared_only": declared_only,
        "account": "111122223333",
        "region": "eu-west-1",
    }
    told = {"complete": True, "numbers": NUMBERS, "verdict": {"state": "fail", "exit_code": 4}}
    (folder / manifest.NAME).write_bytes(manifest.encode(run, {}, {**told, **more}))
    return folder


def ended(name, code, folder=None, said=""):
    environment = Environment(name=name, root=Path(name), account="", region="")
    return Ended(environment=environment, exit_code=code, folder=folder, said=said)


@pytest.fixture
def of(tmp_path):
    """Roll up what ended; earlier bundles are looked for in folders of the environments' names."""

    def of(*several):
        return rollup.document(
            several,
            project="shop",
            now=NOW,
            out=tmp_path,
            earlier=lambda name: history.folders(tmp_path / name),
        )

    return of


def test_numbers_add_up_and_the_highest_exit_code_is_that_of_all(of, tmp_path):
    folders = {name: bundle(tmp_path / name / "n1", name) for name in ("a", "b")}
    found = of(ended("a", 4, folders["a"]), ended("b", 3, folders["b"]), ended("c", 1, said="error: no credentials\n"))
    assert found["schema"] == "auditor/rollup/v1"
    assert found["exit_code"] == 4
    assert found["numbers"] == {
        "environments": 3,
        "audited": 2,
        "ended": {"findings": 1, "incomplete": 1, "not audited": 1},
        "open": 6,
        "drifted": 4,
        "unknown": 2,
        "new": 2,
        "resolved": 0,
    }
    assert [each["environment"] for each in found["environments"]] == ["a", "b", "c"]


def test_what_was_audited_tells_its_bundle_from_the_folder_of_the_roll_up(of, tmp_path):
    (target,) = of(ended("a", 4, bundle(tmp_path / "a" / "n1", "a")))["environments"]
    assert target["run"].items() >= {"folder": "a/n1", "age_seconds": 60, "state": "fail", "open": 3}.items()
    assert (target["account"], target["region"]) == ("111122223333", "eu-west-1")
    assert (target["why"], target["before"]) == ("", None)


def test_what_failed_tells_why_and_the_latest_bundle_that_asked_aws(of, tmp_path):
    bundle(tmp_path / "a" / "n1", "a", finished="2026-01-14T02:01:00.000Z")
    bundle(tmp_path / "a" / "n2", "a", declared_only=True)
    bundle(tmp_path / "a" / "n3", "b")
    bundle(tmp_path / "a" / "n4", "a", interrupted=True)
    (tmp_path / "a" / "n5").mkdir()
    said = 'warning\nerror: main.tf:1:8: not closed\n   1 | token = "secret" {\n  hint   close it\nerror: another\n'
    (target,) = of(ended("a", 1, said=said))["environments"]
    assert (target["ended"], target["exit_code"], target["run"]) == ("not audited", 1, None)
    assert target["why"] == "main.tf:1:8: not closed; another"
    assert target["before"].items() >= {"folder": "a/n1", "age_seconds": 2 * 86_400}.items()


@pytest.mark.parametrize(
    ("code", "word", "said", "why"),
    [
        (130, "interrupted", "", "it said nothing"),
        (130, "interrupted", "interrupted\n", "interrupted"),
        (2, "not audited", "Usage: audit\nError: no such option\n", "Error: no such option"),
        (9, "exit 9", "error: \x1b[31m\n", "\N{REPLACEMENT CHARACTER}[31m"),
        (1, "not audited", f"error: {'x' * 900}\n", f"{'x' * 500}…"),
    ],
)
def test_every_other_end_has_a_word_and_a_reason(of, code, word, said, why):
    (target,) = of(ended("a", code, said=said))["environments"]
    assert (target["ended"], target["exit_code"], target["why"]) == (word, code, why)


@pytest.mark.parametrize("code", [0, 3, 4])
def test_a_run_whose_bundle_can_not_be_read_is_none(of, tmp_path, code):
    found = of(ended("a", code), ended("b", code, tmp_path / "nothing"))
    assert found["exit_code"] == 1
    assert [each["ended"] for each in found["environments"]] == ["not audited", "not audited"]
    first, second = (each["why"] for each in found["environments"])
    assert first == "the run did not tell where its bundle is"
    assert "manifest.json can't be read" in second


def test_the_page_names_the_digest_of_the_json(of):
    files = rollup.files(of(ended("a", 1)))
    assert set(files) == {"rollup.html", "rollup.json"}
    assert json.loads(files["rollup.json"])["numbers"]["environments"] == 1
    assert manifest.digest(files["rollup.json"]) in files["rollup.html"].decode()
