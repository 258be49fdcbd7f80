from sample_rules import ASSERT, CATALOGUE, DRIFT, HEAD, TESTS, rule_of

from auditor.policy.explain import explain


def test_the_page_of_a_rule():
    assert (
        explain(rule_of(), CATALOGUE)
        == """\
SEC-001  Point-in-time recovery is on

  severity      high in production, high in preproduction, medium in development
  judges        every table, in production, preproduction, development
  profile       first
  file          rules/sec/SEC-001-words.yaml  sha256 0000000000000000

Why
  A table without it can't be restored.

What is tested
  The status that AWS tells.

Holds where
  live.pitr.status equals ENABLED

Facts
  live.pitr.status (string)
    What live.pitr.status is.
    absent: never

How to fix: Terraform
  point_in_time_recovery { enabled = true }

How to fix: AWS CLI
  aws dynamodb update-continuous-backups

References
  https://docs.aws.amazon.com/

Examples
  pass            on
  fail            off
  unknown         denied
"""
    )


def test_everything_else_a_page_can_say():
    page = explain(
        rule_of(
            HEAD.replace("{default: high, development: medium}", "low")
            + "assert: {all: [{fact: live.pitr.days, gte: {param: days}}, {fact: live.exists, equals: true}]}\n"
            + "when: {fact: live.exists, equals: true}\nparams: {days: {default: null, production: 35}}\n"
            + "counts: false\nframeworks: {aws_fsbp: {sourced: [DynamoDB.2]}}\n"
            + "history: [Changed.]\n"
            + TESTS
            + "- {name: there, tier: production, expect: pass}\n"
        ),
        CATALOGUE,
    )
    for line in (
        "  severity      low",
        "  profile       first; does not count for the exit code",
        "  parameter     days = 35 in production, must be set in preproduction,",
        "Applies where\n  live.exists equals true",
        "  live.pitr.days (number, days)",
        "    from dynamodb:DescribeTable Table.TableStatus",
        "  aws_fsbp              DynamoDB.2 (sourced)",
        "  pass            there (production)",
        "History\n  - Changed.",
    ):
        assert line in page


def test_a_rule_about_drift_tells_what_it_reports():
    page = explain(rule_of(DRIFT), CATALOGUE)
    assert "Reports\n  differences in point_in_time_recovery of aws_dynamodb_table that are different" in page
    assert "Facts" not in page


def test_lines_are_wrapped_but_code_is_not():
    long = "word " * 60
    page = explain(rule_of((HEAD + ASSERT + TESTS).replace("A table without it can't be restored.", long)), CATALOGUE)
    assert all(len(line) <= 90 for line in page.splitlines())
