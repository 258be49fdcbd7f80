"""Expiry is the slowest lane: it may be taken from an earlier reading, with its age, and never of another table."""

from datetime import UTC, datetime

import pytest
from fakeaws import FakeServer
from msgspec.structs import replace

from auditor import pipeline
from auditor.aws import snapshot
from auditor.inputs import Inputs
from auditor.model.answers import Answers
from auditor.model.errors import SnapshotError
from auditor.model.values import Unknown
from auditor.settings import load

MAIN = """
provider "aws" {
  region = "ap-southeast-1"
}
resource "aws_dynamodb_table" "it" {
  name     = "koneksi-prod-users"
  hash_key = "id"
}
"""
EXPIRY = "dynamodb:DescribeTimeToLive"


@pytest.fixture(scope="module")
def aws():
    with FakeServer(tables=6, env="prod") as running:
        yield running


@pytest.fixture(scope="module")
def project(aws, tmp_path_factory):
    """Return what reads and audits the project against the fake, and the file of a first reading."""
    top = tmp_path_factory.mktemp("project")
    (top / "envs" / "prod").mkdir(parents=True)
    (top / "envs" / "prod" / "main.tf").write_text(MAIN)
    (top / "audit.toml").write_text('[env.prod]\nroot = "envs/prod"\nscope = ["koneksi-prod-*"]\n')
    settings = load(top, {})
    environment = replace(settings.environment("prod"), account="123456789012")
    changes = pytest.MonkeyPatch()
    for name, value in (
        ("AWS_ENDPOINT_URL", aws.url),
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
    ):
        changes.setenv(name, value)
    given = {"now": datetime.now(UTC), "second_reader": False}
    taken = pipeline.snapshot(settings, environment, Inputs(**given))
    yield (
        taken,
        top / "first.jsonl.gz",
        lambda file: pipeline.audit(settings, environment, Inputs(**given, expiry_from=file)),
    )
    changes.undo()


def kept(project, **changes):
    taken, file, _ = project
    file.write_bytes(snapshot.encode(replace(taken, **changes)))
    return file


def expiry(outcome):
    return {
        comparison.live.identity.name: comparison.live.values["ttl"]
        for comparison in outcome.audit.comparisons
        if comparison.live and comparison.kind == "aws_dynamodb_table"
    }


def test_expiry_is_taken_over_with_its_age(aws, project):
    taken, _, audit = project
    old = {
        answer.request: replace(answer, at="2026-01-01T00:00:00.000Z") if answer.request.api == EXPIRY else answer
        for answer in taken.answers
    }
    aws.configure(reset=True)
    outcome = audit(kept(project, answers=Answers(old)))
    assert "DescribeTimeToLive" not in aws.stats()["calls"]
    assert aws.stats()["calls"]["DescribeTable"] == 6
    assert outcome.audit.complete
    told = {name: bool(aws.world.spec(i)["ttl"]) for i, name in enumerate(aws.world.names)}
    assert {name: value["enabled"] for name, value in expiry(outcome).items()} == told
    (note,) = (each for each in outcome.audit.diagnostics if EXPIRY in each)
    assert "6 answers of 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:00.000Z, up to " in note
    live = next(each.live for each in outcome.audit.comparisons if each.live and each.kind == "aws_dynamodb_table")
    assert live.origin("ttl.enabled").at == "2026-01-01T00:00:00.000Z"


def test_of_a_table_that_was_made_since_it_is_unknown(project):
    taken, _, audit = project
    old = {
        answer.request: replace(answer, at="2020-01-01T00:00:00.000Z") if answer.request.api == EXPIRY else answer
        for answer in taken.answers
    }
    found = expiry(audit(kept(project, answers=Answers(old))))
    assert len(found) == 6
    assert all(isinstance(value, Unknown) and "the table was made before" in value.detail for value in found.values())


def test_what_the_earlier_reading_does_not_tell_is_asked(aws, project):
    taken, _, audit = project
    first, *rest = (answer for answer in taken.answers if answer.request.api == EXPIRY)
    failed = replace(first, ok=False, pages=(), code="AccessDeniedException")
    aws.configure(reset=True)
    outcome = audit(kept(project, answers=Answers({each.request: each for each in (failed, *rest)})))
    assert aws.stats()["calls"]["DescribeTimeToLive"] == 1
    assert not any(isinstance(value, Unknown) for value in expiry(outcome).values())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"account": "999999999999"}, "another account"),
        ({"environment": "uat"}, "another environment"),
        ({"region": "eu-west-1"}, "it is of eu-west-1"),
        ({"context": {"redacted": True}}, "it is redacted"),
    ],
)
def test_a_reading_of_something_else_is_refused(project, changes, words):
    _, _, audit = project
    with pytest.raises(SnapshotError, match=words):
        audit(kept(project, **changes))
