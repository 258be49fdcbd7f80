"""The estate, audited: in sync once terraform applied it, and every change by hand is seen, as terraform sees it.

What AWS's stand-in and terraform answered is kept in tests/fixtures/estate (see record_estate.py), so that everything
but the last test needs neither.
"""

import json
import shutil
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from record_estate import RECORDED, actions
from terraform_runs import ENVIRONMENTS, EstateCopy, why_not

from auditor import pipeline
from auditor.aws import snapshot
from auditor.aws.redaction import redacted
from auditor.demo.changes import CHANGES
from auditor.demo.estate import Hand
from auditor.demo.stand_in.server import MotoServer
from auditor.formats import formats
from auditor.formats import json as report
from auditor.inputs import Inputs, Variables
from auditor.model.answers import Answers
from auditor.settings import load

DEFERRED = {"module.dynamodb.aws_iam_policy.key_use"}
"""Its document names the key: where the key is to change, terraform reads the document after that, and calls the policy
an update whose content is not known yet."""

USERS = 'module.dynamodb.aws_dynamodb_table.on_demand["users"]'
SEEN = {
    "recovery_off": ("koneksi-prod-users", "point_in_time_recovery.enabled", {"DRIFT-007", "SEC-001"}),
    "retagged": ("koneksi-prod-users", 'tags["DataClassification"]', {"DRIFT-018"}),
    "muted": ("koneksi-prod-users-read-throttle-events", "actions_enabled", {"DRIFT-025", "MON-011"}),
    "protection_off": ("koneksi-prod-orders", "deletion_protection_enabled", {"DRIFT-006", "SEC-004"}),
    "index_dropped": ("koneksi-prod-orders", 'global_secondary_index["by-status"]', {"DRIFT-013"}),
    "other_key": ("koneksi-prod-sessions", "server_side_encryption.kms_key_arn", {"DRIFT-010"}),
    "expiry_off": ("koneksi-prod-sessions", "ttl.enabled", {"DRIFT-012"}),
    "scaling_capped": (
        "dynamodb/table/koneksi-prod-events/dynamodb:table:WriteCapacityUnits",
        "max_capacity",
        {"DRIFT-026"},
    ),
    "missing": ("koneksi-prod-invoices", "", {"DRIFT-001"}),
    "unmanaged": ("koneksi-prod-users-restored", "", {"DRIFT-002"}),
    "rotation_off": ("alias/koneksi-prod-dynamodb", "enable_key_rotation", {"DRIFT-023", "KMS-001"}),
}
"""Change -> who differs, where, and the rules that must tell of it."""


@pytest.fixture(scope="module")
def settings(root):
    return load(root, {})


def replayed(settings, environment, file):
    inputs = Inputs(now=datetime.now(UTC), snapshot=file)
    return pipeline.audit(settings, settings.environment(environment), inputs)


def document(outcome):
    return report.decode(report.encode(report.document(outcome.audit, code=outcome.code)))


def test_a_redacted_reading_makes_unknowns_and_no_differences(settings, tmp_path):
    taken = snapshot.read(RECORDED / "prod-snapshot.jsonl.gz")
    (tmp_path / "redacted.jsonl.gz").write_bytes(snapshot.encode(redacted(taken, b"key")))
    told = document(replayed(settings, "prod", tmp_path / "redacted.jsonl.gz"))
    assert told["verdict"]["exit_code"] == 3, told["findings"]
    assert taken.account not in json.dumps(told)


