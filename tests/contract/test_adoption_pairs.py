"""The law of adoption: the edit that is found, applied to the code, leaves no drift; over all attributes and kinds.

The pairs are those that Terraform's plans were recorded for, and random ones over the whole schema.
"""

import json

import pytest
import random_pairs
from adoption_cases import search_of

from auditor.adoption.search import unadoptable
from auditor.hcl.parser import parse
from auditor.hcl.source import SourceFile
from auditor.model.drift import Existence

SAMPLE = 150
ONE_METRIC = {"MetricName", "Namespace", "Dimensions", "Period", "Statistic", "ExtendedStatistic", "Unit"}
"""What PutMetricAlarm takes in the place of `Metrics`."""


@pytest.fixture(scope="module")
def cases(root):
    files = [root / "tests/fixtures/plan" / name for name in ("cases.json", "found.json")]
    return [case for file in files for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]


def alarms(case):
    return case["live"].get("DescribeAlarms", {}).values()


def possible(case):
    """Whether AWS has it, and can hold such a thing.

    Local indexes have the hash key of their table, a maximum is on demand, an alarm has a metric or metric queries.
    """
    if not case["live"] or any("Metrics" in each and ONE_METRIC & each.keys() for each in alarms(case)):
        return False
    table = case["live"].get("DescribeTable", {})
    if "OnDemandThroughput" in table and "BillingModeSummary" not in table:
        return False
    schemas = [table.get("KeySchema", ()), *(each["KeySchema"] for each in table.get("LocalSecondaryIndexes", ()))]
    return len({key["AttributeName"] for schema in schemas for key in schema if key["KeyType"] == "HASH"}) < 2


def adopted(case, folder):
    """Adopt all drifts of a case: those that could be, with their attribute, and those that are left."""
    search = search_of(case, folder)
    (comparison,) = search.trial.comparisons
    kind = search.world.kinds[comparison.kind]
    if comparison.existence is not Existence.BOTH or kind.invalid(comparison.live.values, None):
        return set(), set()  # nothing is there, or what no code can say: Terraform refuses it
    wanted = {drift.path for drift in comparison.drifts if not unadoptable(kind, drift)}
    without = {path for each in search.adopt(comparison) if not each.alone for path in each.paths}
    # What the search says is proved once more, from nothing but the text.
    for file, text in search.edited.items():
        parse(SourceFile(file.name, text))
        file.write_text(text, encoding="utf-8")
    again = search.world.try_({})
    left = {path for _, path in again.drifts} & wanted
    assert again.drifts <= search_of(case, folder.parent / "before").trial.drifts, case["id"]
    assert left == without & wanted, case["id"]
    return wanted - left, left


def some_pair(seed, folder):
    case = random_pairs.pair(seed)
    if possible(case):
        _, left = adopted(case, folder / str(seed))
        assert not left, seed


def test_every_attribute_that_differs_in_a_recorded_plan_can_be_adopted(cases, tmp_path):
    done = set()
    for case in cases:
        taken, left = adopted(case, tmp_path / case["id"])
        assert not left, (case["id"], left)
        done |= {(case["type"], path.partition('["')[0]) for path in taken}
    tables = {path for kind, path in done if kind == "aws_dynamodb_table"}
    assert tables >= {
        "attribute",
        "billing_mode",
        "deletion_protection_enabled",
        "global_secondary_index",
        "hash_key",
        "local_secondary_index",
        "on_demand_throughput",
        "point_in_time_recovery.enabled",
        "range_key",
        "read_capacity",
        "server_side_encryption.enabled",
        "server_side_encryption.kms_key_arn",
        "stream_enabled",
        "stream_view_type",
        "table_class",
        "tags",
        "ttl.attribute_name",
        "ttl.enabled",
    }
    assert len({kind for kind, _ in done}) >= 8


def test_random_pairs_can_be_adopted(tmp_path):
    for seed in range(SAMPLE):
        some_pair(seed, tmp_path)


@pytest.mark.parametrize("seed", [1045, 1066, 1086, 1214, 3260, 4291, 75926, 75976, 76165, 76350])
def test_a_block_with_maps_and_sets_of_blocks_inside_can_be_adopted(seed, tmp_path):
    some_pair(seed, tmp_path)


@pytest.mark.parametrize("seed", [1072, 1164, 1195, 3690, 76345])
def test_what_only_another_edit_makes_room_for_can_be_adopted(seed, tmp_path):
    some_pair(seed, tmp_path)


@pytest.mark.parametrize("seed", [76887, 76943, 77771])
def test_what_the_provider_refuses_beside_another_can_be_adopted(seed, tmp_path):
    some_pair(seed, tmp_path)


@pytest.mark.soak
def test_thousands_of_pairs_can_be_adopted(tmp_path):
    for seed in range(5000):
        some_pair(seed, tmp_path)
