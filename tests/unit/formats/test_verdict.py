import pytest
from msgspec.structs import replace
from sample_audit import comparison, sample_audit
from sample_estate import MADE, RULES, Made

from auditor.formats.verdict import plural, totals, verdict
from auditor.model.drift import Existence
from auditor.model.facts import Default, Fact
from auditor.model.results import Evidence, Severity, Status
from auditor.model.values import Reason, Unknown

UNKNOWN = Unknown(Reason.DENIED, api="kms:DescribeKey", action="kms:DescribeKey")


def judged(*made, fail_on="low", **changes):
    audit = replace(sample_audit(made=made), coverage=(), complete=True, **changes)
    return verdict(audit, totals(audit), fail_on)


def failing(rule, subject="users", **more):
    return Made(rule, subject, Status.FAIL, "It fails", **more)


def unknown(rule="SEC-001", subject="users"):
    return Made(
        rule, subject, Status.UNKNOWN, "Not known", evidence=(Evidence("live.key", Fact(UNKNOWN, Default("x"))),)
    )


def test_nothing_fails_and_everything_was_read():
    told = judged()
    assert (told["state"], told["exit_code"], told["counted"]) == ("pass", 0, 0)
    assert "Everything was read" in told["completeness"]


def test_an_unknown_is_never_a_pass():
    told = judged(unknown())
    assert (told["state"], told["word"], told["exit_code"]) == ("incomplete", "Incomplete", 3)
    assert "1 of" in told["completeness"]


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.ERROR])
def test_an_audit_that_calls_itself_complete_is_not_believed(status):
    assert judged(Made("SEC-001", "users", status))["exit_code"] == 3


def test_a_read_that_failed_makes_it_incomplete_even_where_no_rule_asked():
    audit = replace(sample_audit(made=()), complete=False)
    told = verdict(audit, totals(audit), "low")
    assert (told["state"], told["exit_code"]) == ("incomplete", 3)
    assert "2 things could not be read." in told["completeness"]


def test_a_reading_that_is_not_whole_says_why():
    audit = replace(sample_audit(made=()), coverage=(), complete=False, gaps=("The reading was cut short.",))
    told = verdict(audit, totals(audit), "low")
    assert told["state"] == "incomplete"
    assert told["completeness"].startswith("The reading was cut short.")
    assert "Everything was read" not in told["completeness"]


def test_without_a_name_space_it_says_that_nobody_looked_for_what_is_not_declared():
    told = judged(population={"aws_dynamodb_table": {"listed": 3, "list_pages": 1, "patterns": [], "excluded": []}})
    assert "No name space is known" in told["completeness"]
    assert told["exit_code"] == 0


@pytest.mark.parametrize(("fail_on", "code"), [("critical", 0), ("high", 4), ("medium", 4), ("low", 4), ("never", 0)])
def test_the_threshold_decides_the_exit_code_and_not_the_verdict(fail_on, code):
    told = judged(failing("SEC-001"), fail_on=fail_on)
    assert (told["exit_code"], told["state"], told["word"]) == (code, "fail", "Not compliant")


def test_findings_come_before_incompleteness():
    assert judged(failing("SEC-001"), unknown("SEC-004"))["exit_code"] == 4
    assert judged(failing("SEC-001"), unknown("SEC-004"), fail_on="critical")["exit_code"] == 3


def test_waived_and_informative_fails_do_not_count():
    assert judged(failing("SEC-001", waiver="W-1", waived=True))["exit_code"] == 0
    assert judged(failing("POL-001"))["exit_code"] == 0


def test_an_expired_waiver_does_not_help():
    assert judged(failing("SEC-001", waiver="W-1"))["exit_code"] == 4


def test_a_rule_that_does_not_count_never_makes_the_verdict():
    assert judged(failing("AUD-004", "audit of prod"))["exit_code"] == 0
    assert judged(failing("AUD-002", "audit of prod"))["exit_code"] == 4


def test_the_headline_counts_subjects_once():
    told = judged(
        failing("SEC-001"), failing("SEC-004"), failing("KMS-001", "key/0a1b2c3d"), failing("SEC-001", "jobs")
    )
    assert told["headline"].startswith("4 results fail on 1 key and 2 tables.")


def test_the_headline_and_what_does_not_count_add_up_to_all_that_fails():
    told = judged(
        failing("SEC-001"), failing("AUD-004", "audit of prod"), failing("SEC-004", waiver="W-1", waived=True)
    )
    assert told["headline"].startswith("1 result fails on 1 table; 1 more, about the run or for information, does not ")
    told = judged(failing("SEC-001"), failing("AUD-004", "audit of prod"), failing("POL-001"))
    assert "; 2 more, about the run or for information, do not count." in told["headline"]


