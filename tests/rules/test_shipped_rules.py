import re
import time
from pathlib import Path

import pytest

from auditor.model.results import Severity, Status
from auditor.model.rule import Profile
from auditor.policy.frameworks import load_planned
from auditor.policy.load import load_rules
from auditor.policy.messages import placeholders
from auditor.policy.tests import run_tests, survivors
from auditor.subjects.facts import catalogue, needed_apis

RULES = load_rules([Path(__file__).resolve().parents[2] / "rules"], catalogue())
BY_ID = {rule.id: rule for rule in RULES}
FIRST = {
    "DRIFT": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 18, 20, 22, 23, 24, 25, 26),
    "SEC": (1, 2, 4, 5, 6, 7, 8, 9, 14),
    "KMS": (1, 2, 4, 5, 6, 7),
    "BKP": (2,),
    "IAM": (1, 2, 4),
    "CAP": (1,),
    "MON": (1, 2, 4, 10, 11, 12),
    "POL": (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 14, 16, 19),
    "PAR": (1, 2, 3, 4),
    "AUD": (1, 2, 3, 4, 6, 8),
}
STRICT = {
    "DRIFT": (15, 16, 17, 21, 31),
    "SEC": (3, 10, 11, 12, 13, 16),
    "KMS": (11, 12),
    "BKP": (1,),
    "IAM": (3,),
    "CAP": (3,),
    "MON": (3, 14),
    "POL": (15, 17, 18, 22),
}

each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])


@each_rule
def test_every_example_gets_what_it_expects(rule):
    wrong = [
        (result.example.name, result.status, result.message)
        for result in run_tests((rule,), catalogue())
        if not result.passed
    ]
    assert not wrong


@each_rule
def test_negating_or_dropping_any_part_is_noticed(rule):
    assert survivors(rule, catalogue()) == ()


@each_rule
def test_can_pass_fail_and_be_unknown(rule):
    assert {Status.PASS, Status.FAIL, Status.UNKNOWN} <= {result.status for result in run_tests((rule,), catalogue())}


@each_rule
def test_says_all_that_a_reader_needs(rule):
    assert rule.why
    assert rule.tested
    assert set(rule.remediation) == {"terraform", "aws_cli"}
    assert rule.references
    # A statement that holds where the rule passes, not the name of a fault.
    assert not re.search(r"\b(differs?|missing|not)\b", rule.title) or rule.id == "KMS-004"


@each_rule
def test_a_message_names_its_subject(rule):
    assert "subject.name" in set(placeholders(rule.message))


@each_rule
def test_names_no_company_and_no_environment(rule):
    said = f"{rule.title} {rule.message} {rule.why} {rule.tested}"
    assert not re.search(r"koneksi|\b(staging|uat|prod)\b", said)


@each_rule
def test_production_is_never_judged_more_mildly(rule):
    ranks = [rule.severity[tier].rank for tier in rule.tiers]
    assert ranks == sorted(ranks)


def test_the_first_release_is_there():
    assert {f"{family}-{number:03}" for family, numbers in FIRST.items() for number in numbers} <= set(BY_ID)


def test_the_strict_profile_is_there():
    strict = {rule.id for rule in RULES if rule.profile is Profile.STRICT}
    assert strict >= {f"{family}-{number:03}" for family, numbers in STRICT.items() for number in numbers}


def test_no_rule_that_is_there_is_planned():
    planned = {rule.id for rule in load_planned(Path(__file__).resolve().parents[2] / "rules")}
    assert not planned & set(BY_ID)


def test_only_the_account_and_waivers_count_among_assurance():
    assert {rule.id for rule in RULES if rule.family == "AUD" and rule.counts} == {"AUD-002", "AUD-006"}
    assert all(rule.counts for rule in RULES if rule.family != "AUD")


def test_only_production_needs_deletion_protection():
    assert BY_ID["SEC-004"].tiers == BY_ID["POL-001"].tiers == ("production",)
    assert BY_ID["SEC-004"].severity["production"] is Severity.CRITICAL


def test_one_rule_catches_what_the_others_do_not_select():
    catching = [rule for rule in RULES if rule.drift is not None and rule.drift.unselected]
    assert [rule.id for rule in catching] == ["DRIFT-026"]
    assert catching[0].drift.kinds == ()


def test_optional_reads_are_asked_for_by_the_rules_that_need_them():
    assert needed_apis([BY_ID["IAM-001"]]) >= {"dynamodb:GetResourcePolicy"}
    assert needed_apis([BY_ID["BKP-002"]]) >= {"dynamodb:ListBackups", "backup:ListRecoveryPointsByResource"}
    assert "dynamodb:ListBackups" not in needed_apis([BY_ID["SEC-001"]])
    assert needed_apis([BY_ID["MON-004"]]) >= {"cloudwatch:DescribeAlarms"}


def test_all_rules_load_in_little_time():
    began = time.process_time()
    load_rules([Path(__file__).resolve().parents[2] / "rules"], catalogue())
    assert time.process_time() - began < 2


@each_rule
def test_messages_begin_with_the_subject(rule):
    assert rule.message.startswith("{subject.name}: "), "formats leave the name out where it stands beside the message"
