"""Every rule on readings: recorded ones of the estate, and those of the account with the classical faults."""

import pytest
from careless_project import careless, half_read
from classical_faults import NOW, project, undecided
from faulty_account import Account
from msgspec.structs import replace
from strict_account import StrictAccount

from auditor import pipeline, reading
from auditor.aws import snapshot
from auditor.estate import estate
from auditor.inputs import Inputs, Variables
from auditor.model.answers import Answer, Answers
from auditor.model.results import LETTERS, Status
from auditor.model.rule import Profile
from auditor.model.values import Reason
from auditor.ruleset import rules_for
from auditor.settings import load

SEEN = {status: LETTERS[status] for status in (Status.PASS, Status.FAIL, Status.UNKNOWN)}


def statuses(outcome):
    """Rule -> the letters of what came of it."""
    return {one.rule: set(one.statuses) for one in outcome.audit.results}


def refused(answer):
    return Answer(answer.request, ok=False, code="AccessDeniedException", reason=Reason.DENIED, at=answer.at)


def strict(folder):
    """The settings of a project, with the rules of the strict profile on, and what they need to be told."""
    settings = load(folder, {})
    digest = rules_for(settings, settings.environment("prod"), Inputs(now=NOW)).identity["digest"]
    told = {
        "rules_digest": digest,
        "allowed_differences": ["deletion_protection_enabled"],
        "expiring_tables": ["koneksi-prod-sessions", "koneksi-prod-orders", "prod-untagged"],
    }
    return replace(settings, profile=Profile.STRICT, about_rules=replace(settings.about_rules, parameters=told))


@pytest.fixture(scope="module")
def readings(tmp_path_factory, root):
    """What comes of every rule, by reading."""
    folder = tmp_path_factory.mktemp("made")
    project(folder, "literal")
    settings = strict(folder)
    prod = settings.environment("prod")
    inputs = Inputs(now=NOW, snapshot=folder / "snapshot.jsonl.gz")
    here = estate(settings, prod, Variables())
    found = {}
    for name, account in (("strict faults", StrictAccount()), ("faults", Account())):
        taken = account.read(here, rules_for(settings, here.environment, inputs).wanted)
        taken = replace(taken, context={**taken.context, **reading.context(settings, here, inputs)})
        inputs.snapshot.write_bytes(snapshot.encode(taken))
        found[name] = statuses(pipeline.audit(settings, prod, inputs))
    denied = replace(
        taken, answers=Answers({request: refused(one) for request, one in taken.answers.by_request.items()})
    )
    inputs.snapshot.write_bytes(snapshot.encode(denied))
    found["denied"] = statuses(pipeline.audit(settings, prod, inputs))
    nothing = tmp_path_factory.mktemp("open")
    undecided(nothing)
    settings = strict(nothing)
    found["open"] = statuses(
        pipeline.audit(settings, settings.environment("prod"), Inputs(now=NOW, declared_only=True))
    )
    for make in (careless, half_read):
        here = tmp_path_factory.mktemp(make.__name__)
        make(here)
        settings = strict(here)
        found[make.__name__] = statuses(
            pipeline.audit(settings, settings.environment("prod"), Inputs(now=NOW, declared_only=True))
        )
    own = strict(root)
    recorded = root / "tests" / "fixtures" / "estate"
    for file in (recorded / "prod-snapshot.jsonl.gz", *sorted((recorded / "prod-changes").iterdir())):
        found[file.name] = statuses(pipeline.audit(own, own.environment("prod"), Inputs(now=NOW, snapshot=file)))
    return found


@pytest.fixture(scope="module")
def every(readings):
    found = {}
    for one in readings.values():
        for rule, letters in one.items():
            found.setdefault(rule, set()).update(letters)
    return {rule: letters for rule, letters in found.items() if letters != {LETTERS[Status.NOT_APPLICABLE]}}


STATES = {"SEC-007", "SEC-014"}
"""Tables that are not active are in no reading."""
OF_TABLES_AND_KEYS = ("BKP", "CAP", "IAM", "KMS", "MON", "PAR", "SEC")
BY_CODE_ALONE = {f"POL-{number:03}" for number in (*range(1, 4), 5, 6, 10, 13, 14, 16, 18, 21, *range(24, 34))}


def test_no_rule_is_a_defect_on_any_reading(readings):
    assert not [(name, rule) for name, one in readings.items() for rule, letters in one.items() if "e" in letters]


def test_every_rule_passes_somewhere(every):
    assert [rule for rule, letters in every.items() if SEEN[Status.PASS] not in letters] == []


def test_rules_about_what_is_live_and_what_is_written_pass_fail_and_are_unknown(every):
    chosen = {rule for rule in every if rule.startswith(OF_TABLES_AND_KEYS)} - STATES | BY_CODE_ALONE
    assert len(chosen) > 40
    assert {rule: "".join(sorted(every[rule])) for rule in chosen if not set(SEEN.values()) <= every[rule]} == {}


def test_rules_about_drift_are_unknown_where_nothing_is_told(readings):
    drift = {rule: letters for rule, letters in readings["denied"].items() if rule.startswith("DRIFT")}
    assert not [rule for rule, letters in drift.items() if letters & {SEEN[Status.PASS], SEEN[Status.FAIL]}]
