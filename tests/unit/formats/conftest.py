"""The reports that the tests of the formats share."""

import json

import pytest
from hostile_report import hostile
from sample_audit import sample_audit
from sample_estate import code_line
from sample_history import earlier

from auditor.formats.json import document, encode


@pytest.fixture(scope="session")
def audit():
    return sample_audit()


@pytest.fixture(scope="session")
def report(audit):
    """As every format gets it: decoded."""
    first = json.loads(encode(document(audit, code=code_line)))
    return json.loads(encode(document(audit, code=code_line, earlier=earlier(first))))


@pytest.fixture(scope="session")
def spoiled(report):
    return hostile(report)
