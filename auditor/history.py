"""Earlier bundles: which there are in a folder or in S3, and which of them a run is compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from msgspec import Struct

from auditor import bundle, manifest
from auditor.archive import Archive
from auditor.formats.interface import Document
from auditor.formats.json import decode
from auditor.formats.since import digest
from auditor.model.errors import AuditorError, BundleError

if TYPE_CHECKING:
    from auditor.aws.delivered import Delivered
    from auditor.aws.session import Access

_LARGEST_REPORT: Final = 1 << 30
_DEEPEST: Final = 3
_MOST_FOLDERS: Final = 100_000
_MOST_TRIED: Final = 50
"""Bundles that are tried before a run is taken for the first one."""
_SAME: Final = ("project", "environment", "account", "region", "declared_only")
"""What two runs must have in common to be compared."""
_AT_ONCE: Final = 8
"""Manifests that are read out of a bucket at the same time."""


class Place(Protocol):
    """Where a bundle lies: `str()` gives what people are told."""

    @property
    def name(self) -> str:
        """Its last part, which is the time of a run where nobody chose another."""

    def read(self, name: str, most: int) -> bytes:
        """The bytes of a file of the bundle; AuditorError where it can't be read or has more than `most`."""


class Folder(Struct, frozen=True):
    """A folder that may hold a bundle."""

    path: Path

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.name

    def holds_manifest(self) -> bool:
        """Whether it is to be looked at: what has no manifest is no bundle, and no broken one either."""
        return (self.path / manifest.NAME).exists()

    def read(self, name: str, most: int) -> bytes:
        """See Place."""
        return bundle.read(self.path / name, most)

    def __str__(self) -> str:
        return str(self.path)


class Prefix(Struct, frozen=True):
    """What a bundle's keys in S3 begin with."""

    name: str
    archive: Archive
    environment: str
    delivered: Delivered

    def read(self, name: str, most: int) -> bytes:
        """See Place."""
        return self.delivered.read(self.archive.key(self.environment, self.name, name), most)

    def __str__(self) -> str:
        return self.archive.url(self.archive.key(self.environment, self.name, "").rstrip("/"))


class Shelf(Struct, frozen=True, kw_only=True):
    """Where earlier bundles of an environment are looked for."""

    name: str
    """For people, where the shelf as a whole can't be looked at."""
    places: Callable[[], AbstractContextManager[Iterable[Place]]]
    """The latest first, to be read inside of the context; AuditorError where they can't be listed."""

    @classmethod
    def of(cls, found: Iterable[Folder]) -> Shelf:
        """Folders as a shelf; those that hold no bundle are passed over."""
        return cls(name="", places=lambda: nullcontext(each for each in found if each.holds_manifest()))


class Bundle(Struct, frozen=True, kw_only=True):
    """A bundle of a whole run, its report unchanged since it was written."""

    place: Place
    manifest: Mapping[str, Any]
    digest: str
    """Of the manifest's bytes."""

    @property
    def run(self) -> Mapping[str, Any]:
        """What the manifest says about the run."""
        run: Mapping[str, Any] = self.manifest["run"]
        return run

    def report(self) -> Document:
        """The decoded report; BundleError where its bytes are not those of the manifest, or it can't be read."""
        content = self.place.read(bundle.REPORT, _LARGEST_REPORT)
        named = {entry["name"]: entry["sha256"] for entry in self.manifest["artefacts"]}
        if named.get(bundle.REPORT) != manifest.digest(content):
            raise BundleError(f"{bundle.REPORT} is not the one that the manifest names")
        return decode(content)


def opened(place: Place) -> Bundle:
    """The bundle at a place; AuditorError where there is none, it can't be read, or its run was interrupted."""
    content = place.read(manifest.NAME, manifest.LARGEST)
    told = manifest.decode(content)
    if told.get("interrupted"):
        raise BundleError("the run was interrupted, so that there is no report")
    return Bundle(place=place, manifest=told, digest=manifest.digest(content))


def usable(place: Place) -> Bundle:
    """The bundle at a place; AuditorError where there is none that tells what came of a whole run."""
    found = opened(place)
    _demand_shape(found)
    return found


def folders(out: Path) -> Iterator[Folder]:
    """The folders below that may be bundles, the latest first; hidden ones and links are none."""
    try:
        found = [entry for entry in out.iterdir() if not entry.name.startswith(".") and not entry.is_symlink()]
    except OSError:
        return
    below = sorted((each for each in found if each.is_dir()), key=lambda each: bundle.order(each.name), reverse=True)
    yield from map(Folder, below)


