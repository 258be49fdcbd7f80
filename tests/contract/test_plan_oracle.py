"""The `plan` verdict against Terraform's own, case by case."""

import json

import plan_cases
import pytest
from plan_cases import compared

from auditor.model.drift import Plan, Reality, Risk

IMPORTED_ONLY = {
    "K11": "no-op",  # deletion_window_in_days is never read
    "K46": "no-op",  # bypass_policy_lockout_safety_check is never read
    "RP1": "no-op",  # a policy that is equivalent to the state's is kept
    "RP2": "update",
    "RP3": "no-op",
    "RK1": "no-op",  # deletion_window_in_days is never read
    "RK4": "no-op",
    "RP5": "no-op",
    "T093": "update",  # a stored sort key is kept while live has none
    "T146": "no-op",  # a tag that repeats a default one
    "T166": "no-op",  # propagate_tags is never read
    "T180": "no-op",  # restore_source_name is never read
    "T182b": "no-op",  # restore_to_latest_time is never read
    "T183": "no-op",  # import_table is never read
    "X24": "no-op",  # stream_view_type of the state is kept while streams are off
    "X25": "no-op",
}
"""Verdicts of a first import from which those with a state differ; ours are the latter."""

STATES = {
    "A04": {"name": "alias/a04", "name_prefix": "", "target_key_id": "kid-1"},
    "A06": {"name": "alias/a06-2024", "name_prefix": "", "target_key_id": "kid-1"},
    "D013": {"name": "alias/d013", "name_prefix": "alias/d01", "target_key_id": "kid-1"},
    "D060": {"name": "alias/d060", "name_prefix": "alias/d06", "target_key_id": "kid-1"},
    "T181": {"name": "t-t181", "restore_source_name": "src"},
    "T182": {"name": "t-t182", "restore_to_latest_time": True},
}
"""What only a state tells: under which name it has the resource, and arguments that AWS does not tell."""


def comparison_of(case, configured):
    return compared(case, configured[case["id"]], STATES.get(case["id"]) or plan_cases.state_of(case))


@pytest.fixture(scope="module")
def cases(root):
    """The recorded plans, and those in which random pairs found a disagreement."""
    files = [root / "tests/fixtures/plan" / name for name in ("cases.json", "found.json")]
    return [case for file in files for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]


@pytest.fixture(scope="module")
def configured(cases, tmp_path_factory):
    """The declared resource of each case."""
    return plan_cases.configured(cases, tmp_path_factory.mktemp("roots"))


def wanted(case):
    return IMPORTED_ONLY.get(case["id"], case["verdict"])


def test_every_case_has_terraforms_verdict(cases, configured):
    wrong = {}
    for case in cases:
        plan = str(comparison_of(case, configured).plan)
        if plan != wanted(case):
            wrong[case["id"]] = f"{plan} instead of {wanted(case)}: {case['title']}"
    assert not wrong, json.dumps(wrong, indent=1)


NAMED_OTHERWISE = {"A04": "alias/a04", "A06": "alias/a06-2024"}
"""Imported under another name than the code's."""


def test_a_first_import_has_terraforms_verdict(cases, configured):
    wrong, changed = {}, {}
    for case in cases:
        if case["mode"] == "import":
            found = compared(case, configured[case["id"]], {"id": NAMED_OTHERWISE.get(case["id"])})
            if str(found.plan) != case["verdict"]:
                wrong[case["id"]] = f"{found.plan} instead of {case['verdict']}: {case['title']}"
            if case["verdict"] == "update" and set(found.changed) - PASSENGERS != set(case["changed"]) - PASSENGERS:
                changed[case["id"]] = f"{sorted(found.changed)} instead of {case['changed']}: {case['title']}"
            if case["verdict"] == "replace" and set(found.forcing) != {
                each.split(".")[0] for each in case["replace_paths"]
            }:
                changed[case["id"]] = f"{found.forcing} instead of {case['replace_paths']}: {case['title']}"
    assert not wrong, json.dumps(wrong, indent=1)
    assert not changed, json.dumps(changed, indent=1)


