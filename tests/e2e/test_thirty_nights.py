"""Nights of an estate, with drift, faults and a waiver that ends: history, trend and freshness tell what happened.

The readings are recorded ones, taken at other times; what is written and how nights follow one another is real.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from record_estate import RECORDED

from auditor import bundle, history, pipeline, terminal, timeline
from auditor.aws import snapshot
from auditor.estate import evaluated
from auditor.formats import formats
from auditor.inputs import Inputs, Variables
from auditor.model.answers import Answers
from auditor.model.values import Reason
from auditor.reading import Interrupted
from auditor.settings import load

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
MOST = 26 * 3_600
READINGS = {
    "clean": RECORDED / "prod-snapshot.jsonl.gz",
    "drifted": RECORDED / "prod-changes" / "recovery_off.jsonl.gz",
    "drifted more": RECORDED / "prod-changes" / "retagged.jsonl.gz",
}
FAILS = {"clean": set(), "drifted": {"DRIFT-007", "SEC-001"}, "drifted more": {"DRIFT-007", "SEC-001", "DRIFT-018"}}
"""The rules that the table of users fails."""
EVER = FAILS["drifted more"]
AUDITS = {"AUD-001", "AUD-004", "AUD-006"}
"""Findings about the audit itself: something unread, waivers that ended."""
RECOVERY = "dynamodb:DescribeContinuousBackups"
ROTATION = "kms:GetKeyRotationStatus"
LOST = {
    "denied": (RECOVERY, "AccessDeniedException", Reason.DENIED),
    "throttled": (ROTATION, "ThrottlingException", Reason.FAILED),
}
WAIVER = """\
  - id: W-{rule}
    rule: {rule}
    subject: koneksi-prod-users
    reason: recovery is being moved to the vault of the platform team
    owner: platform
    approver: security
    ticket: SHOP-1
    created: 2026-01-01
    expires: {expires}
