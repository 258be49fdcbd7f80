import pytest
from fakeaws.kind import kind

from auditor.aws.lock import BUNDLES, IDENTITY, STATE, Refused, allowlist
from auditor.aws.operations import OPERATIONS
from auditor.aws.session import connect

SERVICES = sorted(
    {operation.service for operation in OPERATIONS.values()} | {service for service, _ in (*IDENTITY, *BUNDLES, STATE)}
)
"""Of every kind, of finding out who we are, and of buckets that this connection may not read."""


def arguments(shape, depth=0):
    """Some value that the shape's serializer takes, with the required members only."""
    match shape.type_name:
        case "structure":
            return {
                name: arguments(member, depth + 1)
                for name, member in shape.members.items()
                if name in shape.required_members and depth < 6
            }
        case "list":
            return [arguments(shape.member, depth + 1)]
        case "map":
            return {"name": arguments(shape.value, depth + 1)}
        case "string":
            return "x" * 12
        case "boolean":
            return True
        case "integer" | "long" | "float" | "double":
            return 1
        case "timestamp":
            return 0
        case "blob":
            return b"x"
    raise AssertionError(shape.type_name)


@pytest.mark.parametrize("by_botocore", [False, True])
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_outside_the_allowlist_is_ever_sent(aws, access, service, by_botocore):
    """By our clients, and by those that botocore's credential providers make of the same session."""
    permissions = sorted(operation.permission for operation in OPERATIONS.values())
    connection = connect(access, permissions)
    aws.configure(reset=True)
    made = {"region_name": access.region, "endpoint_url": aws.url}
    client = connection._session.create_client(service, **made) if by_botocore else connection.client(service)
    model = client.meta.service_model
    refused = {name for name in model.operation_names if (service, name) not in allowlist(permissions)}
    for name in refused:
        shape = model.operation_model(name).input_shape
        with pytest.raises(Refused):
            client._make_api_call(name, arguments(shape) if shape else {})
    assert refused or {(service, name) for name in model.operation_names} <= IDENTITY
    assert aws.stats()["total"] == 0


def test_a_read_that_no_kind_of_this_run_needs_is_refused(aws, access):
    client = connect(access, ["dynamodb:DescribeTable"]).client("dynamodb")
    aws.configure(reset=True)
    with pytest.raises(Refused, match="dynamodb:ListTables is not a read of this audit"):
        client.list_tables()
    assert aws.stats()["total"] == 0
    assert client.describe_table(TableName=aws.world.names[0])["Table"]


def test_the_allowlist_is_identity_and_the_permissions():
    added = allowlist(["tag:GetResources"]) - IDENTITY
    assert added == {("resourcegroupstaggingapi", "GetResources")}


def test_the_allowlist_of_the_fakes_kind_holds_reads_only():
    names = [name for _, name in allowlist(kind().permissions) - IDENTITY]
    assert names
    assert all(name.startswith(("Describe", "List", "Get")) for name in names)


def test_sessions_are_made_by_one_module(root):
    users = {
        path.relative_to(root).as_posix()
        for path in (root / "auditor").rglob("*.py")
        if "import boto3" in path.read_text() or "botocore.session" in path.read_text()
    }
    # The demonstration fills its own stand-in, and publishing is another program, under other credentials.
    outside = {path for path in users if not path.startswith(("auditor/demo/", "auditor/publish/"))}
    assert outside == {"auditor/aws/session.py"}
