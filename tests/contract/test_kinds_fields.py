"""What kinds ask for and read exists in AWS's own service models."""

import re

import botocore.session
import pytest

from auditor.aws.operations import find, of_permissions
from auditor.kinds import kinds
from auditor.model.members import sources

SESSION = botocore.session.get_session()
FIELDS = sorted({source for kind in kinds() for source in sources(kind.attributes).values()})


def output_shape(api):
    service, operation = api.split(":")
    return SESSION.get_service_model(service).operation_model(operation).output_shape


@pytest.mark.parametrize(("api", "field"), FIELDS, ids=str)
def test_the_field_is_a_member_of_the_answer(api, field):
    shape = output_shape(api)
    for part in re.split(r"\.", field):
        name = part.removesuffix("[]")
        assert name in shape.members, f"{api} has no {field}"
        shape = shape.members[name]
        if part.endswith("[]"):
            shape = shape.member


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.type)
def test_permissions_are_of_operations_that_the_reader_knows(kind):
    assert of_permissions(kind.permissions)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.type)
def test_live_values_are_told_by_operations_that_the_kind_may_call(kind):
    allowed = set(kind.permissions)
    for api, _ in sources(kind.attributes).values():
        assert find(api).permission in allowed, api
