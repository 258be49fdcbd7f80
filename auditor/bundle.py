"""The bundle of a run: a folder whose files are written whole or not at all.

At every moment the folder holds the whole earlier bundle or the whole new one, also when the program is killed, the
disk is full or power fails: all files are written and synced beside it, and one system call exchanges the folders.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import signal
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import Final

from auditor import manifest
from auditor.model.errors import AuditorError, BundleError, ReportError

SNAPSHOT: Final = "snapshot.jsonl.gz"
SOURCES: Final = "sources.jsonl.gz"
REPORT: Final = "report.json"
_NO_BUNDLE: Final = "give the folder of one run, as reports/out/ENV/TIME"
_STALE: Final = 3600
"""Seconds after which what a killed run left beside a bundle is removed."""
_EARLIER: Final = ".earlier"
_HERE: Final = -100
"""AT_FDCWD: paths are relative to the working directory."""
_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS."""
_TAKEN: Final = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR})
"""What file systems say where a folder can't be renamed, because something stands there."""
_NAME: Final = re.compile(r"(?P<name>.+Z)(?:-(?P<number>[1-9]\d{0,8}))?")
"""Of a run's folder: its time, and a number where bundles of that time were there before."""
_CANNOT: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM})
"""What file systems say that can't exchange folders."""


def folder_name(started: str) -> str:
    """The name of the folder of a run below its environment: its time, UTC, fit for every file system."""
    return started.split(".", maxsplit=1)[0].replace(":", "").rstrip("Z") + "Z"


def order(name: str) -> tuple[str, int]:
    """What names of folders are put in order by: the time of the run, then which bundle of that time it is."""
    found = _NAME.fullmatch(name)
    return (found["name"], int(found["number"] or 1)) if found else (name, 1)


def verify_place(folder: Path) -> None:
    """ReportError where no bundle could be written to a folder: to be told before AWS is asked for half an hour."""
    if folder.exists() and not _replaceable(folder):
        raise ReportError(
            f"{folder} holds something that is not a bundle: it is left as it is",
            hint="name another folder with --out",
        )
    verify_beside(folder)


