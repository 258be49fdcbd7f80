import hashlib
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import ClassVar

import pytest
from fakeaws import FakeServer
from fakeaws.kind import kind
from msgspec.structs import replace

from auditor.aws import session
from auditor.aws.operations import OPERATIONS
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


def test_a_session_has_a_name_that_sts_takes(opened, access):
    """An environment may be called by letters of any script, in the run's id too."""
    role = "arn:aws:iam::210987654321:role/audit"
    connection = opened(replace(access, role=role, account="210987654321", run_id="2026-01-15T020000Z-prodü-東京-a1"))
    assert connection.caller.account == "210987654321"
    assert connection.client("sts").meta.config.user_agent_extra.endswith(" run/2026-01-15T020000Z-prod-----a1")


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("[profile a\nx", ("configuration of AWS can't be used", "ConfigParseError")),
        (
            "[profile a]\nrole_arn = x\nsource_profile = b\n[profile b]\nrole_arn = y\nsource_profile = a\n",
            ("configuration of AWS can't be used", "InfiniteLoopConfigError"),
        ),
        (
            "[profile a]\nrole_arn = arn:aws:iam::210987654321:role/x\nsource_profile = gone\n",
            ("configuration of AWS can't be used", 'The source_profile "gone"'),
        ),
        (
            "[profile a]\nrole_arn = arn:aws:iam::210987654321:role/x\nweb_identity_token_file = /nowhere\n",
            ("configuration of AWS can't be used", "No such file or directory: '/nowhere'"),
        ),
        ("[profile a]\ncredential_process = echo hi\n", ("configuration of AWS can't be used", "JSONDecodeError")),
        ("[profile a]\ncredential_process = false\n", ("credentials can't be obtained", "custom-process")),
        ("[profile a]\naws_access_key_id = x\n", ("credentials can't be obtained", "aws_secret_access_key")),
    ],
)
def test_what_is_wrong_here_is_not_told_of_aws(aws, profiles, monkeypatch, config, told):
    profiles(config)
    monkeypatch.setenv("AWS_PROFILE", "a")
    aws.configure(reset=True)
    with pytest.raises(NoCredentials) as caught:
        connect(Access(region=REGION), PERMISSIONS)
    summary, detail = told
    assert caught.value.summary.endswith(summary)
    assert detail in caught.value.detail
    assert aws.stats()["total"] == 0


def test_an_answer_of_aws_is_not_told_as_none(opened, access, monkeypatch):
    monkeypatch.setattr(session, "_plain", lambda run_id: run_id)
    with pytest.raises(NoCredentials, match=r"can't assume arn:aws:iam::210987654321:role/audit") as caught:
        opened(replace(access, role="arn:aws:iam::210987654321:role/audit", run_id="ü"))
    assert caught.value.detail.startswith("ValidationError: Value 'auditor-ü' at 'roleSessionName'")


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


def test_a_role_that_is_assumed_with_the_role_of_a_profile(aws, opened, profiles):
    first, second = "arn:aws:iam::210987654321:role/audit", "arn:aws:iam::321098765432:role/external-audit"
    profiles(f"{STATIC}[profile audit]\nrole_arn = {first}\nsource_profile = base\n")
    aws.configure(reset=True)
    chained = Access(region=REGION, profile="audit", role=second, external_id="agreed", account="321098765432")
    assert opened(chained).caller.account == "321098765432"
    assert aws.stats()["calls"]["AssumeRole"] == 2


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-gov-west-1", "us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "cn-north-1.amazonaws.com.cn"),
        ("ap-southeast-3", "ap-southeast-3.amazonaws.com"),
    ],
)
def test_every_partition_has_its_own_endpoints(opened, access, region, host):
    connection = opened(access)
    connection.access = Access(region=region)
    for service in ("dynamodb", "kms", "sts"):
        client = connection._make(service, region)
        assert client.meta.endpoint_url == f"https://{service}.{host}"
        client.close()


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