def delivered(archive: Archive, environment: str, access: Access) -> Shelf:
    """The bundles of an environment that were delivered to S3; AWS is asked when they are looked at."""

    @contextmanager
    def places() -> Iterator[Iterable[Place]]:
        from auditor.aws.delivered import Delivered  # noqa: PLC0415 - botocore comes with it

        with closing(Delivered(access, archive.bucket)) as bucket:
            names = sorted(bucket.folders(archive.root(environment)), reverse=True)
            yield [Prefix(name, archive, environment, bucket) for name in names]

    return Shelf(name=archive.url(archive.root(environment)), places=places)


def earlier(run: Mapping[str, Any], *, demonstration: bool, shelves: Iterable[Shelf]) -> dict[str, Any] | None:
    """What the run before told, for `since.with_history`, and which bundles were no use; None where there is nothing.

    The run before is the latest that ended before this one began, of the same environment, account and Region, on
    whichever shelf it stands.
    """
    skipped: list[dict[str, str]] = []
    found = [told for shelf in shelves if (told := _latest(run, demonstration, shelf, skipped)) is not None]
    previous = max(found, key=lambda told: str(told["finished"]), default=None)
    return {"previous": previous, "skipped": skipped} if previous or skipped else None


def _latest(
    run: Mapping[str, Any], demonstration: bool, shelf: Shelf, skipped: list[dict[str, str]]
) -> dict[str, Any] | None:
    """What the run before told, as far as this shelf holds it; what is no use is added to `skipped`."""
    try:
        with shelf.places() as places:
            for place in islice(places, _MOST_TRIED):
                try:
                    found = opened(place)
                    if _comparable(found, run, demonstration):
                        return digest(found.report(), found.digest)
                except AuditorError as error:
                    skipped.append({"folder": place.name, "why": _why(error, place)})
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    skipped.append({"folder": place.name, "why": f"its report can't be used: {type(error).__name__}"})
    except AuditorError as error:
        skipped.append({"folder": shelf.name, "why": error.summary})
    return None


def _comparable(found: Bundle, run: Mapping[str, Any], demonstration: bool) -> bool:
    same = all(found.run.get(name) == run.get(name) for name in _SAME)
    before = str(found.run["finished"]) < str(run["started"])
    return same and before and found.manifest.get("demonstration") is demonstration


def _why(error: AuditorError, place: Place) -> str:
    return error.summary.replace(f"{place}/", "")


def past(out: Path) -> tuple[tuple[Bundle, ...], tuple[tuple[str, str], ...]]:
    """All bundles in a folder and up to two folders below; and which folders hold one that is no use, and why.

    What is no bundle at all is passed over. Errors: BundleError where the folder can't be read.
    """
    if not out.is_dir():
        raise BundleError(f"{out} is no folder of bundles", hint="give the folder that runs write to by --out")
    found: list[Folder] = []
    level = [Folder(out)]
    for _ in range(_DEEPEST + 1):
        below = [inner for each in level if not each.holds_manifest() for inner in folders(each.path)]
        found.extend(each for each in level if each.holds_manifest())
        level = below[:_MOST_FOLDERS]
    return _usable(found, lambda place: Path(str(place)).relative_to(out).as_posix())


def everywhere(out: Path | None, shelves: Iterable[Shelf]) -> tuple[tuple[Bundle, ...], tuple[tuple[str, str], ...]]:
    """What `past` tells of a folder, and the same of shelves; a bundle that stands on several is told once.

    Errors: those of `past`; AuditorError where a shelf can't be listed: what is not read is not taken for none.
    """
    found, unusable = past(out) if out is not None else ((), ())
    for shelf in shelves:
        with shelf.places() as places, ThreadPoolExecutor(_AT_ONCE) as readers:
            more, broken = _usable(places, str, readers.map)
        known = {each.digest for each in found}
        found += tuple(each for each in more if each.digest not in known)
        unusable += broken
    return found, unusable


def _usable(
    places: Iterable[Place],
    shown: Callable[[Place], str],
    each: Callable[..., Iterable[Bundle | tuple[str, str]]] = map,
) -> tuple[tuple[Bundle, ...], tuple[tuple[str, str], ...]]:
    def tried(place: Place) -> Bundle | tuple[str, str]:
        try:
            return usable(place)
        except AuditorError as error:
            return shown(place), _why(error, place)

    read = tuple(each(tried, places))
    bundles = tuple(found for found in read if isinstance(found, Bundle))
    return bundles, tuple(sorted(found for found in read if not isinstance(found, Bundle)))


def _demand_shape(found: Bundle) -> None:
    """BundleError where a manifest lacks what a history tells."""
    try:
        [str(found.run[name]) for name in ("id", "environment", "finished")]
        [int(found.manifest["numbers"][name]) for name in ("open", "drifted", "unknown", "new", "resolved")]
        [found.manifest["verdict"][name] for name in ("state", "exit_code")]
        datetime.fromisoformat(found.run["finished"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError("its manifest does not tell what came of the run") from error
