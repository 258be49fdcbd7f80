"""Parity: what the code of each environment makes of the same table, side by side, where it is not the same."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from auditor.formats.encode import encode_value
from auditor.model.results import Audit, Subject
from auditor.model.values import Unknown, Value

_SAME, _DIFFERENT, _UNDETERMINED = "same", "different", "undetermined"
_SIDES: Final = 2


def parity(audit: Audit) -> dict[str, Any]:
    """The settings that are not the same everywhere, tables with the same values in one row; all others are counted.

    A setting of a table is compared where two environments declare the table.
    """
    rows: dict[str, dict[str, Any]] = {}
    verdicts: Counter[str] = Counter()
    environments: set[str] = set()
    subjects = audit.subjects.get("logical_table", ())
    for subject in subjects:
        for path, values in _settings(subject).items():
            environments |= values.keys()
            if len(values) < _SIDES:
                continue
            verdict = _verdict(values.values())
            verdicts[verdict] += 1
            if verdict != _SAME:
                told = {name: encode_value(value) for name, value in sorted(values.items())}
                row = {"path": path, "verdict": verdict, "weaker": _weaker(subject, path), "values": told}
                rows.setdefault(json.dumps(row), row | {"tables": []})["tables"].append(subject.name)
    return {
        "environments": sorted(environments),
        "tables": len(subjects),
        "compared": verdicts.total(),
        **{verdict: verdicts[verdict] for verdict in (_SAME, _DIFFERENT, _UNDETERMINED)},
        "rows": sorted(rows.values(), key=lambda row: (not row["weaker"], row["path"], row["tables"])),
    }


def _settings(subject: Subject) -> Mapping[str, Mapping[str, Value]]:
    """Path -> environment -> value."""
    found: dict[str, dict[str, Value]] = defaultdict(dict)
    for record in _several(subject, "parity.settings"):
        if isinstance(record, Mapping):
            found[str(record["setting"])][str(record["environment"])] = record["value"]
    return found


def _verdict(values: Iterable[Value]) -> str:
    """Two known values that differ decide, whatever is unknown."""
    every = list(values)
    known = [value for value in every if not isinstance(value, Unknown)]
    if any(value != known[0] for value in known):
        return _DIFFERENT
    return _SAME if len(known) == len(every) else _UNDETERMINED


def _weaker(subject: Subject, path: str) -> list[str]:
    """Where a tier nearer to production has it weaker, as `prod < uat`."""
    told = [str(each).partition(": ") for each in _several(subject, "parity.weaker") if isinstance(each, str)]
    return [where for attribute, _, where in told if attribute == path]


def _several(subject: Subject, path: str) -> tuple[Value, ...]:
    fact = subject.facts.get(path)
    return fact.value if fact and isinstance(fact.value, tuple) else ()
