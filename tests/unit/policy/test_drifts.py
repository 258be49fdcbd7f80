import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_rules import ORIGIN

from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality, Risk
from auditor.model.facts import Fact, Identity, Resource, Side
from auditor.model.rule import DriftSelector
from auditor.model.values import Reason, Truth, Unknown
from auditor.policy import drifts

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
WHO = Unknown(Reason.DENIED)
IDENTITY = Identity("1", "r", "users")


def drift(path="ttl.enabled", reality=Reality.DIFFERENT, plan=Plan.UPDATE, risk=None, live=False):
    return Drift(path, plan, reality, Fact(True, ORIGIN), Fact(live, ORIGIN), risk)


def comparison(existence=Existence.BOTH, plan=Plan.UPDATE, kind="aws_dynamodb_table", **more):
    more = {"declared": None, "live": None, **more}
    return Comparison(kind, IDENTITY, "a.b", existence, plan, **more)


def resource(side, **more):
    return Resource(side, "aws_dynamodb_table", IDENTITY, {}, **more)


@pytest.mark.parametrize(
    ("selector", "given", "expected"),
    [
        (DriftSelector(paths=("ttl",)), drift(), T),
        (DriftSelector(paths=("tags",)), drift(), F),
        (DriftSelector(), drift(reality=Reality.EQUAL), F),
        (DriftSelector(), drift(reality=Reality.UNDECLARED), F),
        (DriftSelector(), drift(reality=Reality.UNDECLARED, risk=Risk.REMOVES_PROTECTION), T),
        (DriftSelector(), drift(reality=Reality.EQUAL, risk=Risk.NEVER_CONVERGES), F),
        (DriftSelector(), drift(reality=Reality.UNDETERMINED), U),
        (DriftSelector(reality=(Reality.UNDECLARED,)), drift(reality=Reality.UNDECLARED), T),
        (DriftSelector(reality=(Reality.UNDECLARED,)), drift(), F),
        (DriftSelector(reality=(Reality.UNDECLARED,)), drift(reality=Reality.UNDETERMINED), U),
        (DriftSelector(reality=(Reality.UNDETERMINED,)), drift(reality=Reality.UNDETERMINED), T),
        (DriftSelector(plan=(Plan.REPLACE,)), drift(), F),
        (DriftSelector(plan=(Plan.REPLACE,)), drift(plan=Plan.UNDETERMINED), U),
        (DriftSelector(plan=(Plan.UPDATE,)), drift(), T),
        (DriftSelector(risk=(Risk.REPLACES,)), drift(), F),
        (DriftSelector(risk=(Risk.REPLACES,)), drift(risk=Risk.REPLACES), T),
        (DriftSelector(risk=(Risk.REPLACES,)), drift(reality=Reality.UNDETERMINED), F),
    ],
)
def test_reported(selector, given, expected):
    assert drifts.reported(selector, given) is expected


@pytest.mark.parametrize(
    ("selector", "existence", "expected"),
    [
        (DriftSelector(existence=(Existence.MISSING,)), Existence.MISSING, T),
        (DriftSelector(existence=(Existence.MISSING,)), Existence.UNMANAGED, F),
        (DriftSelector(existence=(Existence.MISSING,)), Existence.BOTH, F),
        (DriftSelector(existence=(Existence.MISSING,)), Existence.UNDETERMINED, U),
        (DriftSelector(paths=("ttl",)), Existence.MISSING, F),
        (DriftSelector(paths=("ttl",)), Existence.UNDETERMINED, U),
        (DriftSelector(unselected=True), Existence.UNMANAGED, T),
        (DriftSelector(existence=(Existence.MISSING,), plan=(Plan.CREATE,)), Existence.MISSING, F),
    ],
)
def test_reported_existence(selector, existence, expected):
    assert drifts.reported_existence(selector, comparison(existence)) is expected