def test_the_headline_speaks_only_of_what_was_compared():
    assert (
        "5 of 23 resources on both sides differ from the code; 1 missing in AWS; 2 not declared;"
        " 1 attribute could not be compared." in judged()["headline"]
    )
    unread = replace(comparison("users", Existence.UNDETERMINED), live=None)
    audit = sample_audit(made=(), found=(unread,))
    told = verdict(audit, totals(audit), "low")["headline"]
    assert told == "No result fails. No resource was compared with AWS; 1 undetermined."


def test_nothing_fails_is_not_said_where_a_result_about_the_run_does():
    numbers = totals(sample_audit())
    audit = replace(sample_audit(), rules=tuple(replace(rule, counts=False) for rule in sample_audit().rules))
    assert any(numbers["findings"]["open"].values())
    assert verdict(audit, numbers, "low")["headline"].startswith("No result about the estate fails.")


def test_no_undeclared_table_is_not_said_where_tables_were_not_listed():
    unlisted = {"aws_dynamodb_table": {"listed": None, "list_pages": 0}}
    assert "any that are not declared are not known" in judged(population=unlisted)["completeness"]
    assert "not known" not in judged()["completeness"]


def test_an_account_that_was_not_compared_is_told():
    run = {"account": "111122223333", "account_source": "", "endpoint": "http://127.0.0.1:5000"}
    told = judged(run=run)["completeness"]
    assert "the account was not compared" in told
    assert "http://127.0.0.1:5000, which is not AWS itself" in told


def test_a_run_on_the_code_alone_never_speaks_for_aws():
    told = judged(run={"declared_only": True})
    assert told["word"] == "Compliant in code alone"
    assert told["completeness"] == "The code alone was judged; AWS was not asked."
    assert judged(failing("SEC-001"), run={"declared_only": True})["word"] == "Not compliant"


def test_a_result_is_waived_only_if_all_its_findings_are():
    one = failing("DRIFT-012", waiver="W-1", waived=True)
    audit = sample_audit(made=(one,))
    assert totals(audit)["results"]["waived"] == 1
    second = replace(audit.findings[0], fingerprint="other", path="stream_view_type", waived=False)
    numbers = totals(replace(audit, findings=(*audit.findings, second)))
    assert (numbers["results"]["waived"], numbers["findings"]["waived"]) == (0, 1)


def test_totals_of_the_sample_are_counts_of_what_was_made():
    numbers = totals(sample_audit())
    made = [it.status for it in MADE]
    assert numbers["results"]["fail"] == made.count(Status.FAIL)
    assert numbers["results"]["unknown"] == made.count(Status.UNKNOWN)
    assert numbers["findings"]["waived"] == sum(it.waived for it in MADE)
    severities = {rule.id: rule.severity for rule in RULES}
    high = [it for it in MADE if severities[it.rule] is Severity.HIGH and it.status is Status.FAIL and not it.waived]
    assert numbers["findings"]["open"]["high"] == len(high)


def test_plurals():
    assert [plural(1, "policy"), plural(2, "policy"), plural(2, "logical_table"), plural(1200, "table")] == [
        "1 policy",
        "2 policies",
        "2 logical tables",
        "1,200 tables",
    ]


def test_only_new_fails_count_where_an_earlier_run_tells_which_are_new():
    audit = replace(sample_audit(made=(failing("SEC-001"), failing("SEC-004"))), coverage=(), complete=True)
    first, second = (finding.fingerprint for finding in audit.findings)

    def told(known, fail_on="low"):
        return verdict(audit, totals(audit), fail_on, new_only=True, known=known)

    assert (told({first, second})["exit_code"], told({first, second})["state"]) == (0, "fail")
    assert (told({first})["exit_code"], told({first})["counted"]) == (4, 1)
    assert "Only new findings count: 1 of 2 at or above the threshold." in told({first})["completeness"]
    assert told({first}, "never")["exit_code"] == 0
    assert (told(None)["exit_code"], told(None)["counted"]) == (4, 2)
    assert "no earlier run tells which are new: all count" in told(None)["completeness"]
    assert "new_only" not in verdict(audit, totals(audit), "low", known={first, second})


def test_what_is_not_known_is_not_less_so_where_only_new_findings_count():
    audit = replace(sample_audit(made=(unknown(),)), coverage=(), complete=True)
    known = {finding.fingerprint for finding in audit.findings}
    assert verdict(audit, totals(audit), "low", new_only=True, known=known)["exit_code"] == 3