def verify_beside(folder: Path) -> None:
    """ReportError where no folder could be made beside a folder, whether that is there or not."""
    above = next(each for each in folder.absolute().parents if each.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        why = "not writable" if above.is_dir() else "not a folder"
        raise ReportError(f"the bundle can't be written to {folder}: {above} is {why}", hint="choose --out")


def write(folder: Path, artefacts: Mapping[str, bytes]) -> Path:
    """Write a bundle: the folder appears, or is replaced, with all its files at once; gives the folder.

    Errors: ReportError where it can't be written, or where the folder holds something that is not a bundle; whatever
    is raised, KeyboardInterrupt too, the folder is then what it was before.
    """
    verify_place(folder)
    return _written(folder, artefacts, _put_in_place)


def add(folder: Path, artefacts: Mapping[str, bytes]) -> Path:
    """Write a bundle to a folder, or, where something else stands there, to the next one that is free; gives it.

    Nothing is ever replaced; a folder that holds these very bytes is given as it is. Errors: as those of `write`.
    """
    verify_beside(folder)

    def put(fresh: Path, folder: Path) -> Path:
        further = (folder.with_name(f"{folder.name}-{number}") for number in count(2))
        return next(place for place in chain([folder], further) if _holds(place, artefacts) or _renamed(fresh, place))

    return _written(folder, artefacts, put)


def _written(folder: Path, artefacts: Mapping[str, bytes], put: Callable[[Path, Path], Path]) -> Path:
    """Write the files beside a folder, and put them in place; what is then left beside it is removed."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _tidy(folder)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise ReportError(f"{folder.parent} can't be written to: {error.strerror}", hint="choose --out") from error
    try:
        for name, content in artefacts.items():
            _write_durably(fresh / name, content)
        fresh.chmod(0o755)
        _sync(fresh)
        with _uninterrupted():
            place = put(fresh, folder)
            _sync(folder.parent)
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise ReportError(f"the bundle can't be written to {folder}: {error.strerror}", hint="choose --out") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return place


def write_file(file: Path, content: bytes) -> None:
    """Write one file whole or not at all; ReportError where it can't be written."""
    fresh = None
    try:
        if file.exists() and not file.is_file():
            file.write_bytes(content)  # a pipe or a device
            return
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        fresh = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.chmod(0o644)
        fresh.replace(file)
    except OSError as error:
        raise ReportError(f"{file} can't be written: {error.strerror}") from error
    finally:
        if fresh is not None:
            fresh.unlink(missing_ok=True)


def read(file: Path, largest: int) -> bytes:
    """The bytes of a file of a bundle; BundleError where it is no regular file, too large or can't be read."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise BundleError(f"{file} is no regular file")
            content = stream.read(largest + 1)
    except OSError as error:
        why = "it is a link, which is not followed" if error.errno == errno.ELOOP else error.strerror
        hint = _NO_BUNDLE if error.errno in (errno.ENOENT, errno.ENOTDIR) else ""
        raise BundleError(f"{file} can't be read: {why}", hint=hint) from error
    if len(content) > largest:
        raise BundleError(f"{file} has more than {largest:,} bytes")
    return content


def _replaceable(folder: Path) -> bool:
    """Whether a folder is empty, or an earlier bundle and nothing besides: what else lies in it is somebody's."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    found = {entry.name for entry in folder.iterdir()}
    if not found:
        return True
    try:
        earlier = manifest.decode(read(folder / manifest.NAME, manifest.LARGEST))
    except AuditorError:
        return False
    return found <= {manifest.NAME, manifest.SIGNATURE, *(entry["name"] for entry in earlier["artefacts"])}


def _write_durably(file: Path, content: bytes) -> None:
    with file.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C and SIGTERM come too late here: what is written is written, and the exit code says so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _holds(folder: Path, artefacts: Mapping[str, bytes]) -> bool:
    """Whether a folder holds these files, byte by byte, and no other."""
    try:
        return {entry.name for entry in folder.iterdir()} == set(artefacts) and all(
            read(folder / name, len(content)) == content for name, content in artefacts.items()
        )
    except (OSError, BundleError):
        return False


def _renamed(fresh: Path, folder: Path) -> bool:
    """Whether a folder got a name that was free; False where something has it."""
    try:
        fresh.rename(folder)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True


def _put_in_place(fresh: Path, folder: Path) -> Path:
    """Exchange the folders in one step; `fresh` is then the earlier one, if there was any."""
    if not folder.exists():
        fresh.rename(folder)
    elif not _exchanged(fresh, folder):
        # Two steps, and between them a moment without the folder: `_tidy` puts an earlier one back.
        earlier = fresh.with_name(fresh.name + _EARLIER)
        folder.rename(earlier)
        try:
            fresh.rename(folder)
        except OSError:
            earlier.rename(folder)
            raise
        earlier.rename(fresh)
    return folder


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the system exchanged two folders; False where it knows no such call."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        call, arguments = "renamex_np", (os.fsencode(one), os.fsencode(other), _EXCHANGE)
    else:
        call, arguments = "renameat2", (_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    if not hasattr(library, call):
        return False
    if getattr(library, call)(*arguments) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _tidy(folder: Path) -> None:
    """Put back an earlier bundle that a kill left aside, and remove what killed runs left beside it."""
    own = re.compile(re.escape(f".{folder.name}.") + r"[a-z0-9_]{8}(\.earlier)?")
    for entry in sorted(folder.parent.iterdir()):
        if not own.fullmatch(entry.name) or entry.is_symlink() or not entry.is_dir():
            continue
        if entry.name.endswith(_EARLIER) and not folder.exists():
            entry.rename(folder)
        elif time.time() - entry.stat().st_mtime > _STALE:
            shutil.rmtree(entry, ignore_errors=True)
