"""The past runs of an environment: in order, with the age of the latest that asked AWS; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from auditor.bundle import order
from auditor.formats.words import STATES, lasting
from auditor.history import Bundle

SCHEMA: Final = "auditor/history/v1"


class Timeline(Struct, frozen=True, kw_only=True):
    """What became of an environment, run by run."""

    environment: str
    runs: tuple[Bundle, ...]
    """Oldest first; demonstrations are none."""
    latest: Bundle | None
    """The latest that asked AWS: a run of the code alone tells nothing of what is live."""
    age: float | None
    """Seconds since it ended; negative where it ended after now."""

    def fresh(self, most: float) -> bool:
        """Whether there is one no older than so many seconds, and none from the future."""
        return self.age is not None and 0 <= self.age <= most


def timeline(environment: str, bundles: Iterable[Bundle], now: datetime) -> Timeline:
    """The timeline of an environment, out of bundles of any."""
    own = sorted(
        (each for each in bundles if each.run["environment"] == environment and not each.manifest.get("demonstration")),
        key=lambda each: (str(each.run["finished"]), str(each.run["id"]), order(each.place.name)),
    )
    asked = [each for each in own if not each.run.get("declared_only")]
    latest = asked[-1] if asked else None
    age = (now - datetime.fromisoformat(latest.run["finished"])).total_seconds() if latest else None
    return Timeline(environment=environment, runs=tuple(own), latest=latest, age=age)


def document(timelines: Iterable[Timeline], most: float | None) -> dict[str, Any]:
    """Timelines as JSON; `fresh` is null where no greatest age was given."""
    told = [
        {
            "environment": each.environment,
            "latest": str(each.latest.run["id"]) if each.latest else None,
            "age_seconds": None if each.age is None else round(each.age),
            "fresh": None if most is None else each.fresh(most),
            "runs": [row(run) for run in each.runs],
        }
        for each in timelines
    ]
    return {"schema": SCHEMA, "environments": [{**each, "told": freshness(each)} for each in told]}


def row(found: Bundle) -> dict[str, Any]:
    """What a bundle tells of its run, as JSON."""
    run, told = found.run, found.manifest
    numbers: Mapping[str, int] = told["numbers"]
    return {
        "run": str(run["id"]),
        "folder": str(found.place),
        "finished": str(run["finished"]),
        "account": str(run.get("account", "")),
        "region": str(run.get("region", "")),
        "caller": str(run.get("caller", "")),
        "commit": str(run.get("git", {}).get("commit", "")),
        "declared_only": bool(run.get("declared_only")),
        "complete": bool(told.get("complete")),
        "signed": bool(told.get("signature")),
        "state": str(told["verdict"]["state"]),
        "exit_code": int(told["verdict"]["exit_code"]),
        "manifest": found.digest,
        **{name: int(numbers[name]) for name in ("open", "drifted", "unknown", "new", "resolved")},
    }


def freshness(told: Mapping[str, Any]) -> str:
    """When an environment was last audited, by whom and with which verdict."""
    # A reading may have been judged more than once: what was judged last counts.
    latest = next((run for run in reversed(told["runs"]) if run["run"] == told["latest"]), None)
    if latest is None:
        return "not known to be audited: there is no bundle of a run that asked AWS"
    age = told["age_seconds"]
    when = f"{lasting(age)} ago" if age >= 0 else f"{lasting(age)} from now: a clock is wrong"
    word = STATES.get(latest["state"], "?")
    return f"last audited {when} ({latest['finished']}) by {latest['caller'] or 'nobody named'}: {word}"
