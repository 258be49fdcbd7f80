import subprocess
import sys
import time
from pathlib import Path

from sample_material import both, declared, live, material

from auditor.model.values import Reason, Unknown
from auditor.policy.load import load_rules
from auditor.subjects.facts import build, catalogue, needed_apis, subject_types

ROOT = Path(__file__).resolve().parents[3]


def test_subject_types_are_found():
    assert [one.type for one in subject_types()] == [
        "alarm", "environment", "key", "logical_table", "resource", "run", "table",
    ]  # fmt: skip


def test_every_subject_has_exactly_the_facts_of_its_catalogue():
    for type_, subjects in build(material(both(declared(), live()))).items():
        for subject in subjects:
            assert list(subject.facts) == list(catalogue()[type_])


def test_subjects_are_ordered_whatever_the_order_of_comparisons():
    names = ("c", "a", "b")
    given = [both(declared(name=name), live(name=name)) for name in names]
    found = build(material(*given))
    assert [subject.name for subject in found["table"]] == ["a", "b", "c"]
    again = build(material(*reversed(given)))
    assert [subject.name for subject in again["table"]] == ["a", "b", "c"]


def test_unknown_never_becomes_a_fact():
    """A table of which nothing was told gives no certain fact about AWS but that it exists."""
    refused = Unknown(Reason.DENIED, api="dynamodb:DescribeTable")
    nothing = live(dict.fromkeys(live().values, refused), facts=dict.fromkeys(live().facts, refused))
    (subject,) = build(material(both(declared(), nothing)))["table"]
    certain = {"live.exists", "live.alarms", "live.autoscaling.read", "live.autoscaling.write"}
    for path, fact in subject.facts.items():
        if path.startswith("live.") and path not in certain and path in LIVE_TOLD:
            assert isinstance(fact.value, Unknown), path


LIVE_TOLD = {
    f"live.{path}"
    for path in (
        "status", "billing_mode", "hash_key", "deletion_protection_enabled", "point_in_time_recovery.enabled",
        "point_in_time_recovery.status", "point_in_time_recovery.recovery_period_in_days", "encryption",
        "server_side_encryption.enabled", "server_side_encryption.status", "server_side_encryption.kms_key_arn",
        "server_side_encryption.inaccessible_since", "key.arn", "key.state", "tags", "environment_tags",
        "global_secondary_index_names", "autoscaling.unscaled_indexes", "backup.on_demand.newest",
        "backup.on_demand.age_hours", "backup.recovery_point.age_hours", "resource_policy.public_statements",
    )
}  # fmt: skip


def test_many_tables_are_built_in_little_time():
    given = [both(declared(name=str(number)), live(name=str(number))) for number in range(2000)]
    found = material(*given)
    began = time.process_time()
    build(found)
    assert time.process_time() - began < 2


def test_building_needs_neither_boto3_nor_a_network():
    script = "import auditor.subjects.facts as f, sys; f.catalogue(); print('boto3' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "False"


def test_needed_apis_come_from_the_facts_of_rules():
    rules = {rule.id: rule for rule in load_rules([ROOT / "rules"], catalogue())}
    assert needed_apis([]) == frozenset()
    assert needed_apis([rules["DRIFT-022"]]) == {"dynamodb:GetResourcePolicy"}
    assert needed_apis([rules["DRIFT-026"]]) == frozenset()
    assert needed_apis([rules["KMS-001"]]) == {"kms:DescribeKey", "kms:GetKeyRotationStatus"}
