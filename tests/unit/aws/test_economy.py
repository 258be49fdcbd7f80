"""What is done once in place of at each call gives the same."""

from datetime import UTC, datetime

import botocore.handlers
import botocore.session
import pytest
from botocore.utils import parse_timestamp
from fakeaws.kind import kind
from msgspec.structs import replace

from auditor import __version__
from auditor.aws.economy import _NEEDLESS, moment, settle
from auditor.aws.operations import OPERATIONS
from auditor.aws.reader import plain
from auditor.aws.session import _laned, connect

ARN = "arn:aws:dynamodb:eu-west-1:999999999999:table/x"
PARAMS = (
    {},
    {"TableName": "x"},
    {"TableName": ARN},
    {"ResourceArn": ARN},
    {"ResourceARN": ARN},
    {"KeyId": ARN.replace("dynamodb", "kms")},
)


@pytest.mark.parametrize("value", [0, -1, 1700000000, 1700000000.0, 1700000000.1239, 1.7e9 + 0.9996, 253402300799])
def test_a_number_becomes_the_text_that_a_snapshot_keeps(value):
    assert plain(moment(value)) == plain(parse_timestamp(value))
    assert type(plain(moment(value))) is str


@pytest.mark.parametrize("value", ["2026-11-24T02:00:00Z", "Tue, 24 Nov 2026 02:00:00 GMT", "1700000000.5"])
def test_a_text_is_read_as_botocore_reads_it(value):
    assert moment(value) == parse_timestamp(value)


def test_a_number_that_is_no_time_is_left_to_botocore():
    with pytest.raises(ValueError, match="year"):
        moment(1e15)


def endpoints(session, service, region):
    """What botocore itself says for each operation and each sort of parameters."""
    client = session.create_client(service, region, config=_laned(service))
    models = [
        client.meta.service_model.operation_model(each.name) for each in OPERATIONS.values() if each.service == service
    ]
    resolver = client._ruleset_resolver
    return {
        str(resolver.construct_endpoint(operation_model=model, call_args=params, request_context={}))
        for model in models
        for params in PARAMS
    }


@pytest.mark.parametrize("region", ["ap-southeast-1", "us-gov-west-1", "cn-north-1"])
@pytest.mark.parametrize("service", sorted({operation.service for operation in OPERATIONS.values()}))
def test_the_endpoint_of_no_operation_depends_on_what_is_asked(session, service, region):
    (told,) = endpoints(session, service, region)
    assert region in told or service == "iam"


@pytest.fixture(scope="module")
def session():
    found = botocore.session.Session()
    found.set_credentials("AKIDEXAMPLE", "secret", account_id="111122223333")
    return found


def test_the_endpoint_is_worked_out_once(aws, connection):
    client = connection.client("dynamodb")
    own, asked = client._ruleset_resolver._resolver, []
    settled = connection.client("dynamodb")._ruleset_resolver
    settled._endpoint = None
    settled._resolver = Counting(own, asked)
    for name in aws.world.names[:3]:
        client.describe_table(TableName=name)
    assert len(asked) == 1


class Counting:
    def __init__(self, resolver, asked):
        self.resolver, self.asked = resolver, asked

    def construct_endpoint(self, **told):
        self.asked.append(told)
        return self.resolver.construct_endpoint(**told)

    def __getattr__(self, name):
        return getattr(self.resolver, name)


def test_a_client_without_rules_stays_as_it_is():
    client = object()
    settle(client)
    assert not hasattr(client, "_ruleset_resolver")


def test_times_of_answers_are_texts_from_the_start(connection, aws):
    told = connection.client("dynamodb").describe_table(TableName=aws.world.names[0])["Table"]["CreationDateTime"]
    assert datetime.fromisoformat(told).tzinfo is UTC


def test_a_lane_s_call_says_whose_it_is_and_nothing_of_retries(aws, access):
    connection = connect(replace(access, run_id="r1"), kind().permissions)
    sent = []
    client = connection.client("dynamodb")
    client.meta.events.register("before-send", lambda request, **_: sent.append(request.headers))
    client.describe_table(TableName=aws.world.names[0])
    connection.close()
    (headers,) = sent
    assert headers["User-Agent"].decode() == f"Botocore/{botocore.__version__} auditor/{__version__} run/r1"
    assert not [name for name in headers if name.lower().startswith("amz-sdk")]


def test_what_is_left_out_is_there_in_botocore():
    assert [name for _, name in _NEEDLESS if not hasattr(botocore.handlers, name)] == []