STATE_KEEPS = {"T068": {"stream_view_type"}}
"""Changed on a first import only: the state keeps these."""

PASSENGERS = {"stream_arn", "revision_id", "bypass_policy_lockout_safety_check", "deletion_window_in_days"}
"""Values that are computed or never read, and that plan lists because something else changed."""


def test_every_update_changes_what_terraform_changes(cases, configured):
    wrong = {}
    for case in cases:
        if case["id"] in IMPORTED_ONLY or case["verdict"] != "update":
            continue
        found = set(comparison_of(case, configured).changed) - PASSENGERS
        expected = set(case["changed"]) - PASSENGERS - STATE_KEEPS.get(case["id"], set())
        if found != expected:
            wrong[case["id"]] = f"{sorted(found)} instead of {sorted(expected)}: {case['title']}"
    assert not wrong, json.dumps(wrong, indent=1)


def test_every_replacement_is_forced_by_what_forces_it(cases, configured):
    wrong = {}
    for case in cases:
        if case["id"] in IMPORTED_ONLY or case["verdict"] != "replace":
            continue
        found, expected = comparison_of(case, configured).forcing, sorted(case["replace_paths"])
        if list(found) != expected:
            wrong[case["id"]] = f"{list(found)} instead of {expected}: {case['title']}"
    assert not wrong, json.dumps(wrong, indent=1)


# What is true beyond plan.

BLIND = (
    *("T006", "T011", "T012", "T012s", "T015", "T015s", "T028", "T036", "T036s", "T041", "X42", "T090", "X03"),
    *("T118", "T124", "X02", "X02b", "K06", "K07", "K13", "K49", "S05", "W12"),
    *("K34", "K36", "A05", "TR3", "TR6"),
)
"""Cases in which live is another than the code says or leaves open, while plan changes nothing."""

SAME = (
    *("T001", "T003", "T004", "T008", "T009b", "T014", "T019", "T020", "T022", "T026", "T033", "T037", "T045"),
    *("T050", "T064", "T066", "T069", "T069b", "T081", "T094", "T101", "T112", "T113", "T115", "T116"),
    *("T123", "T136", "T143", "T144", "T147", "T150", "T153", "T154", "T156", "T166s", "T170", "T185", "X01", "X05"),
    *("X09", "K04", "K12", "K14", "K15", "K16", "K18", "K20", "K22", "K23", "K27", "K28", "K31", "A02", "S03"),
    *("P01", "P08", "W04", "W08", "W19", "RP6s"),
)
"""Cases that look different and are not."""

NEVER_CONVERGING = ("T023", "T106", "T134", "T151", "T151b", "X08", "X28", "X39", "S04", "KP3")
"""Cases in which every plan changes the same again."""


@pytest.fixture
def case_of(cases):
    return {case["id"]: case for case in cases}


@pytest.mark.parametrize("name", BLIND)
def test_reality_sees_what_plan_is_blind_to(name, case_of, configured):
    comparison = compared(case_of[name], configured[name])
    assert comparison.plan is Plan.NO_OP
    blind = [drift for drift in comparison.drifts if drift.reality in (Reality.DIFFERENT, Reality.UNDECLARED)]
    assert blind
    assert all(drift.note for drift in blind)


@pytest.mark.parametrize("name", SAME)
def test_reality_raises_no_false_alarm(name, case_of, configured):
    if name not in case_of:
        pytest.fail(f"no such case: {name}")
    drifts = compared(case_of[name], configured[name]).drifts
    assert [drift.path for drift in drifts if drift.reality is Reality.DIFFERENT] == []


@pytest.mark.parametrize("name", NEVER_CONVERGING)
def test_changes_without_end_are_told(name, case_of, configured):
    risks = {drift.risk for drift in compared(case_of[name], configured[name]).drifts}
    assert Risk.NEVER_CONVERGES in risks
