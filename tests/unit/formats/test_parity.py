import pytest
from msgspec.structs import replace
from sample_audit import sample_audit

from auditor.formats.parity import parity
from auditor.model.facts import Default, Fact
from auditor.model.results import Subject
from auditor.model.values import Reason, Unknown

ORIGIN = Default("declared tables of all environments")
UNKNOWN = Unknown(Reason.NOT_EVALUABLE, "count is not known")


def _audit(**tables):
    """An audit with logical tables: by name, a mapping from setting to values by environment."""
    subjects = tuple(
        Subject("logical_table", name, f"logical table/{name}", _facts(settings)) for name, settings in tables.items()
    )
    made = sample_audit(made=(), found=(), rules=())
    return replace(made, subjects={**made.subjects, "logical_table": subjects})


def _facts(settings):
    weaker = settings.pop("weaker", ())
    records = tuple(
        {"setting": setting, "environment": name, "value": value}
        for setting, values in settings.items()
        for name, value in values.items()
    )
    return {"parity.settings": Fact(records, ORIGIN), "parity.weaker": Fact(weaker, ORIGIN)}


def test_tables_with_the_same_difference_share_a_row():
    told = {"hash_key": {"uat": "id", "prod": "key"}, "range_key": {"uat": "at", "prod": "at"}}
    found = parity(_audit(users=dict(told), orders=dict(told)))
    row = {
        "path": "hash_key",
        "verdict": "different",
        "weaker": [],
        "values": {"prod": "key", "uat": "id"},
        "tables": ["users", "orders"],
    }
    assert found == {
        "environments": ["prod", "uat"],
        "tables": 2,
        "compared": 4,
        "same": 2,
        "different": 2,
        "undetermined": 0,
        "rows": [row],
    }


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"prod": "a", "uat": "a"}, "same"),
        ({"prod": None, "uat": None}, "same"),
        ({"prod": None, "uat": "a"}, "different"),
        ({"prod": "a", "uat": UNKNOWN}, "undetermined"),
        ({"prod": UNKNOWN, "uat": UNKNOWN}, "undetermined"),
        ({"prod": "a", "uat": "b", "staging": UNKNOWN}, "different"),
    ],
)
def test_what_is_not_known_is_never_called_the_same(values, verdict):
    found = parity(_audit(users={"hash_key": values}))
    assert {name: found[name] for name in ("same", "different", "undetermined")} == {
        name: int(name == verdict) for name in ("same", "different", "undetermined")
    }
    assert [row["verdict"] for row in found["rows"]] == ([] if verdict == "same" else [verdict])


def test_one_environment_is_nothing_to_compare_with():
    assert parity(_audit(users={"hash_key": {"prod": "a"}}))["compared"] == 0


def test_what_is_weaker_nearer_to_production_comes_first():
    switch = {"prod": "false", "uat": "true"}
    found = parity(
        _audit(
            users={
                "billing_mode": {"prod": "PROVISIONED", "uat": "PAY_PER_REQUEST"},
                "deletion_protection_enabled": switch,
                "weaker": ("deletion_protection_enabled: prod < uat",),
            }
        )
    )
    assert [(row["path"], row["weaker"]) for row in found["rows"]] == [
        ("deletion_protection_enabled", ["prod < uat"]),
        ("billing_mode", []),
    ]


def test_an_audit_without_other_environments_has_no_parity():
    assert (parity(_audit())["tables"], parity(_audit())["rows"]) == (0, [])
