from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model.errors import InvalidWaiver
from auditor.model.facts import Default, Fact, Facts
from auditor.model.results import Evidence, Finding, Severity, Status, Subject, Waiver
from auditor.policy.waivers import HOLDING, State, applies, covering, load_waivers, state

PIECES = st.sampled_from(["", "\n", "{", "[", "]", ": ", "- ", "&a ", "*a", "!!x ", "'", "\x00", "\t", "*"]) | st.text(
    st.characters(codec="utf-8"), max_size=3
)
RULES = ("SEC-001", "SEC-004", "DRIFT-010")
TEXT = """\
schema: auditor/waivers/v1
waivers:
- id: W-1
  rule: SEC-004
  subject: koneksi-prod-scratch
  reason: The table is made anew every night.
  owner: data platform
  approver: security office
  ticket: OPS-12
  created: 2026-09-01
  expires: 2026-12-31
"""


@pytest.fixture
def load(tmp_path):
    def load_text(text, **more):
        file = tmp_path / "waivers.yaml"
        file.write_text(text)
        return load_waivers(file, RULES, shown="prod/waivers.yaml", **more)

    return load_text


def test_a_file(load):
    (waiver,) = load(TEXT)
    assert (waiver.id, waiver.rule, waiver.subject, waiver.path) == ("W-1", "SEC-004", "koneksi-prod-scratch", "")
    assert (waiver.owner, waiver.approver, waiver.ticket) == ("data platform", "security office", "OPS-12")
    assert (waiver.created, waiver.expires) == ("2026-09-01", "2026-12-31")
    assert str(waiver.place) == "prod/waivers.yaml:3:3"


def test_waivers_that_are_no_file_are_an_error(tmp_path):
    for name, complaint in (("nowhere.yaml", "No such file"), (".", "no regular file")):
        with pytest.raises(InvalidWaiver, match=complaint):
            load_waivers(tmp_path / name, RULES)


def test_none(load):
    assert load("schema: auditor/waivers/v1\nwaivers: []\n") == ()


@pytest.mark.parametrize(
    ("text", "summary", "hint"),
    [
        (
            TEXT.replace("  ticket: OPS-12\n", ""),
            "the key 'ticket' is missing",
            "a waiver has id, rule, subject, reason,",
        ),
        (TEXT.replace("schema: auditor/waivers/v1\n", ""), "the key 'schema' is missing", "schema: auditor/waivers/v1"),
        (TEXT.replace("  expires: 2026-12-31\n", ""), "the key 'expires' is missing", ""),
        (TEXT.replace("reason:", "reson:"), "unknown key 'reson'", "did you mean reason?"),
        (TEXT.replace("SEC-004", "SEC-044"), "no rule is called 'SEC-044'", "did you mean SEC-004"),
        (TEXT.replace("security office", "Data Platform"), "owner and approver must not be the same", ""),
        (TEXT.replace("2026-12-31", "2026-08-31"), "it expires before it was created", ""),
        (TEXT.replace("2026-12-31", "2027-12-31"), "a waiver holds for at most 366 days", "2027-09-02 at the latest"),
        (TEXT.replace("2026-12-31", "2026-02-30"), "this is not a date", "YYYY-MM-DD"),
        (TEXT.replace("2026-12-31", "2026-W01-1"), "this is not a date", "YYYY-MM-DD"),
        (TEXT.replace("2026-12-31", "soon"), "this is not a date", "YYYY-MM-DD"),
        (TEXT + TEXT.split("waivers:\n")[1], "two waivers are called 'W-1'", "first at prod/waivers.yaml:3:3"),
        (TEXT.replace("v1", "v2"), "unknown schema", ""),
        (TEXT.replace("waivers:\n", "waivers: &x\n"), "", None),
    ],
)
def test_complains(load, text, summary, hint):
    if hint is None:
        assert load(text)  # an anchor that nothing refers to does no harm
        return
    with pytest.raises(InvalidWaiver) as caught:
        load(text)
    assert caught.value.summary.startswith(summary)
    assert hint in caught.value.hint
    assert caught.value.subject.file == "prod/waivers.yaml"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture keeps nothing
