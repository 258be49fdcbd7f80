"""The report of the estate as it was read after a change by hand, from the recorded answers."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from record_estate import RECORDED, ROOT

from auditor import pipeline
from auditor.formats.json import decode, document, encode
from auditor.inputs import Inputs
from auditor.settings import load


@cache
def recorded_report(change: str) -> dict[str, Any]:
    """The decoded report; `change` is one of the demonstration's."""
    settings = load(ROOT, {})
    inputs = Inputs(now=datetime.now(UTC), snapshot=RECORDED / "prod-changes" / f"{change}.jsonl.gz")
    outcome = pipeline.audit(settings, settings.environment("prod"), inputs)
    return decode(encode(document(outcome.audit, code=outcome.code)))
