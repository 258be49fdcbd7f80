import pytest
from sample_rules import ASSERT, DRIFT, HEAD, TESTS, assertion, rule_of

from auditor.model.drift import Existence, Plan, Reality, Risk
from auditor.model.errors import InvalidRule
from auditor.model.results import Severity
from auditor.model.rule import DriftSelector, Profile
from auditor.policy.rule_reader import FAMILIES

WHOLE = HEAD + ASSERT + TESTS
DAYS = "assert: {fact: live.pitr.days, gte: {param: days}}\n"


def complaint(text, file=None):
    with pytest.raises(InvalidRule) as caught:
        rule_of(text, file)
    return caught.value


def test_a_small_rule():
    rule = rule_of()
    assert (rule.id, rule.family, rule.subject, rule.profile, rule.counts) == (
        "SEC-001",
        "SEC",
        "table",
        Profile.FIRST,
        True,
    )
    assert rule.tiers == ("production", "preproduction", "development")
    assert rule.severity == {
        "production": Severity.HIGH,
        "preproduction": Severity.HIGH,
        "development": Severity.MEDIUM,
    }
    assert rule.facts == {"live.pitr.status"}
    assert rule.params == {}
    assert str(rule.place) == "rules/sec/SEC-001-words.yaml:1:1"
    assert [example.name for example in rule.examples] == ["on", "off", "denied"]


def test_everything_a_rule_can_say():
    rule = rule_of(
        HEAD
        + DAYS
        + "when: {fact: live.exists, equals: true}\n"
        + "params: {days: {default: 7, production: 35}}\n"
        + "tiers: [preproduction, production]\nprofile: strict\ncounts: false\n"
        + "attribute: point_in_time_recovery.enabled\n"
        + "frameworks: {aws_fsbp: {sourced: [DynamoDB.2], judgement: [DynamoDB.4]}}\n"
        + "history: [The period is a parameter.]\n"
        + TESTS
    )
    assert rule.params == {"days": {"production": 35, "preproduction": 7, "development": 7}}
    assert rule.tiers == ("production", "preproduction")
    assert (rule.profile, rule.counts, rule.attribute) == (Profile.STRICT, False, "point_in_time_recovery.enabled")
    assert rule.frameworks == {"aws_fsbp": {"judgement": ("DynamoDB.4",), "sourced": ("DynamoDB.2",)}}
    assert rule.history == ("The period is a parameter.",)
    assert rule.facts == {"live.exists", "live.pitr.days"}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("{paths: [ttl, ttl.*]}", DriftSelector(paths=("ttl", "ttl.*"))),
        (
            "{reality: [undeclared, different], plan: [update], risk: [removes_protection]}",
            DriftSelector(
                reality=(Reality.UNDECLARED, Reality.DIFFERENT), plan=(Plan.UPDATE,), risk=(Risk.REMOVES_PROTECTION,)
            ),
        ),
        (
            "{kinds: [aws_kms_key], existence: [missing]}",
            DriftSelector(kinds=("aws_kms_key",), existence=(Existence.MISSING,)),
        ),
        ("{unselected: true, kinds: [aws_kms_key]}", DriftSelector(kinds=("aws_kms_key",), unselected=True)),
    ],
)
def test_selectors(selector, expected):
    text = DRIFT.replace("drift: {kinds: [aws_dynamodb_table], paths: [point_in_time_recovery]}", f"drift: {selector}")
    assert rule_of(text).drift == expected


def drift(selector):
    return DRIFT.replace("{kinds: [aws_dynamodb_table], paths: [point_in_time_recovery]}", selector)


