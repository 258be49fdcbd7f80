"""What the page tells under its heading of drift: the resources that differ, or stand on one side only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from auditor.formats import remedies
from auditor.formats.interface import Document
from auditor.formats.words import subject_key


def drifting(document: Document, findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Resources with drifts, or that stand on one side only; the dangerous ones first.

    Of one that is but a `trap` nothing differs yet.
    """
    subject_of = {
        subject["resource"]: subject_key(subject)
        for subjects in document["subjects"].values()
        for subject in subjects
        if subject["resource"]
    }
    by_place: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for finding in findings:
        by_place[(subject_key(finding), finding["path"])].append(finding)
    shown = []
    for resource in document["resources"]:
        if resource["existence"] == "both" and not resource["drifts"]:
            continue
        identity = subject_of.get(resource["id"], resource["id"])
        drifts = [{**drift, "findings": by_place[(identity, drift["path"])]} for drift in resource["drifts"]]
        name = resource["identity"]["name"]
        shown.append(
            {
                **resource,
                "name": name if isinstance(name, str) else resource["address"],
                "shown": drifts,
                "trap": resource["existence"] == "both" and {drift["risk"] for drift in drifts} == {"trap"},
                **remedies.remedies(resource),
            }
        )
    return sorted(shown, key=_danger)


def _danger(resource: Mapping[str, Any]) -> tuple[Any, ...]:
    realities = {drift["reality"] for drift in resource["drifts"]}
    return (
        not any(drift["risk"] not in {None, "trap"} for drift in resource["drifts"]),
        resource["existence"] not in {"missing", "unmanaged"},
        "different" not in realities,
        resource["kind"],
        resource["name"],
    )