def test_the_endpoints_of_all_partitions_are_those_of_aws():
    partitions = json.loads(resources.files("botocore").joinpath("data", "partitions.json").read_text())["partitions"]
    for outputs in (each["outputs"] for each in partitions):
        assert session._is_aws(f"https://sts.some-region-1.{outputs['dnsSuffix']}")
        assert session._is_aws(f"https://dynamodb.some-region-1.{outputs['dualStackDnsSuffix']}")
    assert not session._is_aws("https://amazonaws.com.example")
    assert not session._is_aws("https://notamazonaws.com")


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
    lanes = [operation for operation in OPERATIONS.values() if operation.service == "dynamodb"]
    assert config.max_pool_connections == sum(lane.threads for lane in lanes)
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
    assert "auditor/" in config.user_agent_extra


def test_the_first_call_survives_a_short_outage(aws, opened, access):
    aws.configure(faults=["GetCallerIdentity=503:1::1"])
    assert opened(access).caller.account == "123456789012"


def test_credentials_that_can_not_be_fetched(opened, profiles):
    profiles("[profile broken]\ncredential_process = /bin/false\n")
    with pytest.raises(NoCredentials, match="can't be obtained"):
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


SIGNED_IN = "signed-in"


class Portal(BaseHTTPRequestHandler):
    """The SSO portal: credentials of a role for the right token."""

    asked: ClassVar[list] = []

    def do_GET(self):
        Portal.asked.append((self.path, self.headers["x-amz-sso_bearer_token"]))
        known = self.headers["x-amz-sso_bearer_token"] == SIGNED_IN
        credentials = {"accessKeyId": "ASIAX", "secretAccessKey": "y", "sessionToken": "z", "expiration": 4102444800000}
        body = json.dumps(
            {"roleCredentials": credentials} if known else {"message": "Session token not found"}
        ).encode()
        self.send_response(200 if known else 401)
        if not known:
            self.send_header("x-amzn-errortype", "UnauthorizedException")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def signed_in(profiles, tmp_path, monkeypatch):
    """A profile that signs in by SSO; the token that an earlier `aws sso login` left is given."""
    start = "https://example.awsapps.com/start"
    profiles(
        f"[profile company]\nsso_start_url = {start}\nsso_region = {REGION}\n"
        "sso_account_id = 123456789012\nsso_role_name = auditor\n"
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr("botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR", str(tmp_path))
    Portal.asked.clear()

    def write(token, expires):
        name = hashlib.sha1(start.encode(), usedforsecurity=False).hexdigest()
        cached = {"startUrl": start, "region": REGION, "accessToken": token, "expiresAt": expires}
        (tmp_path / f"{name}.json").write_text(json.dumps(cached))

    yield write
    server.shutdown()
    server.server_close()


def test_a_profile_of_sso_gets_its_credentials_from_the_portal(opened, signed_in):
    signed_in(SIGNED_IN, "2100-01-01T00:00:00Z")
    assert opened(Access(region=REGION, profile="company", account="123456789012")).caller.account == "123456789012"
    ((path, token),) = Portal.asked
    assert token == SIGNED_IN
    assert "role_name=auditor" in path
    assert "account_id=123456789012" in path


@pytest.mark.parametrize(("token", "expires"), [(SIGNED_IN, "2020-01-01T00:00:00Z"), ("old", "2100-01-01T00:00:00Z")])
def test_who_is_not_signed_in_any_more_is_told_to_sign_in(signed_in, token, expires):
    signed_in(token, expires)
    with pytest.raises(NoCredentials, match="expired") as caught:
        connect(Access(region=REGION, profile="company"), PERMISSIONS)
    assert "aws sso login --profile company" in caught.value.hint


def test_the_command_line_tells_it_without_a_traceback(signed_in, root):
    signed_in("old", "2100-01-01T00:00:00Z")
    command = [sys.executable, "-c", PATCHED, "--env", "prod", "--profile", "company", "--region", REGION]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: the AWS credentials have expired\n")
    assert "Traceback" not in done.stderr


PATCHED = """
import os, botocore.credentials as credentials
credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = os.path.dirname(os.environ["AWS_CONFIG_FILE"])
from auditor.cli import main
main()
"""
