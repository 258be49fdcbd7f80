"""The fake, a connection into it, and a kind that reads all of it."""

import pytest
from fakeaws import FakeServer
from fakeaws.kind import kind

from auditor.aws.reader import Reader
from auditor.aws.session import Access, connect

REGION = "ap-southeast-1"


@pytest.fixture(scope="session")
def server():
    with FakeServer(tables=12, seed=7, drift=0.3) as running:
        yield running


@pytest.fixture
def aws(server):
    server.configure(faults=[], throttle={}, latency_ms=0, reset=True)
    return server


@pytest.fixture
def access(aws):
    return Access(region=REGION, endpoint=aws.url, account="123456789012")


@pytest.fixture(scope="session")
def shared_connection(server):
    server.configure(faults=[], throttle={})  # what the test before it left behind
    opened = connect(Access(region=REGION, endpoint=server.url), kind().permissions)
    yield opened
    opened.close()


@pytest.fixture
def connection(aws, shared_connection):
    """Making clients takes long, so the tests share them."""
    return shared_connection


@pytest.fixture
def reader(connection):
    return Reader(connection)