@pytest.mark.parametrize(
    ("text", "summary", "hint"),
    [
        (WHOLE.replace("rules/v1", "rules/v2"), "unknown schema 'auditor/rules/v2'", "auditor/rules/v1"),
        (WHOLE.replace("title:", "titel:"), "unknown key 'titel'", "did you mean title"),
        (WHOLE.replace("why: A table without it can't be restored.\n", ""), "the key 'why' is missing", ""),
        (WHOLE.replace("subject: table", "subject: tabel"), "unknown subject type 'tabel'", "did you mean table?"),
        (WHOLE.replace("development: medium", "develop: medium"), "unknown key 'develop'", "development"),
        (WHOLE.replace("development: medium", "development: middle"), "unknown severity 'middle'", "known:"),
        (
            WHOLE.replace("{default: high, development: medium}", "{development: medium}"),
            "nothing is said for production, preproduction, and there is no default",
            "",
        ),
        (WHOLE + "tiers: []\n", "name each tier once, at least one", ""),
        (WHOLE + "tiers: [production, production]\n", "name each tier once", ""),
        (WHOLE + "tiers: [prod]\n", "unknown tier 'prod'", "known:"),
        (WHOLE + "profile: lax\n", "unknown profile 'lax'", "known: first, strict"),
        (WHOLE + "counts: maybe\n", "true or false is expected here", ""),
        (HEAD + TESTS, "a rule says either assert or drift", ""),
        (WHOLE + "drift: {paths: [ttl]}\n", "a rule says either assert or drift", ""),
        (DRIFT + "when: {fact: live.exists, equals: true}\n", "a rule that selects drifts has no when", ""),
        (WHOLE + "params: {days: 7}\n", "parameter 'days' is not used by when or assert", ""),
        (HEAD + DAYS + "params: {days: seven}\n" + TESTS, "gte of live.pitr.days (number) needs a value of type", ""),
        (HEAD + DAYS + "params: {days: {production: 1}}\n" + TESTS, "nothing is said for preproduction", ""),
        (HEAD + DAYS + "params: {Days: 7, days: 7}\n" + TESTS, "'Days' is not a parameter's name", "lower case"),
        (WHOLE.replace("{live.pitr.status}", "{live.pitr.state}"), "unknown placeholder {live.pitr.state}", "status"),
        (WHOLE.replace("{live.pitr.status}", "{drift.path}"), "unknown placeholder {drift.path}", ""),
        (WHOLE.replace("aws_cli: aws", "aws_cli: 'aws {table}'} #"), "unknown placeholder {table}", ""),
        (WHOLE.replace("aws_cli:", "awscli:"), "unknown key 'awscli'", "did you mean aws_cli?"),
        (WHOLE.replace("https://", "http://"), "a reference is an https address", ""),
        (WHOLE.replace('["https://docs.aws.amazon.com/"]', "[]"), "at least one reference", ""),
        (WHOLE + "frameworks: {nist: {sourced: [CP-9]}}\n", "unknown key 'nist'", ""),
        (WHOLE + "frameworks: {aws_fsbp: {}}\n", "say on which basis", ""),
        (WHOLE + "frameworks: {pci_dss_4_0: {sourced: [3.5]}}\n", "a control must be text", "put it in quotes"),
        (
            WHOLE.replace("- {name: on, expect: pass, facts: {live.pitr.status: ENABLED}}\n", ""),
            "there is no test that expects pass",
            "",
        ),
        (WHOLE.replace("name: off", "name: on"), "two tests are called 'on'", ""),
        (drift("{}"), "an empty selector", ""),
        (drift("{paths: []}"), "an empty list selects nothing", ""),
        (drift("{reality: [differnt]}"), "unknown reality 'differnt'", "did you mean different?"),
        (drift("{existence: [both]}"), "unknown existence 'both'", "missing, unmanaged"),
        (drift("{existence: [missing], paths: [ttl]}"), "existence is about the resource as a whole: paths", ""),
        (drift("{unselected: true, paths: [ttl]}"), "with unselected: true only kinds may narrow", ""),
        (drift("{unselected: true, existence: [missing]}"), "with unselected: true only kinds may narrow", ""),
    ],
)
def test_complains(text, summary, hint):
    caught = complaint(text)
    assert caught.summary.startswith(summary)
    assert hint in caught.hint
    assert caught.subject.line >= 1
    assert caught.line


@pytest.mark.parametrize(
    ("file", "id_", "summary"),
    [
        ("rules/sec/SEC-001.yaml", "SEC-001", "the file of SEC-001 must be called"),
        ("rules/sec/SEC-0011-x.yaml", "SEC-001", "the file of SEC-001 must be called"),
        ("rules/kms/SEC-001-x.yaml", "SEC-001", "SEC-001 belongs into the folder sec/, not kms/"),
        ("rules/sec/SEC-1-x.yaml", "SEC-1", "'SEC-1' is not a rule id"),
        ("rules/foo/FOO-001-x.yaml", "FOO-001", "'FOO-001' is not a rule id"),
    ],
)
def test_id_and_file_agree(file, id_, summary):
    assert complaint(WHOLE.replace("id: SEC-001", f"id: {id_}"), file).summary.startswith(summary)


def test_a_parameter_without_value_must_be_set_elsewhere():
    assert rule_of(HEAD + DAYS + "params: {days: null}\n" + TESTS).params["days"]["production"] is None


def test_families_are_sorted():
    assert list(FAMILIES) == sorted(FAMILIES)


def test_conditions_of_a_rule_are_read():
    assert assertion("{fact: live.name, equals: a}").facts == {"live.name"}
