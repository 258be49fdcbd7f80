import json
from functools import cache

import botocore.session
import pytest

from auditor.aws.failures import TREATMENTS, Treatment
from auditor.model.answers import ANSWERED
from auditor.subjects.facts import catalogue
from auditor.subjects.table import STATUSES


@cache
def model(service):
    return botocore.session.get_session().get_service_model(service)


def specs():
    for type_, facts in catalogue().items():
        for spec in facts.values():
            yield type_, spec
            yield from ((type_, child) for child in spec.children)


FROM_AWS = [(type_, spec) for type_, spec in specs() if spec.api]


@pytest.mark.parametrize(("type_", "spec"), FROM_AWS, ids=[f"{type_}-{spec.path}" for type_, spec in FROM_AWS])
def test_operation_and_field_exist(type_, spec):
    service, operation = spec.api.split(":")
    shape = model(service).operation_model(operation).output_shape
    for name in spec.field.split("."):
        while shape.type_name == "list":
            shape = shape.member
        assert name in shape.members, f"{spec.api} has no {spec.field}: {sorted(shape.members)}"
        shape = shape.members[name]


def test_every_fact_says_what_it_means():
    for type_, spec in specs():
        assert spec.doc.endswith("."), (type_, spec.path)
        assert spec.api or spec.field, (type_, spec.path)


@pytest.mark.parametrize(
    ("values", "service", "shape"),
    [
        (STATUSES, "dynamodb", "TableStatus"),
        (catalogue()["key"]["live.state"].values, "kms", "KeyState"),
        (catalogue()["key"]["live.manager"].values, "kms", "KeyManagerType"),
        (catalogue()["key"]["live.origin"].values, "kms", "OriginType"),
        (catalogue()["table"]["live.billing_mode"].values, "dynamodb", "BillingMode"),
        (catalogue()["table"]["live.table_class"].values, "dynamodb", "TableClass"),
        (catalogue()["table"]["live.server_side_encryption.status"].values, "dynamodb", "SSEStatus"),
        (catalogue()["table"]["live.point_in_time_recovery.status"].values, "dynamodb", "PointInTimeRecoveryStatus"),
    ],
)
def test_closed_lists_are_those_of_the_service(values, service, shape):
    assert set(values) == set(model(service).shape_for(shape).enum)


def test_answers_that_are_no_failures_are_the_reader_s():
    assert {code for code, treatment in TREATMENTS.items() if treatment is Treatment.ANSWERED} == ANSWERED


def test_the_catalogue_can_be_written_down():
    written = json.dumps(
        {type_: {path: spec.type for path, spec in facts.items()} for type_, facts in catalogue().items()}
    )
    assert "live.point_in_time_recovery.status" in written
