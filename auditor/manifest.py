"""The manifest of a bundle: digests of every artefact and input, and the link to the run before."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from auditor.model.answers import Snapshot
from auditor.model.errors import BundleError

NAME: Final = "manifest.json"
SIGNATURE: Final = "manifest.json.sig"
SCHEMA: Final = "auditor/manifest/v1"
LARGEST: Final = 64 << 20
"""Bytes of a manifest: request ids of a reading of 100,000 tables take less than a third of it."""
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_MOST_ARTEFACTS: Final = 100


def digest(content: bytes) -> str:
    """The sha256 of some bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def of_report(
    document: Mapping[str, Any],
    artefacts: Mapping[str, bytes],
    *,
    snapshot: Snapshot | None,
    rules: Iterable[Mapping[str, Any]],
    key: str = "",
) -> bytes:
    """The manifest of a whole run: `rules` are the shipped rule files, `key` the digest of the key that will sign."""
    previous = document["history"]["previous"]
    return encode(
        document["run"],
        artefacts,
        {
            "complete": document["complete"],
            "demonstration": document["demonstration"],
            "numbers": numbers(document),
            "verdict": {name: document["verdict"][name] for name in ("state", "exit_code", "fail_on")},
            "inputs": document["evidence"]["files"],
            "rules": list(rules),
            "requests": requests(snapshot) if snapshot is not None else {},
            "previous": {name: previous[name] for name in ("run", "manifest")} if previous else None,
            "signature": {"algorithm": "Ed25519", "key": key} if key else None,
        },
    )


def encode(run: Mapping[str, Any], artefacts: Mapping[str, bytes], more: Mapping[str, Any]) -> bytes:
    """A manifest as bytes: the run, and name, size and digest of each artefact."""
    document = {
        "schema": SCHEMA,
        "run": dict(run),
        "artefacts": [
            {"name": name, "bytes": len(content), "sha256": digest(content)}
            for name, content in sorted(artefacts.items())
        ],
        **more,
    }
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def decode(content: bytes) -> Mapping[str, Any]:
    """The manifest in some bytes; BundleError where they hold none that can be trusted to name files."""
    hint = "give the folder that a run wrote"
    try:
        document = json.loads(content, object_pairs_hook=_unique)
        found = document.get("schema")
        if found == SCHEMA:
            _verify(document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        detail = f"{type(error).__name__}: {str(error)[:200]}"
        raise BundleError("this is no manifest of a bundle", detail=detail, hint=hint) from error
    if found != SCHEMA:
        facts = [("want", SCHEMA), ("have", str(found)[:80])]
        raise BundleError("this is no manifest that this version reads", facts=facts, hint=hint)
    return dict(document)


def numbers(document: Mapping[str, Any]) -> Mapping[str, int]:
    """The numbers of a report that its history shows, so that no report has to be read for them."""
    history = document["history"]
    now = history["trend"][-1]
    return {
        **{name: now[name] for name in ("open", "drifted", "unknown")},
        "new": history["new"],
        "unchanged": history["unchanged"],
        "resolved": len(history["resolved"]),
    }


def requests(snapshot: Snapshot) -> Mapping[str, list[str]]:
    """The request ids that AWS gave its answers, by operation: each can be looked up in CloudTrail."""
    found: dict[str, list[str]] = defaultdict(list)
    for answer in snapshot.answers:
        if answer.request_id:
            found[answer.request.api].append(answer.request_id)
    return {api: sorted(ids) for api, ids in sorted(found.items())}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose members are there once: of two, a reader could see the other one."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands there twice")
    return members


def _verify(document: Mapping[str, Any]) -> None:
    """Names are plain file names, each once; digests are digests."""
    artefacts = document["artefacts"]
    names = [entry["name"] for entry in artefacts]
    if len(names) != len(set(names)) or len(names) > _MOST_ARTEFACTS:
        raise ValueError("an artefact is named twice, or there are too many")
    for entry in artefacts:
        if not _FILE_NAME.fullmatch(entry["name"]) or entry["name"] in (NAME, SIGNATURE):
            raise ValueError(f"{entry['name'][:100]!r} is no name of an artefact")
        if not _DIGEST.fullmatch(entry["sha256"]) or not isinstance(entry["bytes"], int):
            raise ValueError(f"{entry['name']} has no digest or size")
    if not isinstance(document["run"], dict) or not isinstance(document["run"]["id"], str):
        raise TypeError("the run has no id")
    previous = document.get("previous")
    if previous is not None and not (isinstance(previous["run"], str) and _DIGEST.fullmatch(previous["manifest"])):
        raise ValueError("the run before has no digest")