def test_the_pseudonym_of_a_role_is_not_taken_for_another_role(root, tmp_path):
    """The targets scale as a role of the account, in code and in AWS."""
    role = "arn:aws:iam::111122223333:role/scaling/of-tables"
    shutil.copytree(root / "terraform" / "dynamodb", tmp_path / "terraform" / "dynamodb")
    shutil.copy(root / "audit.toml", tmp_path)
    for file in (tmp_path / "terraform" / "dynamodb").glob("*.tf"):
        line = 'resource "aws_appautoscaling_target" "throughput" {\n'
        file.write_text(file.read_text().replace(line, f'{line}  role_arn = "{role}"\n'))

    def of_the_role(answer):
        pages = tuple(
            {**page, "ScalableTargets": [{**entry, "RoleARN": role} for entry in page["ScalableTargets"]]}
            for page in answer.pages
        )
        return replace(answer, pages=pages)

    taken = snapshot.read(RECORDED / "prod-snapshot.jsonl.gz")
    answers = {
        answer.request: of_the_role(answer) if answer.request.api.endswith("DescribeScalableTargets") else answer
        for answer in taken.answers
    }
    taken = replace(taken, answers=Answers(answers))

    def verdicts(given):
        (tmp_path / "taken.jsonl.gz").write_bytes(snapshot.encode(given))
        outcome = replayed(load(tmp_path, {}), "prod", tmp_path / "taken.jsonl.gz")
        return {
            drift.reality
            for comparison in outcome.audit.comparisons
            if comparison.kind == "aws_appautoscaling_target"
            for drift in comparison.drifts
            if drift.path == "role_arn"
        }

    assert verdicts(taken) == set()
    assert verdicts(redacted(taken, b"key")) == {"undetermined"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_in_sync_after_apply(settings, environment):
    outcome = replayed(settings, environment, RECORDED / f"{environment}-snapshot.jsonl.gz")
    told = document(outcome)
    assert told["verdict"]["exit_code"] == 0, told["findings"]
    assert told["complete"]
    assert {comparison.plan for comparison in outcome.audit.comparisons} == {"no-op"}
    assert {comparison.existence for comparison in outcome.audit.comparisons} == {"both"}
    assert told["totals"]["drift"]["drifted"] == 0
    # Everything that terraform manages is compared, or said to be out of scope.
    planned = json.loads((RECORDED / f"{environment}-plan.json").read_text(encoding="utf-8"))["resources"]
    compared = {comparison.address for comparison in outcome.audit.comparisons}
    left_out = {address for address, _ in outcome.audit.not_examined}
    assert compared | left_out == {resource["address"] for resource in planned}
    assert not compared & left_out


@pytest.mark.parametrize("name", sorted(formats()))
def test_replay_gives_the_same_bytes(settings, name):
    file = RECORDED / "prod-changes" / "rotation_off.jsonl.gz"
    render = formats()[name].render
    first, second = (render(document(replayed(settings, "prod", file))) for _ in range(2))
    assert first == second


def planned_by_us(outcome):
    """What our verdict says terraform would do to which address; no-ops are left out."""
    found = {comparison.address: str(comparison.plan) for comparison in outcome.audit.comparisons}
    return {address: plan for address, plan in found.items() if address and plan != "no-op"}


def planned_by_terraform(name):
    planned = json.loads((RECORDED / "prod-changes.json").read_text(encoding="utf-8"))[name]
    return {address: does for address, does in planned.items() if address not in DEFERRED}


@pytest.mark.parametrize(("enabled", "side"), [(True, "by_hand"), (False, "not_applied")])
def test_a_state_tells_which_side_moved(settings, tmp_path, enabled, side):
    attributes = {"point_in_time_recovery": [{"enabled": enabled, "recovery_period_in_days": 0}]}
    managed = {"address": USERS, "mode": "managed", "type": "aws_dynamodb_table", "values": attributes}
    shown = {"format_version": "1.0", "values": {"root_module": {"resources": [managed]}}}
    (tmp_path / "state.json").write_text(json.dumps(shown))
    inputs = Inputs(
        now=datetime.now(UTC),
        snapshot=RECORDED / "prod-changes" / "recovery_off.jsonl.gz",
        variables=Variables(state=tmp_path / "state.json"),
    )
    told = document(pipeline.audit(settings, settings.environment("prod"), inputs))
    (resource,) = (each for each in told["resources"] if each["address"] == USERS)
    assert resource["drifts"][0]["moved"] == side
    (cause,) = (each for each in told["causes"] if each["subject"] == "koneksi-prod-users")
    assert cause["moved"] == side


@pytest.mark.parametrize("name", [change.name for change in CHANGES])
def test_each_change_by_hand_is_seen_as_terraform_sees_it(settings, name):
    outcome = replayed(settings, "prod", RECORDED / "prod-changes" / f"{name}.jsonl.gz")
    assert planned_by_us(outcome) == planned_by_terraform(name)
    subject, path, rules = SEEN[name]
    telling = {found.rule for found in outcome.audit.findings if found.subject == subject and found.path == path}
    assert telling >= rules
    assert document(outcome)["verdict"]["exit_code"] == 4


def test_the_table_nobody_declared_is_what_terraform_cannot_see():
    planned = json.loads((RECORDED / "prod-changes.json").read_text(encoding="utf-8"))
    assert planned["unmanaged"] == planned["missing"]


def test_every_change_of_the_demonstration_is_recorded_and_expected():
    names = [change.name for change in CHANGES]
    assert sorted(names) == sorted(SEEN)
    assert sorted(names) == sorted(file.name.split(".")[0] for file in (RECORDED / "prod-changes").iterdir())


@pytest.mark.terraform
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_live_against_terraform(settings, tmp_path, monkeypatch):
    """The same, without fixtures: apply, both say in sync; one change, both see it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    with MotoServer(ENVIRONMENTS["prod"]) as server:
        copy = EstateCopy.make(tmp_path / "dynamodb", server.url)
        copy.run("prod", "init", "-input=false", "-no-color")
        copy.run("prod", "apply", "-input=false", "-no-color", "-auto-approve")
        prod = replace(settings.environment("prod"), endpoint=server.url)
        inputs = Inputs(now=datetime.now(UTC))
        outcome = pipeline.audit(settings, prod, inputs)
        assert document(outcome)["verdict"]["exit_code"] == 0
        copy.run("prod", "plan", "-input=false", "-no-color", "-detailed-exitcode")
        CHANGES[0].make(Hand(server.url, "ap-southeast-1"))
        outcome = pipeline.audit(settings, prod, inputs)
        assert document(outcome)["verdict"]["exit_code"] == 4
        assert planned_by_us(outcome) == actions(copy.plan("prod"))
