"""What a report says puts AWS back does: after all its calls, nothing of what was changed by hand differs any more."""

import json
import shlex
from datetime import UTC, datetime

from botocore import xform_name

from auditor import demo, pipeline
from auditor.demo.estate import Hand
from auditor.formats import json as report
from auditor.inputs import Inputs
from auditor.model.drift import Existence, Reality

ADOPTED_ELSEWHERE = {"koneksi-prod-invoices", "koneksi-prod-users-restored"}
"""Deleted, and made by hand: nothing to put back by a call."""


def test_every_change_by_hand_is_put_back():
    inputs = Inputs(now=datetime.now(UTC), second_reader=False)
    with demo.running(inputs) as (settings, outcome, _):
        told = report.decode(report.encode(report.document(outcome.audit)))
        commands = [each for row in told["resources"] for drift in row["drifts"] for each in drift["put_back"]]
        assert len(commands) >= 8
        prod = settings.environment("prod")
        hand = Hand(prod.endpoint, prod.region)
        for command in commands:
            _, service, operation, *_, given = shlex.split(command)
            methods = {xform_name(name, "-"): name for name in hand(service).meta.service_model.operation_names}
            getattr(hand(service), xform_name(methods[operation]))(**json.loads(given))
        again = pipeline.audit(settings, prod, inputs).audit
    left = {str(each.identity.name) for each in again.comparisons if each.existence is not Existence.BOTH}
    assert left == ADOPTED_ELSEWHERE
    drifts = [(each.address, drift) for each in again.comparisons for drift in each.drifts]
    assert [(where, drift.path) for where, drift in drifts if drift.reality is not Reality.EQUAL] == []
