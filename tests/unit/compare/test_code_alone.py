"""Code alone: what the provider refuses whatever AWS has, what it refuses of a new table only, and nothing else."""

import pytest
from msgspec.structs import replace
from sample_tables import KINDS, table

from auditor.compare import of_code
from auditor.model.drift import Existence, Plan
from auditor.model.values import Reason, Unknown

CAUSE = Unknown(Reason.NOT_READ, "AWS was not asked")


def alone(declared):
    (comparison,) = of_code([declared], KINDS.values(), CAUSE)
    assert (comparison.existence, comparison.cause, comparison.live) == (Existence.UNDETERMINED, CAUSE, None)
    return comparison.plan, comparison.note


UNKEYED = {"attribute": {"id": {"name": "id"}, "x": {"name": "x"}}}


@pytest.mark.parametrize(
    ("declared", "plan", "note"),
    [
        (table(), Plan.UNDETERMINED, ""),
        (table(**UNKEYED), Plan.ERROR, "attributes that no key uses: x"),
        (table(range_key="at"), Plan.ERROR, "keys without an attribute: at"),
        (table(("attribute",), **UNKEYED), Plan.UNDETERMINED, "refused while there is none yet: attributes that no"),
        (table(("all",), **UNKEYED), Plan.UNDETERMINED, "refused while there is none yet: attributes that no"),
        (table(hash_key=None), Plan.UNDETERMINED, "refused while there is none yet: attributes that no key uses: id"),
        (table(ttl={"enabled": True}), Plan.ERROR, "ttl.attribute_name"),
        (table(stream_enabled=True), Plan.UNDETERMINED, "refused while there is none yet: stream_view_type"),
        (table(read_capacity=5), Plan.UNDETERMINED, "refused while there is none yet: read_capacity"),
        (table(billing_mode=None), Plan.UNDETERMINED, "refused while there is none yet: read_capacity"),
        (table(hash_key=Unknown(Reason.NOT_EVALUABLE)), Plan.UNDETERMINED, ""),
        (replace(table(), refused=("not an ARN",)), Plan.ERROR, "not an ARN"),
        (replace(table(**UNKEYED), undetermined=CAUSE), Plan.UNDETERMINED, ""),
    ],
)
def test_what_is_refused_for_certain_and_what_of_a_new_table_only(declared, plan, note):
    found = alone(declared)
    assert found[0] is plan
    assert found[1].startswith(note)
    assert bool(found[1]) is bool(note)


def test_resources_that_are_not_read_are_not_compared():
    assert of_code([replace(table(), kind="aws_sqs_queue")], KINDS.values(), CAUSE) == ()
