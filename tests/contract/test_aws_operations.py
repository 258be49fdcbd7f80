"""Every row of the table of operations against botocore's own service models."""

import botocore.session
import pytest

from auditor.aws.operations import OPERATIONS

SESSION = botocore.session.Session()
WITHOUT_PAGINATOR = {"backup:ListTags", "dynamodb:ListContributorInsights"}
"""They page, and botocore has no paginator for them."""


@pytest.fixture(params=OPERATIONS.values(), ids=OPERATIONS)
def operation(request):
    return request.param


@pytest.fixture
def model(operation):
    return SESSION.get_service_model(operation.service).operation_model(operation.name)


def test_the_envelope_is_a_member_of_the_answer(operation, model):
    assert operation.envelope in model.output_shape.members


def test_it_is_not_a_write(model):
    assert model.name.startswith(("Describe", "List", "Get"))


def test_paging_is_as_in_the_model(operation, model):
    inputs = model.input_shape.members
    tokens = {"NextToken", "NextMarker", "PaginationToken", "LastEvaluatedTableName", "LastEvaluatedBackupArn"}
    if operation.paging is None:
        # Only one operation answers with a token that nobody needs: a table has two Kinesis streams at most.
        assert not tokens & model.output_shape.members.keys()
        return
    assert operation.paging.output in model.output_shape.members
    assert operation.paging.input in inputs
    if operation.paging.size:
        limits = inputs[operation.paging.size].metadata
        assert limits.get("max", operation.paging.longest) >= operation.paging.longest >= limits.get("min", 1)


def test_paging_is_as_botocore_pages(operation):
    try:
        paginators = SESSION.get_paginator_model(operation.service)
        config = paginators.get_paginator(operation.name)
    except ValueError:
        assert operation.paging is None or operation.api in WITHOUT_PAGINATOR
        return
    assert operation.paging is not None
    assert (config["output_token"], config["input_token"]) == (operation.paging.output, operation.paging.input)


@pytest.mark.parametrize("service", sorted({operation.service for operation in OPERATIONS.values()}))
def test_the_iam_prefix_is_the_services_signing_name_or_given(service):
    signing = SESSION.get_service_model(service).signing_name
    prefixes = {o.permission.partition(":")[0] for o in OPERATIONS.values() if o.service == service}
    # CloudWatch signs as `monitoring`, and its actions are called by its own name.
    assert prefixes == ({"cloudwatch"} if signing == "monitoring" else {"tag"} if signing == "tagging" else {signing})
