"""The fake, a connection into it, and a kind that reads all of it."""

import pytest
from fakeaws import FakeServer
from fakeaws.kind import kind

from auditor.aws.reader import Reader
from auditor.aws.session import Access, connect

REGION = "ap-southeast-1"


@pytest.fixture
def aws():
    with FakeServer(tables=12, seed=7, drift=0.3) as server:
        yield server


@pytest.fixture
def access(aws):
    return Access(region=REGION, endpoint=aws.url, account="123456789012")


@pytest.fixture
def connection(access):
    opened = connect(access, kind().permissions)
    yield opened
    opened.close()


@pytest.fixture
def reader(connection):
    return Reader(connection)
