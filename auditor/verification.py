"""What a bundle proves: each of its promises is put to the test, and what can't be tested is said."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from auditor import bundle, manifest, signature, sources
from auditor.aws import snapshot as snapshot_file
from auditor.formats import json as report
from auditor.history import Bundle, folders, opened
from auditor.model.errors import AuditorError, BundleError

LARGEST: Final = 1 << 30
"""Bytes of an artefact whose inside is looked at."""
_PIECE: Final = 1 << 20
_MOST_LINKS: Final = 10_000

PROVES: Final = (
    "the files of this bundle are those that its manifest names, byte by byte",
    "report, manifest, sources and snapshot tell of one and the same run, inputs and rules",
)
PROVES_OF_INTERRUPTED: Final = (
    PROVES[0],
    "manifest and snapshot tell of one and the same reading, which was interrupted: there is no report",
)
PROVES_NOT: Final = (
    "that AWS gave these answers: the manifest's request ids can be looked up in CloudTrail",
    "that the report follows from snapshot, sources and rules: `audit replay` makes it again",
    "when it was written: the clock is the auditing computer's",
)
UNSIGNED: Final = "who wrote it: without a verified signature, whoever can write here can write another manifest"


class State(StrEnum):
    """What became of a test."""

    OK = "ok"
    FAILED = "failed"
    OPEN = "open"
    """It could not be decided here."""


class Verified(Struct, frozen=True):
    """One thing that was put to the test."""

    what: str
    state: State
    detail: str = ""


class Verification(Struct, frozen=True):
    """All that was tested of a bundle."""

    tests: tuple[Verified, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing failed."""
        return all(test.state is not State.FAILED for test in self.tests)

    @property
    def proves(self) -> tuple[str, ...]:
        """What follows, where nothing failed."""
        if not self.sound:
            return ()
        told = [f"{test.what}: {test.detail}" for test in self.tests if test.what in ("signature", "chain")]
        held = {test.what for test in self.tests if test.state is State.OK}
        proves = PROVES if f"inside {bundle.REPORT}" in held else PROVES_OF_INTERRUPTED
        return (*proves, *(each for each in told if each.partition(":")[0] in held))

    @property
    def proves_not(self) -> tuple[str, ...]:
        """What does not follow."""
        signed = any(test.what == "signature" and test.state is State.OK for test in self.tests)
        return PROVES_NOT if signed else (*PROVES_NOT, UNSIGNED)


def verify(folder: Path, key: Path | None = None) -> Verification:
    """Test a bundle; `key` is the public key (PEM) that should have signed it.

    Errors: BundleError where there is no readable manifest, or the key can't be used.
    """
    content = bundle.read(folder / manifest.NAME, manifest.LARGEST)
    told = manifest.decode(content)
    artefacts = [_artefact(folder, entry) for entry in told["artefacts"]]
    tests = [*_besides(folder, told), *artefacts]
    if all(test.state is State.OK for test in artefacts):
        tests.extend(_inside(folder, told))
    tests.append(_signature(folder, told, content, key))
    tests.append(_chain(folder, told))
    return Verification(tuple(tests))


def _besides(folder: Path, told: Mapping[str, Any]) -> Iterator[Verified]:
    known = {manifest.NAME, manifest.SIGNATURE, *(entry["name"] for entry in told["artefacts"])}
    found = sorted({entry.name for entry in folder.iterdir()} - known)
    for name in found:
        yield Verified(name, State.FAILED, "the manifest does not name it")
    if not found:
        yield Verified("folder", State.OK, "nothing lies in it that the manifest does not name")


def _artefact(folder: Path, entry: Mapping[str, Any]) -> Verified:
    """Size first: a file that is too large is not read."""
    name, file = entry["name"], folder / entry["name"]
    if file.is_symlink() or not file.is_file():
        there = file.is_symlink() or file.exists()
        return Verified(name, State.FAILED, "it is no regular file" if there else "it is missing")
    size = file.stat().st_size
    if size != entry["bytes"]:
        return Verified(name, State.FAILED, f"it has {size:,} bytes, not {entry['bytes']:,}")
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        return Verified(name, State.FAILED, f"it can't be read: {error.strerror}")
    if digest.hexdigest() != entry["sha256"]:
        return Verified(name, State.FAILED, "its bytes were changed: another sha256")
    return Verified(name, State.OK, f"{size:,} bytes, sha256 {entry['sha256']}")


def _inside(folder: Path, told: Mapping[str, Any]) -> Iterator[Verified]:
    """Whether the artefacts tell of one run."""
    names = {entry["name"] for entry in told["artefacts"]}
    parts = (
        (bundle.REPORT, _report),
        (bundle.SOURCES, _sources),
        (bundle.SNAPSHOT, _snapshot),
    )
    for name, test in parts:
        if name not in names:
            if name in _demanded(told):
                yield Verified(name, State.FAILED, "the manifest of a whole run names it, and this one does not")
            continue
        try:
            differing = list(test(bundle.read(folder / name, LARGEST), told))
        except AuditorError as error:
            differing = [error.summary]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            differing = [f"it is malformed: {type(error).__name__}: {str(error)[:100]}"]
        what = f"inside {name}"
        if differing:
            yield Verified(what, State.FAILED, "; ".join(differing))
        else:
            yield Verified(what, State.OK, _AGREES[name])