def test_selected_are_drifts_of_a_resource_on_both_sides():
    hit, passed, unknown = drift(), drift(reality=Reality.EQUAL), drift("tags", Reality.UNDETERMINED)
    both = comparison(drifts=(hit, passed, unknown))
    assert list(drifts.selected(DriftSelector(), both)) == [(hit, T), (unknown, U)]
    assert not list(drifts.selected(DriftSelector(kinds=("aws_kms_key",)), both))
    assert not list(drifts.selected(DriftSelector(existence=(Existence.MISSING,)), both))
    assert not list(drifts.selected(DriftSelector(), comparison(Existence.MISSING, drifts=(hit,))))


@pytest.mark.parametrize(
    ("paths", "not_compared", "expected"),
    [
        (("ttl",), ("ttl",), True),
        (("ttl.enabled",), ("ttl",), True),
        (("ttl",), ("ttl.enabled",), False),
        (("ttl", "tags"), ("ttl",), False),
        (("ttl", "tags"), ("all",), True),
        ((), ("all",), False),
        (("ttl",), (), False),
    ],
)
def test_left_out(paths, not_compared, expected):
    assert drifts.left_out(DriftSelector(paths=paths), comparison(not_compared=not_compared)) is expected


def test_what_others_report():
    ttl, whole = DriftSelector(paths=("ttl",)), DriftSelector(existence=(Existence.MISSING,))
    assert drifts.reported_by([ttl], drift(), comparison())
    assert drifts.reported_by([ttl], drift(reality=Reality.UNDETERMINED), comparison())
    assert not drifts.reported_by([ttl], drift("tags"), comparison())
    assert not drifts.reported_by([whole], drift(), comparison())
    assert not drifts.reported_by([DriftSelector(kinds=("aws_kms_key",))], drift(), comparison())
    assert drifts.existence_reported_by([whole], comparison(Existence.MISSING))
    assert drifts.existence_reported_by([whole], comparison(Existence.UNDETERMINED))
    assert not drifts.existence_reported_by([whole], comparison(Existence.UNMANAGED))
    assert not drifts.existence_reported_by([ttl], comparison(Existence.UNDETERMINED))


def test_evidence_has_both_sides():
    assert [(one.path, one.fact.value) for one in drifts.evidence(drift())] == [
        ("declared.ttl.enabled", True),
        ("live.ttl.enabled", False),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (comparison(Existence.BOTH), [("declared.exists", True), ("live.exists", True)]),
        (comparison(Existence.MISSING), [("declared.exists", True), ("live.exists", False)]),
        (comparison(Existence.UNMANAGED), [("declared.exists", False), ("live.exists", True)]),
        (
            comparison(Existence.UNDETERMINED, cause=WHO, declared=resource(Side.DECLARED)),
            [("declared.exists", True), ("live.exists", WHO)],
        ),
        (
            comparison(
                Existence.UNDETERMINED,
                cause=WHO,
                declared=resource(Side.DECLARED, undetermined=WHO),
                live=resource(Side.LIVE),
            ),
            [("declared.exists", WHO), ("live.exists", True)],
        ),
        (comparison(Existence.UNDETERMINED, cause=WHO), [("declared.exists", WHO)]),
    ],
)
def test_existence_evidence(given, expected):
    assert [(one.path, one.fact.value) for one in drifts.existence_evidence(given)] == expected


def test_undetermined_existence_without_a_cause_has_one_all_the_same():
    (one,) = drifts.existence_evidence(comparison(Existence.UNDETERMINED))
    assert one.fact.value.reason is Reason.NOT_EVALUABLE


selectors = st.builds(
    DriftSelector,
    reality=st.lists(st.sampled_from(Reality), max_size=2).map(tuple),
    plan=st.lists(st.sampled_from(Plan), max_size=2).map(tuple),
)


@given(selectors.filter(lambda it: Reality.UNDETERMINED not in it.reality and Plan.UNDETERMINED not in it.plan))
def test_an_undetermined_verdict_that_becomes_known_never_flips_a_certain_answer(selector):
    for reality, plan in itertools.product(Reality, Plan):
        before = drifts.reported(selector, drift(reality=reality, plan=plan))
        if before is U:
            continue
        realities = Reality if reality is Reality.UNDETERMINED else (reality,)
        plans = Plan if plan is Plan.UNDETERMINED else (plan,)
        after = {drifts.reported(selector, drift(reality=r, plan=p)) for r in realities for p in plans} - {U}
        assert after <= {before}
