import json

from fakeaws.kind import kind

from auditor.aws.operations import OPERATIONS
from auditor.aws.permissions import DATA_ACTIONS, actions, policy
from auditor.live import read
from auditor.model.answers import Scope

SCOPE = Scope(
    account="123456789012",
    region="ap-southeast-1",
    declared={"aws_dynamodb_table": ("shop-prod-users", "elsewhere")},
    patterns=("shop-prod-*",),
)


def statements(scope=SCOPE, kinds=None):
    return {statement["Sid"]: statement for statement in policy(kinds or [kind()], scope)["Statement"]}


def test_tables_are_narrowed_to_the_scope_and_the_declared_names():
    arn = "arn:aws:dynamodb:ap-southeast-1:123456789012:table/"
    streams = f"{arn}elsewhere/stream/*"
    assert statements()["ReadTables"]["Resource"] == [f"{arn}elsewhere", streams, f"{arn}shop-prod-*"]


def test_without_a_scope_all_tables_of_the_account_are_meant():
    scope = Scope(account="123456789012", region="ap-southeast-1")
    assert statements(scope)["ReadTables"]["Resource"] == ["arn:aws:dynamodb:ap-southeast-1:123456789012:table/*"]


def test_keys_are_narrowed_to_the_account_and_lists_are_not():
    assert statements()["ReadKeys"]["Resource"] == ["arn:aws:kms:ap-southeast-1:123456789012:key/*"]
    assert statements()["ListAndDescribe"]["Resource"] == ["*"]


def test_replicas_are_read_in_their_own_regions():
    document = policy([kind()], SCOPE, ["us-west-2", "ap-southeast-1"])
    tables = next(statement for statement in document["Statement"] if statement["Sid"] == "ReadTables")
    assert [arn.split(":")[3] for arn in tables["Resource"]] == ["ap-southeast-1"] * 3 + ["us-west-2"] * 3


def test_the_partition_is_the_callers():
    scope = Scope(account="1", region="cn-north-1", partition="aws-cn")
    assert statements(scope)["ReadKeys"]["Resource"][0].startswith("arn:aws-cn:kms:")


def test_customers_data_is_denied():
    denial = statements()["NeverReadData"]
    assert denial["Effect"] == "Deny"
    assert {"dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query"} <= set(denial["Action"])
    assert not set(DATA_ACTIONS) & {operation.permission for operation in OPERATIONS.values()}


def test_a_statement_without_actions_is_left_out():
    listing = kind((), permissions=("dynamodb:ListTables",))
    assert set(statements(kinds=[listing])) == {"ListAndDescribe", "NeverReadData"}


def test_it_is_a_json_document_of_iam():
    document = json.loads(json.dumps(policy([kind()], SCOPE)))
    assert document["Version"] == "2012-10-17"


def test_it_allows_what_a_run_called_and_nothing_else(aws, reader):
    read([kind()], SCOPE, reader)
    called = set(aws.stats()["calls"]) - {"GetCallerIdentity"}
    allowed = {action for name, told in statements().items() if name != "NeverReadData" for action in told["Action"]}
    assert {action.partition(":")[2] for action in allowed} == called
    assert allowed == actions([kind()])