def _demanded(told: Mapping[str, Any]) -> tuple[str, ...]:
    """The artefacts without which a bundle is none."""
    if told.get("interrupted"):
        return (bundle.SNAPSHOT,)
    return (bundle.REPORT, bundle.SOURCES, *(() if told["run"].get("declared_only") else (bundle.SNAPSHOT,)))


_AGREES: Final = {
    bundle.REPORT: "run, verdict, files and rules are those of the manifest",
    bundle.SOURCES: "each file has the digest that the manifest lists, and so has each rule",
    bundle.SNAPSHOT: "environment, account and request ids are those of the manifest",
}


def _report(content: bytes, told: Mapping[str, Any]) -> Iterator[str]:
    document = report.decode(content)
    digests = "".join(rule["digest"] for rule in document["rules"])
    pairs = {
        "run": (document["run"], told["run"]),
        "files read": (document["evidence"]["files"], told["inputs"]),
        "digest of the rules": (hashlib.sha256(digests.encode()).hexdigest(), told["run"]["ruleset"]["digest"]),
        **{name: (document["verdict"][name], told["verdict"][name]) for name in ("state", "exit_code", "fail_on")},
        "completeness": (document["complete"], told["complete"]),
        "being a demonstration": (document["demonstration"], told["demonstration"]),
        "run before": (_link(document["history"]["previous"]), _link(told["previous"])),
        "numbers": (manifest.numbers(document), told["numbers"]),
    }
    yield from _differing(pairs)


def _link(previous: Mapping[str, Any] | None) -> tuple[str, str] | None:
    return (previous["run"], previous["manifest"]) if previous else None


def _sources(content: bytes, told: Mapping[str, Any]) -> Iterator[str]:
    by_area: dict[str, dict[str, tuple[int, str]]] = {"project": {}, "rules": {}}
    for row in sources.listed(content):
        area, _, path = row["path"].partition(":")
        by_area.setdefault(area, {})[path] = (row["bytes"], row["sha256"])
    listed = {entry["path"]: (entry["bytes"], entry["sha256"]) for entry in told["inputs"]}
    if state := told["run"].get("state"):
        listed.pop(state, None)
    rules = {entry["path"]: (entry["bytes"], entry["sha256"]) for entry in told["rules"]}
    yield from _differing({"files": (by_area["project"], listed), "rules": (by_area["rules"], rules)})


def _snapshot(content: bytes, told: Mapping[str, Any]) -> Iterator[str]:
    taken = snapshot_file.decode(content, bundle.SNAPSHOT)
    names = ("environment",) if told.get("interrupted") else ("environment", "account", "region", "caller", "started")
    pairs = {name: (getattr(taken, name), told["run"].get(name)) for name in names}
    if not told.get("interrupted"):
        pairs["request ids"] = (manifest.requests(taken), told["requests"])
    yield from _differing(pairs)


def _differing(pairs: Mapping[str, tuple[object, object]]) -> Iterator[str]:
    yield from (f"its {name} is not what the manifest says" for name, (one, other) in pairs.items() if one != other)


def _signature(folder: Path, told: Mapping[str, Any], content: bytes, key: Path | None) -> Verified:
    what, file, claimed = "signature", folder / manifest.SIGNATURE, told.get("signature")
    there = file.is_symlink() or file.exists()
    if not claimed and there:
        return Verified(what, State.FAILED, "there is one, but the manifest says that it is not signed")
    if not claimed:
        asked = "a key was given, but the bundle is not signed"
        return Verified(what, State.FAILED, asked) if key else Verified(what, State.OPEN, "the bundle is not signed")
    if not there:
        return Verified(what, State.FAILED, "the manifest says that it is signed, and there is no signature")
    try:
        made = bundle.read(file, signature.LENGTH)
    except BundleError as error:
        return Verified(what, State.FAILED, error.summary)
    if key is None:
        detail = f"made by the key with sha256 {str(claimed['key'])[:64]}; give its public half by --key"
        return Verified(what, State.OPEN, detail)
    signature.demand_library()
    found = signature.verified(key, content, made)
    if found is None:
        return Verified(what, State.FAILED, "the key did not make this signature of this manifest")
    if found != claimed["key"]:
        return Verified(what, State.FAILED, "the manifest names another key")
    return Verified(what, State.OK, f"the manifest was signed by the key with sha256 {found}")


def _chain(folder: Path, told: Mapping[str, Any]) -> Verified:
    """Follow the runs before, as far as their bundles stand beside this one."""
    link = told.get("previous")
    if link is None:
        return Verified("chain", State.OK, "this run has no run before it")
    beside = list(_beside(folder))
    by_digest = {found.digest: found for found in beside}
    followed = 0
    while link is not None and followed < _MOST_LINKS:
        found = by_digest.get(link["manifest"])
        if found is None:
            if any(each.run["id"] == link["run"] for each in beside):
                return Verified("chain", State.FAILED, f"the manifest of run {link['run']} was changed since")
            missing = f"run {link['run']} is not here; its manifest has sha256 {link['manifest']}"
            if followed:
                return Verified("chain", State.OK, f"earlier manifests that are unchanged: {followed}; {missing}")
            return Verified("chain", State.OPEN, missing)
        followed, link = followed + 1, found.manifest.get("previous")
    return Verified("chain", State.OK, f"the manifests of all runs before are unchanged: {followed}")


def _beside(folder: Path) -> Iterable[Bundle]:
    for each in folders(folder.resolve().parent):
        if each.holds_manifest():
            try:
                yield opened(each)
            except AuditorError:
                continue
