"""The law of faults on verdicts: whichever answers are lost, each result and each drift is what it was, or unknown.

The readings are recorded ones: the estate with all changes by hand, and a root module that looks things up.
"""

import random
from datetime import UTC, datetime

import pytest
import record_data_sources
from msgspec.structs import replace
from record_estate import RECORDED

from auditor import pipeline
from auditor.aws import snapshot
from auditor.inputs import Inputs
from auditor.model.answers import Answers
from auditor.model.results import LETTERS, Status
from auditor.model.values import Reason
from auditor.settings import load

LOSSES = (("AccessDeniedException", Reason.DENIED), ("Timeout", Reason.FAILED), ("LaneClosed", Reason.NOT_READ))
READINGS = {
    "estate": RECORDED / "prod-changes" / "rotation_off.jsonl.gz",
    "data sources": record_data_sources.RECORDED / "repointed.jsonl.gz",
}
SAMPLE, SOAK = range(6), range(100, 600)
NAMES = {letter: status for status, letter in LETTERS.items()}


@pytest.fixture(scope="module", params=READINGS)
def law(request, root, tmp_path_factory):
    """Hold one reading, from which a seed takes some answers, against the whole one."""
    own = {"estate": load(root, {}), "data sources": record_data_sources.settings()[0]}[request.param]
    taken = snapshot.read(READINGS[request.param])
    place = tmp_path_factory.mktemp("lost") / "reading.jsonl.gz"

    def audited(reading):
        place.write_bytes(snapshot.encode(reading))
        inputs = Inputs(now=datetime.now(UTC), snapshot=place, second_reader=False)
        return pipeline.audit(own, own.environment("prod"), inputs)

    whole = audited(taken)

    def hold(seed):
        reading, lost = without(taken, random.Random(seed))  # noqa: S311 - repeatable on purpose
        compare(whole, audited(reading), f"seed {seed} lost {lost}")

    return hold


def without(taken, dice):
    """The reading without some of its answers: one, a few, all of one operation, or most."""
    everything = list(taken.answers)
    api = dice.choice(everything).request.api
    chosen = dice.choice(
        (
            dice.sample(everything, 1),
            dice.sample(everything, dice.randint(2, 8)),
            [answer for answer in everything if answer.request.api == api],
            dice.sample(everything, len(everything) * 2 // 3),
        )
    )
    answers = dict(taken.answers.by_request)
    for answer in chosen:
        code, reason = dice.choice(LOSSES)
        answers[answer.request] = replace(answer, ok=False, pages=(), code=code, reason=reason, detail="lost")
    return replace(taken, answers=Answers(answers)), sorted(f"{a.request.api} {a.request.key}" for a in chosen)


def results(outcome):
    """Status by rule and identity, and by rule and address."""
    by_identity, by_address = {}, {}
    for found in outcome.audit.results:
        subjects = outcome.audit.subjects[found.subject_type]
        for subject, letter in zip(subjects, found.statuses, strict=True):
            if subject.identity:
                by_identity[found.rule, subject.identity] = NAMES[letter]
            if subject.address:
                by_address[found.rule, subject.address] = NAMES[letter]
    return by_identity, by_address


def compare(whole, faulty, case):
    for by_address, before, after in zip((False, True), results(whole), results(faulty), strict=True):
        for (rule, name), status in after.items():
            if rule.startswith("AUD-"):
                continue  # the run's own quality: that evidence is missing is a fact
            if by_address and (rule, name) not in before:
                continue  # how many there are is not known: the one without a key is judged by its identity
            known = before.get((rule, name), Status.UNKNOWN)
            # What may be the declared one is a subject of its own where it can't be told which is which.
            assert status in {known, Status.UNKNOWN, Status.NOT_APPLICABLE}, f"{rule} {name}: {status}; {case}"
    addresses = {one.address for one in whole.audit.comparisons if one.address}
    assert addresses <= {one.address for one in faulty.audit.comparisons} | unread(faulty), case
    verdicts = {one.address: one for one in whole.audit.comparisons if one.address}
    for one in faulty.audit.comparisons:
        was = verdicts.get(one.address)
        if was is None:
            continue
        assert str(one.existence) in {str(was.existence), "undetermined"}, f"{one.address}; {case}"
        realities = {drift.path: str(drift.reality) for drift in was.drifts}
        for drift in one.drifts:
            said = {realities.get(drift.path, "equal"), "undetermined"}
            assert str(drift.reality) in said, f"{one.address} {drift.path}; {case}"


def unread(outcome):
    """Addresses that only what was lost decides: how many there are is unknown then, and said to be so."""
    undetermined = {one.address.partition("[")[0] for one in outcome.audit.comparisons if one.declared is not None}
    return {f"{address}{key}" for address in undetermined for key in ("[0]", '["by-state"]')}


@pytest.mark.parametrize("seed", SAMPLE)
def test_what_is_lost_makes_unknowns_and_nothing_else(law, seed):
    law(seed)


@pytest.mark.soak
def test_many_losses(law):
    for seed in SOAK:
        law(seed)
