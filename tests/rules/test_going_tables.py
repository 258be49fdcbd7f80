"""Of a table that is being deleted AWS tells little: what it leaves out is unknown to every rule, and never absent."""

import pytest
from classical_faults import NOW, project
from msgspec.structs import replace
from strict_account import StrictAccount

from auditor import pipeline, reading
from auditor.aws import snapshot
from auditor.aws.shapes import lacking
from auditor.compare import compare
from auditor.estate import estate
from auditor.inputs import Inputs, Variables
from auditor.kinds import kinds
from auditor.model.drift import Plan
from auditor.model.results import LETTERS, Status
from auditor.model.rule import Profile
from auditor.ruleset import rules_for
from auditor.settings import load

STAYS = (
    "TableName",
    "TableArn",
    "TableStatus",
    "ProvisionedThroughput",
    "DeletionProtectionEnabled",
    "ItemCount",
    "TableSizeBytes",
)
"""What is left, after botocore's example of an answer of DeleteTable; the ARN and the protection besides."""
PASS, FAIL, UNKNOWN = (LETTERS[status] for status in (Status.PASS, Status.FAIL, Status.UNKNOWN))


class Going(StrictAccount):
    """All tables are being deleted."""

    def describe_table(self, asked):
        table = super().describe_table(asked)["Table"] | {"TableStatus": "DELETING"}
        return {"Table": {name: value for name, value in table.items() if name in STAYS}}


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """What comes of each rule, subject by subject, while tables are there and while they are being deleted."""
    folder = tmp_path_factory.mktemp("going")
    project(folder, "literal")
    settings = replace(load(folder, {}), profile=Profile.STRICT)
    prod = settings.environment("prod")
    inputs = Inputs(now=NOW, snapshot=folder / "snapshot.jsonl.gz")
    here = estate(settings, prod, Variables())
    found = []
    for account in (StrictAccount(), Going()):
        taken = account.read(here, rules_for(settings, here.environment, inputs).wanted)
        taken = replace(taken, context={**taken.context, **reading.context(settings, here, inputs)})
        inputs.snapshot.write_bytes(snapshot.encode(taken))
        outcome = pipeline.audit(settings, prod, inputs)
        found.append(({one.rule: one.statuses for one in outcome.audit.results}, taken, here))
    return found


def test_such_an_answer_is_a_whole_one(audited):
    _, (_, taken, _) = audited
    pages = [answer.pages[0] for answer in taken.answers.of("dynamodb:DescribeTable") if answer.ok]
    assert pages
    assert {lacking("dynamodb:DescribeTable", page) for page in pages} == {""}


def test_the_state_fails_and_everything_else_is_as_it_was_or_unknown(audited):
    (before, *_), (going, *_) = audited
    tables = len(before["SEC-014"])
    assert going["SEC-014"].count(FAIL) == before["SEC-014"].count(PASS) > 20
    assert tables == len(going["SEC-014"])
    for rule in before.keys() - {"SEC-014"}:
        # Which key is a table's is unknown too: one of code and one of AWS are not known to be the same.
        if len(before[rule]) == len(going[rule]):
            pairs = set(zip(before[rule], going[rule], strict=True))
            assert {(was, now) for was, now in pairs if now not in (was, UNKNOWN)} == set(), rule
        assert [going[rule].count(letter) > before[rule].count(letter) for letter in (FAIL, PASS)] == [False] * 2, rule
        assert LETTERS[Status.ERROR] not in going[rule]
    assert sum(letters.count(UNKNOWN) for letters in going.values()) > 20 * tables


def test_no_plan_is_told_that_aws_would_not_show(audited):
    _, (_, taken, here) = audited
    live = [each for kind in kinds() for each in kind.read(taken.answers, taken.scope)]
    told = compare(here.resources, live, taken.answers, kinds(), taken.scope)
    plans = {each.plan for each in told if each.kind == "aws_dynamodb_table"}
    assert plans == {Plan.UNDETERMINED}
