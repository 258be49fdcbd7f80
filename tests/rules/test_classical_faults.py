"""The classical faults are found on both sides, in every form, and nothing is found on the sound twin beside each."""

import pytest
from classical_faults import FAULTS, FORMS, NOW, label, project
from faulty_account import Account
from msgspec.structs import replace

from auditor import pipeline, reading
from auditor.aws import snapshot
from auditor.estate import estate
from auditor.inputs import Inputs, Variables
from auditor.model.results import Status
from auditor.ruleset import rules_for
from auditor.settings import load


def found(outcome):
    """The rules that fail or can't be decided, by the label that stands in the address or name of their subject."""
    labels = sorted((label(each, sound) for each in FAULTS for sound in (True, False)), key=len, reverse=True)
    by_label = {name: set() for name in labels} | {"": set()}
    for finding in outcome.audit.findings:
        told = f"{finding.address} {finding.subject}"
        name = next((name for name in labels if name in told), "")
        by_label[name].add(finding.rule if finding.status is Status.FAIL else f"{finding.status} {finding.rule}")
    return by_label


@pytest.fixture(scope="module", params=FORMS)
def declared(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("declared")
    project(folder, request.param)
    settings = load(folder, {})
    return found(pipeline.audit(settings, settings.environment("prod"), Inputs(now=NOW, declared_only=True)))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Code and AWS with the same faults, so that nothing drifts."""
    folder = tmp_path_factory.mktemp("live")
    project(folder, "literal")
    settings = load(folder, {})
    inputs = Inputs(now=NOW, snapshot=folder / "snapshot.jsonl.gz")
    here = estate(settings, settings.environment("prod"), Variables())
    taken = Account().read(here, rules_for(settings, here.environment, inputs).wanted)
    taken = replace(taken, context={**taken.context, **reading.context(settings, here, inputs)})
    inputs.snapshot.write_bytes(snapshot.encode(taken))
    return found(pipeline.audit(settings, settings.environment("prod"), inputs))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_found_in_code(declared, fault):
    assert declared[label(fault, False)] == fault.declared
    assert declared[label(fault, True)] == set()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_found_live(both, fault):
    assert both[label(fault, False)] == fault.declared | fault.live
    assert both[label(fault, True)] == set()


def test_nothing_else_is_found(declared, both):
    # The code of these tests is in no repository.
    assert declared[""] == both[""] == {"AUD-008"}


def test_every_fault_is_found_somewhere():
    assert len(FAULTS) >= 26
    assert all(fault.live or fault.declared for fault in FAULTS)
