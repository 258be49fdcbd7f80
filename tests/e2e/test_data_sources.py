"""Data sources that AWS answers: as terraform reads and plans them, by the snapshot alone; denied, they are unknown.

What terraform and the stand-in answered is kept in tests/fixtures/data_sources (see record_data_sources.py).
"""

import json
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from record_data_sources import ACCOUNT, RECORDED, STAGES, Root, clients, prepare, repoint, settings
from terraform_runs import why_not

from auditor import pipeline
from auditor.aws import snapshot
from auditor.aws.redaction import redacted
from auditor.demo.stand_in.server import MotoServer
from auditor.estate import estate
from auditor.formats import formats
from auditor.formats import json as report
from auditor.hcl import console
from auditor.inputs import Inputs
from auditor.reading import read

KEY_OF_USERS = "server_side_encryption.kms_key_arn"


def recorded(stage):
    return json.loads((RECORDED / f"{stage}.json").read_text(encoding="utf-8"))


def inputs(file=None):
    return Inputs(now=datetime.now(UTC), snapshot=file, second_reader=False)


def audited(file=None, **environment):
    found, prod = settings()
    return pipeline.audit(found, replace(prod, **environment), inputs(file))


def document(outcome):
    return report.decode(report.encode(report.document(outcome.audit, code=outcome.code)))


def planned(outcome):
    """What our verdict says terraform would do to which address; a table that is not declared any more is unmanaged."""
    return {
        compared.address: str(compared.plan)
        for compared in outcome.audit.comparisons
        if compared.address and compared.plan != "no-op"
    }


def without_deletions(plan):
    return {address: does for address, does in plan.items() if does != "delete"}


@pytest.fixture(scope="module")
def live():
    with MotoServer(ACCOUNT) as server:
        prepare(clients(server.url))
        yield server


@pytest.mark.parametrize("stage", STAGES)
def test_each_value_is_what_terraform_reads(stage):
    found, prod = settings()
    here = estate(found, prod, inputs().variables)
    here, _ = read(found, here, (), inputs(RECORDED / f"{stage}.jsonl.gz"))
    rows = [{"expr": f"jsonencode({address})"} for address in recorded(stage)["data"]]
    told = console.eval_rows(rows, here.code.console_scope())
    ours = {row["expr"][len("jsonencode(") : -1]: json.loads(json.loads(row["value"])) for row in told}
    assert ours == recorded(stage)["data"]
    assert not here.code.diagnostics


@pytest.mark.parametrize("stage", STAGES)
def test_the_plan_is_terraforms(stage):
    outcome = audited(RECORDED / f"{stage}.jsonl.gz")
    assert planned(outcome) == without_deletions(recorded(stage)["plan"])
    assert outcome.audit.complete


def test_a_redacted_reading_makes_no_difference(tmp_path):
    taken = redacted(snapshot.read(RECORDED / "applied.jsonl.gz"), b"key")
    (tmp_path / "redacted.jsonl.gz").write_bytes(snapshot.encode(taken))
    outcome = audited(tmp_path / "redacted.jsonl.gz")
    assert set(planned(outcome).values()) <= {"undetermined"}
    assert ACCOUNT not in json.dumps(document(outcome))


def test_a_live_run_equals_the_replay_of_its_snapshot(live, tmp_path):
    first = audited(endpoint=live.url)
    assert first.snapshot.scope.looked_up["aws_dynamodb_table"] == ("platform-legacy", "platform-orders")
    (tmp_path / "taken.jsonl.gz").write_bytes(snapshot.encode(first.snapshot))
    second = audited(tmp_path / "taken.jsonl.gz")
    for each in formats().values():
        assert each.render(document(first)) == each.render(document(second)), each.name
    assert snapshot.encode(first.snapshot) == snapshot.encode(second.snapshot)


def test_what_is_denied_is_undetermined_and_told(live):
    live.deny("ListAliases")
    try:
        outcome = audited(endpoint=live.url)
    finally:
        live.heal()
    told = document(outcome)
    assert not told["complete"]
    (users,) = (one for one in outcome.audit.comparisons if one.declared.identity.name == "shop-prod-users")
    assert str(users.plan) == "undetermined"  # the key decides whether the table is declared at all
    assert users.declared.values["server_side_encryption"]["kms_key_arn"].action == "kms:ListAliases"


def test_what_aws_does_not_have_fails_the_plan_and_is_told(live):
    clients(live.url)("kms").delete_alias(AliasName="alias/shop-prod")
    try:
        told = document(audited(endpoint=live.url))
    finally:
        prepare_alias(live)
    assert not told["complete"]
    assert any("AWS has no aws_kms_alias alias/shop-prod" in line for line in told["evidence"]["diagnostics"])


def prepare_alias(live):
    kms = clients(live.url)("kms")
    kms.create_alias(AliasName="alias/shop-prod", TargetKeyId=kms.list_keys()["Keys"][0]["KeyId"])


def test_permissions_name_what_is_looked_up():
    found, prod = settings()
    policy = json.dumps(pipeline.permissions(found, prod, inputs()))
    assert "table/platform-orders" in policy
    assert "kms:ListAliases" in policy


@pytest.mark.terraform
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_live_against_terraform(live, tmp_path, monkeypatch):
    """The same, without fixtures: the alias leads to another key, both see the table change."""
    root = Root(tmp_path, live.url)
    root.run("apply", "-input=false", "-no-color", "-auto-approve")
    assert planned(audited(endpoint=live.url)) == {}
    repoint(clients(live.url))
    assert planned(audited(endpoint=live.url)) == root.plan()["plan"] == {"aws_dynamodb_table.users[0]": "update"}
