import pytest
from sample_rules import condition_of

from auditor.model.drift import Existence, Plan, Reality, Risk
from auditor.model.rule import DriftSelector
from auditor.policy.wording import selection, sentence

LEAF = "{fact: live.name, equals: a}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LEAF, "live.name equals a"),
        ("{fact: live.pitr.days, gte: {param: days}}", "live.pitr.days is at least parameter days"),
        ("{fact: live.name, not_equals_fact: declared.name}", "live.name does not equal declared.name"),
        (f"all: [{LEAF}, {{any: [{LEAF}, {LEAF}]}}]", "L and (L or L)"),
        (f"not: {LEAF}", "not L"),
        (f"if: {LEAF}\nthen: {{not: {LEAF}}}", "if L, then (not L)"),
        ("each: live.alarms\nassert: {fact: enabled, equals: true}", "in each of live.alarms: enabled equals true"),
        ("some: live.alarms\nwhere: {fact: enabled, equals: true}", "in one of live.alarms: enabled equals true"),
    ],
)
def test_sentences(text, expected):
    assert sentence(condition_of(text, {"days": 1})).replace("live.name equals a", "L") == expected.replace(
        "live.name equals a", "L"
    )


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (
            DriftSelector(paths=("ttl",)),
            "differences in ttl that are different (undeclared counts where it carries a risk)",
        ),
        (
            DriftSelector(kinds=("aws_kms_key",), reality=(Reality.UNDECLARED,), risk=(Risk.REPLACES,)),
            "differences in any attribute of aws_kms_key that are undeclared, with the risk replaces",
        ),
        (DriftSelector(existence=(Existence.MISSING, Existence.UNMANAGED)), "resources that are missing or unmanaged"),
        (
            DriftSelector(existence=(Existence.MISSING,), plan=(Plan.CREATE,)),
            "resources that are missing, where the plan is create",
        ),
        (
            DriftSelector(unselected=True),
            "whatever differs and no other rule reports, missing and unmanaged resources included",
        ),
    ],
)
def test_selections(selector, expected):
    assert selection(selector) == expected


def test_a_path_that_is_meant_alone():
    assert "differences in ttl itself or tags that" in selection(DriftSelector(paths=("ttl$", "tags")))
