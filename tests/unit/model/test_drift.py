from auditor.model.drift import Drift, Plan, Reality
from auditor.model.facts import Default, Fact
from auditor.model.values import Reason, Unknown

WHO, OTHER = Unknown(Reason.DENIED), Unknown(Reason.NOT_EVALUABLE)


def drift(declared, live):
    origin = Default("x")
    return Drift("ttl.enabled", Plan.NO_OP, Reality.EQUAL, Fact(declared, origin), Fact(live, origin))


def test_the_unknown_side_is_the_cause():
    assert drift(True, WHO).unknown is WHO
    assert drift(OTHER, WHO).unknown is OTHER
    assert drift(True, False).unknown is None