@given(st.integers(0, len(TEXT) - 1), st.integers(0, 9), PIECES)
def test_whatever_is_written_gives_waivers_or_one_complaint(load, at, length, piece):
    try:
        assert len(load(TEXT[:at] + piece + TEXT[at + length :])) <= 1
    except InvalidWaiver as complaint:
        told = complaint
    else:
        return
    assert told.subject.line >= 1
    assert told.summary


def test_the_longest_time_is_the_callers(load):
    with pytest.raises(InvalidWaiver, match="at most 90 days"):
        load(TEXT, longest_days=90)
    assert load(TEXT, longest_days=121)


def waiver(**more):
    given = {"rule": "SEC-004", "subject": "scratch", "expires": "2026-12-31", **more}
    return Waiver(id="W-1", reason="r", owner="o", **given)


@pytest.mark.parametrize(
    ("given", "today", "expected"),
    [
        ({}, date(2026, 11, 24), State.VALID),
        ({}, date(2026, 12, 16), State.VALID),
        ({}, date(2026, 12, 17), State.EXPIRES_SOON),
        ({}, date(2026, 12, 31), State.EXPIRES_SOON),
        ({}, date(2027, 1, 1), State.EXPIRED),
        ({"rule": "*"}, date(2026, 11, 24), State.TOO_BROAD),
        ({"rule": "SEC-*", "subject": "*"}, date(2026, 11, 24), State.TOO_BROAD),
        ({"rule": "SEC-*"}, date(2026, 11, 24), State.VALID),
        ({"subject": "*"}, date(2026, 11, 24), State.VALID),
        ({"rule": "**"}, date(2027, 11, 24), State.TOO_BROAD),
    ],
)
def test_states(given, today, expected):
    assert state(waiver(**given), today) is expected


def finding(**more):
    names = {"address": 'aws_dynamodb_table.this["scratch"]', "identity": "1/r/koneksi-prod-scratch"}
    names |= {name: more.pop(name) for name in ("address", "identity") if name in more}
    about = Subject("table", "koneksi-prod-scratch", facts=Facts({}), **names)
    evidence = (Evidence("x", Fact(1, Default("x"))),)
    given = {"rule": "SEC-004", "status": Status.FAIL, "path": 'tags["Owner"]', **more}
    return Finding(
        about=about, severity=Severity.HIGH, evidence=evidence, fingerprint="f", words=lambda _: "m", **given
    )


@pytest.mark.parametrize(
    ("given", "found", "expected"),
    [
        ({"subject": "koneksi-prod-scratch"}, {}, True),
        ({"subject": "*-scratch"}, {}, True),
        ({"subject": 'aws_dynamodb_table.this["scratch"]'}, {}, True),
        ({"subject": "1/r/*"}, {}, True),
        ({"subject": "finding/f"}, {}, True),
        ({"subject": "finding/e*"}, {}, False),
        ({"subject": "users"}, {}, False),
        ({"subject": "*", "rule": "SEC-001"}, {}, False),
        ({"subject": "*", "rule": "SEC-*"}, {}, True),
        ({"subject": "*", "path": "tags"}, {}, True),
        ({"subject": "*", "path": 'tags["Team"]'}, {}, False),
        ({"subject": "*"}, {"status": Status.UNKNOWN}, False),
        ({"subject": "*"}, {"status": Status.ERROR}, False),
        ({"subject": "**"}, {"address": ""}, True),
    ],
)
def test_applies(given, found, expected):
    assert applies(waiver(**given), finding(**found)) is expected


def test_the_waiver_that_holds_comes_first():
    old, new = waiver(subject="*", ticket="old"), waiver(subject="*", ticket="new")
    given = [(old, State.EXPIRED), (new, State.VALID)]
    assert covering(given, finding()) == (new, State.VALID)
    assert covering(given[:1], finding()) == (old, State.EXPIRED)
    assert covering(given, finding(rule="SEC-001")) is None
    assert State.TOO_BROAD not in HOLDING