"""
WAIVED = ("DRIFT-007", "SEC-001")


@dataclass(frozen=True)
class Night:
    """What AWS has, and what befalls the run."""

    reading: str = "clean"
    fault: str = ""
    """denied, throttled, crashed, interrupted, missing."""
    waiver: int = 0
    """The night on whose day the waiver ends; 0: there is none."""


SHORT = (
    Night(),
    Night("drifted", waiver=2),
    Night("drifted", "denied", waiver=2),
    Night("drifted", waiver=2),
    Night(fault="throttled"),
    Night(fault="crashed"),
    Night(fault="missing"),
    Night("drifted more", "interrupted"),
    Night("drifted more"),
)
LONG = (
    *(Night(),) * 3,
    *(Night("drifted"),) * 2,
    Night("drifted", "denied"),
    *(Night("drifted"),) * 2,
    Night("drifted", waiver=13),
    Night("drifted", "throttled", waiver=13),
    Night("drifted", "missing", waiver=13),
    Night("drifted", "denied", waiver=13),
    *(Night("drifted", waiver=13),) * 3,
    Night("drifted", "crashed"),
    Night("drifted"),
    Night(),
    Night(fault="missing"),
    Night(fault="missing"),
    Night(fault="throttled"),
    Night("drifted more", "interrupted"),
    *(Night("drifted more"),) * 4,
    Night("drifted"),
    Night(fault="interrupted"),
    *(Night(),) * 2,
)


@pytest.fixture
def estate(tmp_path, root):
    folder = tmp_path / "estate"
    shutil.copytree(root / "terraform" / "dynamodb", folder / "terraform" / "dynamodb")
    shutil.copy(root / "audit.toml", folder)
    return folder


def folder(night):
    return bundle.folder_name((time(night) + timedelta(seconds=1)).isoformat().replace("+00:00", "Z"))


def time(night):
    return FIRST + timedelta(days=night - 1)


def reading(night, number):
    """The recorded reading, as if it had been taken that night, without what was not answered."""
    taken = snapshot.read(READINGS[night.reading])
    began, ended = (
        (time(number) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for seconds in (1, 2)
    )
    answers = dict(taken.answers.by_request)
    if night.fault in LOST:
        api, code, reason = LOST[night.fault]
        for request, answer in answers.items():
            if request.api == api:
                answers[request] = replace(answer, ok=False, pages=(), code=code, reason=reason)
    context = {**taken.context, "id": f"night-{number}", "now": began}
    return replace(taken, started=began, finished=ended, answers=Answers(answers), context=context)


class Killed(BaseException):
    """Ends a run as a kill does: nothing is tidied."""


def killed(*_):
    raise Killed


@pytest.fixture
def spend(estate, tmp_path, monkeypatch):
    """Audit and deliver as the command line does; the report, where one was written."""
    out, place = estate / "reports", tmp_path / "reading.jsonl.gz"
    known = evaluated(load(estate, {}), Variables())

    def spend(night, number):
        if night.fault == "missing":
            return None
        kept = [formats()["json"]]
        delivery = terminal.Delivery(
            printed=formats()["text"], written=kept, out=out, dated=True, fail_on="low", quiet=2
        )
        taken = reading(night, number)
        if night.fault == "interrupted":
            terminal.deliver_partial(Interrupted(taken, frozenset()), delivery)
            return None
        place.write_bytes(snapshot.encode(taken))
        settings = load(estate, {})
        inputs = Inputs(now=time(number), fixed_now=True, snapshot=place, second_reader=False)
        outcome = pipeline.audit(settings, settings.environment("prod"), inputs, known)
        if night.fault == "crashed":
            with monkeypatch.context() as patched:
                patched.setattr(bundle, "_renamed", killed)
                patched.setattr(bundle.shutil, "rmtree", lambda *_, **__: None)
                with pytest.raises(Killed):
                    terminal.deliver(outcome, delivery)
            return None
        terminal.deliver(outcome, delivery)
        (found, *_) = history.folders(out / "prod")
        return history.opened(found).report()

    return spend


@pytest.mark.parametrize("story", [SHORT, pytest.param(LONG, marks=pytest.mark.soak)], ids=["short", "thirty"])
def test_nights(story, estate, spend):
    waivers = estate / "terraform" / "dynamodb" / "envs" / "prod" / "waivers.yaml"
    out = estate / "reports"
    told = Told()
    for number, night in enumerate(story, 1):
        waivers.unlink(missing_ok=True)
        if night.waiver:
            entries = [WAIVER.format(rule=rule, expires=time(night.waiver).date()) for rule in WAIVED]
            waivers.write_text("schema: auditor/waivers/v1\nwaivers:\n" + "".join(entries))
        report = spend(night, number)
        if night.fault == "interrupted":
            told.interrupted.append(number)
        if report is not None:
            told.hold(night, number, report)
        line = timeline.timeline("prod", history.past(out)[0], time(number) + timedelta(hours=10))
        assert line.fresh(MOST) is (report is not None), number
    runs, unusable = history.past(out)
    (line,) = timeline.document([timeline.timeline("prod", runs, time(len(story)))], MOST)["environments"]
    assert [row["run"] for row in line["runs"]] == [f"night-{number}" for number in told.reports]
    assert [row["exit_code"] for row in line["runs"]] == [
        each["verdict"]["exit_code"] for each in told.reports.values()
    ]
    assert [folder for folder, _ in unusable] == [f"prod/{folder(number)}" for number in told.interrupted]


class Told:
    """What the reports told so far, held against what happened."""

    def __init__(self):
        self.reports, self.since, self.undecided, self.interrupted = {}, {}, set(), []

    def hold(self, night, number, report):
        fails, history_ = FAILS[night.reading], report["history"]
        gone = self.since.keys() - fails
        self.since = {rule: self.since.get(rule, number) for rule in fails}
        of_users = [
            each for each in report["findings"] if each["subject"] == "koneksi-prod-users" and each["rule"] in fails
        ]
        known = {each["rule"]: each for each in of_users}
        unread = {"DRIFT-007", "SEC-001"} if night.fault == "denied" else set()
        # What could not be decided the night before, and fails now, is new again: nobody may have been told of it.
        again, self.undecided = self.undecided - unread, unread
        failed = {each["rule"] for each in report["findings"] if each["status"] == "fail"} - AUDITS
        assert failed == fails - unread, number
        for rule, each in known.items():
            assert each["status"] == ("unknown" if rule in unread else "fail")
            assert each["first_seen"].startswith(time(self.since[rule]).date().isoformat()), (number, rule)
            assert each["new"] is (number > 1 and (self.since[rule] == number or rule in again)), (number, rule)
            assert each["waived"] is (number <= night.waiver and rule in WAIVED and rule not in unread), (number, rule)
        assert known.keys() == fails
        resolved = {each["rule"] for each in history_["resolved"] if each["subject"] == "koneksi-prod-users"}
        assert resolved & EVER == gone, number

        ended = 0 < night.waiver < number
        assert {each["state"] for each in report["waivers"]} == (
            {"expired" if ended else "expires_soon"} if night.waiver else set()
        )
        counted = ended or fails - unread - (set(WAIVED) if number <= night.waiver else set())
        assert report["complete"] is (night.fault not in LOST)
        assert report["verdict"]["exit_code"] == (4 if counted else 3 if night.fault in LOST else 0), number
        self._hold_history(history_, number)
        self.reports[number] = report

    def _hold_history(self, told, number):
        before = max(self.reports, default=0)
        assert (told["previous"] or {}).get("run") == (f"night-{before}" if before else None)
        assert [each["run"] for each in told["trend"]] == [f"night-{each}" for each in (*self.reports, number)]
        for point, report in zip(told["trend"], self.reports.values(), strict=False):
            counted = [each for each in report["findings"] if each["status"] == "fail" and not each["waived"]]
            assert point["open"] == len(counted)
            assert point["exit_code"] == report["verdict"]["exit_code"]
        skipped = [folder(each) for each in self.interrupted if before < each < number]
        assert [each["folder"] for each in told["skipped"]] == skipped
