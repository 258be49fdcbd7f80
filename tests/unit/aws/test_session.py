import json
import subprocess
import sys
from dataclasses import replace

import pytest
from fakeaws import FakeServer
from fakeaws.kind import kind

from auditor.aws.session import Access, Caller, connect
from auditor.model.errors import NoCredentials, Unreachable, WrongAccount

REGION = "ap-southeast-1"
PERMISSIONS = kind().permissions


@pytest.fixture
def opened():
    """Connect, and close at the end."""
    made = []

    def make(access):
        made.append(connect(access, PERMISSIONS))
        return made[-1]

    yield make
    for connection in made:
        connection.close()


@pytest.fixture
def profiles(tmp_path, monkeypatch, aws):
    """Write ~/.aws/config, without credentials in the environment."""

    def write(text):
        path = tmp_path / "config"
        path.write_text(text)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)

    return write


STATIC = "[profile base]\naws_access_key_id = AKIAX\naws_secret_access_key = y\n"


def test_environment_credentials_and_the_expected_account(opened, access):
    connection = opened(access)
    assert connection.caller == Caller("123456789012", "arn:aws:sts::123456789012:assumed-role/auditor/fake", "aws")


def test_the_account_is_asked_for_first_and_nothing_else_is(aws, opened, access):
    opened(access)
    assert aws.stats()["calls"] == {"GetCallerIdentity": 1}


def test_another_account_ends_the_audit_before_anything_is_read(aws, opened, access):
    with pytest.raises(WrongAccount, match="another account") as caught:
        opened(replace(access, account="999988887777", account_source="audit.toml:4"))
    assert caught.value.facts == (
        ("want", "999988887777 (from audit.toml:4)"),
        ("have", "123456789012 as assumed-role/auditor/fake"),
        ("did", "nothing was read"),
    )
    assert "--account 123456789012" in caught.value.hint
    assert aws.stats()["calls"] == {"GetCallerIdentity": 1}


def test_any_account_goes_where_none_is_expected(opened, access):
    assert opened(replace(access, account="")).caller.account == "123456789012"


def test_a_role_is_assumed_with_its_external_id(aws, opened, access):
    role = "arn:aws:iam::210987654321:role/external-audit"
    connection = opened(replace(access, role=role, external_id="agreed", account="210987654321", run_id="r1"))
    assert connection.caller.account == "210987654321"
    table = connection.client("dynamodb").describe_table(TableName=aws.world.names[0])["Table"]
    assert ":210987654321:" in table["TableArn"]


@pytest.mark.parametrize(("role", "external_id"), [("external-audit", "wrong"), ("external-audit", ""), ("denied", "")])
def test_a_role_that_can_not_be_assumed(opened, access, role, external_id):
    arn = f"arn:aws:iam::210987654321:role/{role}"
    with pytest.raises(NoCredentials, match="can't assume arn:aws:iam::210987654321") as caught:
        opened(replace(access, role=arn, external_id=external_id))
    assert "AccessDenied" in caught.value.detail
    assert ("role", arn) in caught.value.facts
    assert ("did", "nothing was read") in caught.value.facts


def test_a_profile(opened, profiles):
    profiles(STATIC)
    assert opened(Access(region=REGION, profile="base")).caller.account == "123456789012"


def test_a_profile_with_a_role_of_its_own(opened, profiles):
    role = "arn:aws:iam::210987654321:role/audit"
    profiles(f"{STATIC}[profile audit]\nrole_arn = {role}\nsource_profile = base\n")
    assert opened(Access(region=REGION, profile="audit")).caller.account == "210987654321"


def test_a_profile_that_is_not_there(opened, profiles):
    profiles(STATIC)
    with pytest.raises(NoCredentials, match="no AWS profile 'prod'") as caught:
        opened(Access(region=REGION, profile="prod"))
    assert ("found", "base") in caught.value.facts


