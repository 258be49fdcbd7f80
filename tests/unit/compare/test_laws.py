"""Laws of comparison, over random tables of both sides."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sample_tables import DEFAULT_KEY, KEY, KINDS, OTHER_KEY, answers, described, pitr, read, scope, table

from auditor.compare import compare
from auditor.model.drift import Plan, Reality, Risk
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

UNKNOWN = Unknown(Reason.NOT_EVALUABLE, "a data source decides it")
CERTAIN = (Reality.EQUAL, Reality.DIFFERENT, Reality.UNDECLARED)

WITHOUT_EFFECT = ("_capacity", "stream_view_type")
"""Attributes that another one can make meaningless, whatever they are."""

laws = settings(max_examples=60, deadline=None)

throughput = st.fixed_dictionaries({"ReadCapacityUnits": st.integers(0, 9), "WriteCapacityUnits": st.integers(0, 9)})


@st.composite
def indexes(draw):
    names = draw(st.sets(st.sampled_from(["by-a", "by-b"])))
    return [
        {
            "IndexName": name,
            "KeySchema": [{"AttributeName": draw(st.sampled_from("ab")), "KeyType": "HASH"}],
            "Projection": draw(
                st.sampled_from(
                    [
                        {"ProjectionType": "ALL"},
                        {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y"]},
                    ]
                )
            ),
            "ProvisionedThroughput": draw(throughput),
        }
        for name in sorted(names)
    ]


@st.composite
def live(draw):
    """Answers about a table."""
    encryption = draw(st.sampled_from([None, KEY, OTHER_KEY, DEFAULT_KEY]))
    return answers(
        table=described(
            BillingModeSummary=draw(st.sampled_from([None, {"BillingMode": "PAY_PER_REQUEST"}])),
            ProvisionedThroughput=draw(throughput),
            DeletionProtectionEnabled=draw(st.booleans()),
            SSEDescription=encryption and {"Status": "ENABLED", "KMSMasterKeyArn": encryption},
            GlobalSecondaryIndexes=draw(indexes()),
            TableClassSummary=draw(st.sampled_from([None, {"TableClass": "STANDARD_INFREQUENT_ACCESS"}])),
            StreamSpecification=draw(st.sampled_from([None, {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}])),
        ),
        recovery=draw(st.sampled_from([pitr("DISABLED"), pitr(RecoveryPeriodInDays=35), pitr(RecoveryPeriodInDays=7)])),
        ttl=draw(
            st.sampled_from(
                [{"TimeToLiveStatus": "DISABLED"}, {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}]
            )
        ),
        tags=draw(st.dictionaries(st.sampled_from("ab"), st.sampled_from("12"))),
    )


def live_table(found):
    (resource,) = [resource for resource in read(found) if resource.kind == "aws_dynamodb_table"]
    return resource


def written(value):
    """A live value as code would say it: what is absent is left out."""
    if isinstance(value, dict):
        return {key: written(item) for key, item in value.items() if item is not None and item is not NOT_APPLICABLE}
    return value


def mirrored(found):
    """The declaration of exactly what is live."""
    resource = live_table(found)
    values = dict(resource.values)
    if resource.facts["encryption"] == "AWS_MANAGED":
        values["server_side_encryption"] = {"enabled": True}
    return replace(table(), values=written(values))


@st.composite
def changed(draw, found):
    """The declaration of what is live, with parts left out or changed."""
    values = dict(mirrored(found).values)
    other = mirrored(draw(live())).values
    for name in draw(st.sets(st.sampled_from(sorted(values.keys() - {"name", "hash_key"})))):
        values.pop(name)
    for name in draw(st.sets(st.sampled_from(sorted(other.keys() - {"name"})))):
        values[name] = other[name]
    return replace(table(), values=values)


def drifts(declared, found):
    """By path; what is drawn need not be a configuration that Terraform takes."""
    (comparison,) = compare([declared], [live_table(found)], found, KINDS.values(), scope())
    return {drift.path: drift for drift in comparison.drifts if drift.risk is not Risk.FAILS}


@laws
@given(live())
def test_a_thing_compared_with_itself_is_no_drift(found):
    assert drifts(mirrored(found), found) == {}


def leaves(values, prefix=""):
    """The paths of all leaves, each as a tuple of keys."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield (*prefix, key)
            yield from leaves(value, (*prefix, key))
        else:
            yield (*prefix, key)


def with_leaf(values, path, value):
    key, *rest = path
    return {**values, key: with_leaf(values[key], rest, value) if rest else value}


@laws
@given(st.data())
def test_an_unknown_value_is_never_equal_nor_different(data):
    found = data.draw(live())
    declared = data.draw(changed(found))
    paths = [path for path in leaves(declared.values, ()) if path[-1] != "name"]
    path = data.draw(st.sampled_from(paths))
    unknown = replace(declared, values=with_leaf(declared.values, path, UNKNOWN))
    for drift in drifts(unknown, found).values():
        if isinstance(drift.declared.value, Unknown):
            moot = drift.path.endswith(WITHOUT_EFFECT) or drift.live.value is NOT_APPLICABLE
            assert drift.reality is Reality.UNDETERMINED or (moot and drift.reality is Reality.EQUAL), drift


@laws
@given(st.data())
def test_learning_an_unknown_value_never_flips_a_certain_verdict(data):
    found = data.draw(live())
    declared = data.draw(changed(found))
    path = data.draw(st.sampled_from([path for path in leaves(declared.values, ()) if path[-1] != "name"]))
    before = drifts(replace(declared, values=with_leaf(declared.values, path, UNKNOWN)), found)
    after = drifts(declared, found)
    for name, drift in before.items():
        if drift.reality in CERTAIN:
            told = after[name].reality if name in after else Reality.EQUAL
            assert told is drift.reality, name
        if drift.plan not in (Plan.UNDETERMINED, Plan.NO_OP):
            assert after[name].plan is drift.plan, name


@laws
@given(st.data())
def test_what_is_certainly_no_drift_stays_none(data):
    found = data.draw(live())
    declared = data.draw(changed(found))
    path = data.draw(st.sampled_from([path for path in leaves(declared.values, ()) if path[-1] != "name"]))
    before = drifts(replace(declared, values=with_leaf(declared.values, path, UNKNOWN)), found)
    open_paths = {name for name, drift in before.items() if drift.reality is Reality.UNDETERMINED}
    for name, drift in drifts(declared, found).items():
        known = name in before or any(name.startswith(other) for other in open_paths)
        assert known, f"{name}: {drift}"