def test_a_profile_of_the_surroundings_that_is_not_there(opened, profiles, monkeypatch):
    profiles(STATIC)
    monkeypatch.setenv("AWS_PROFILE", "nightly")
    with pytest.raises(NoCredentials, match="no AWS profile 'nightly'"):
        opened(Access(region=REGION))


@pytest.mark.parametrize("role", ["", "arn:aws:iam::210987654321:role/audit"])
def test_no_credentials_at_all(opened, profiles, role):
    profiles("")
    with pytest.raises(NoCredentials, match="there are no AWS credentials") as caught:
        opened(Access(region=REGION, role=role))
    assert ("did", "nothing was read") in caught.value.facts
    assert "audit demo" in caught.value.hint


@pytest.mark.parametrize(
    ("fault", "summary"),
    [
        ("expired", "the AWS credentials have expired"),
        ("badtoken", "AWS does not accept the credentials"),
        ("skew", "AWS does not accept the credentials"),
        ("503", "AWS does not answer"),
        ("reset", "AWS does not answer"),
        ("html", "AWS does not answer"),
    ],
)
def test_what_goes_wrong_with_the_first_call(aws, opened, access, fault, summary):
    aws.configure(faults=[f"GetCallerIdentity={fault}"])
    with pytest.raises((NoCredentials, Unreachable), match=summary) as caught:
        opened(access)
    assert caught.value.hint
    assert caught.value.detail


def test_an_endpoint_that_nobody_listens_at(opened):
    with FakeServer(tables=1) as gone:
        url = gone.url
    with pytest.raises(Unreachable, match="AWS does not answer at http://127"):
        opened(Access(region=REGION, endpoint=url))


def test_a_custom_endpoint_is_evidence(aws, opened, access):
    connection = opened(access)
    assert connection.endpoint == aws.url
    assert connection.loopback


def test_the_endpoint_of_the_environment_counts_too(aws, opened, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    assert opened(Access(region=REGION)).endpoint == aws.url


def test_without_one_sts_is_the_regions_own(opened, access):
    connection = opened(access)
    connection.access = Access(region=REGION)
    client = connection._make("sts", REGION)
    assert client.meta.endpoint_url == f"https://sts.{REGION}.amazonaws.com"
    client.close()


def test_clients_are_made_once_for_service_and_region(opened, access):
    connection = opened(access)
    assert connection.client("kms") is connection.client("kms", REGION)
    assert connection.client("kms") is not connection.client("kms", "us-east-1")


def test_clients_wait_a_little_and_leave_retries_to_the_lanes(opened, access):
    config = opened(access).client("dynamodb").meta.config
    assert (config.connect_timeout, config.read_timeout) == (3, 10)
    assert config.max_pool_connections >= 36
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
    assert "auditor/" in config.user_agent_extra


def test_the_first_call_survives_a_short_outage(aws, opened, access):
    aws.configure(faults=["GetCallerIdentity=503:1::1"])
    assert opened(access).caller.account == "123456789012"


def test_credentials_that_can_not_be_fetched(opened, profiles):
    profiles("[profile broken]\ncredential_process = /bin/false\n")
    with pytest.raises(NoCredentials, match="does not accept"):
        opened(Access(region=REGION, profile="broken"))


def test_renewing_makes_new_clients_of_the_same_caller(opened, access):
    connection = opened(access)
    old = connection.client("kms")
    assert connection.renew()
    assert connection.client("kms") is not old
    old.close()


def test_renewing_fails_where_the_account_changes_or_the_credentials_do(aws, opened, access):
    connection = opened(access)
    connection.caller = replace(connection.caller, account="1")
    assert not connection.renew()
    aws.configure(faults=["GetCallerIdentity=expired"])
    assert not connection.renew()


def test_importing_the_live_side_loads_no_boto3():
    code = (
        "import json, sys, auditor.live, auditor.aws.reader, auditor.aws.snapshot, auditor.aws.permissions;"
        "print(json.dumps([name for name in sys.modules if name.partition('.')[0] in ('boto3', 'botocore')]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []
