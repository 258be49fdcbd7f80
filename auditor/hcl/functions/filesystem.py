"""Functions of files and paths; files are read inside the project only."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from auditor.hcl import values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.specification import Family, Parameter, Surroundings
from auditor.hcl.types import STRING, SetType
from auditor.hcl.values import Value
from auditor.model.values import Unknown

FAMILY: Final = Family()
_function = FAMILY.function

_PATH: Final = Parameter("path", STRING)
_LARGEST_FILE: Final = 10_000_000
_MOST_FILES: Final = 100_000
_NOT_THERE: Final = (
    "this function works only with files that are distributed as part of the configuration source code, so if this file"
    " will be created by a resource in this configuration you must instead obtain this result from an attribute of that"
    " resource"
)


class OutsideProject(Exception):
    """A file is not to be read; `cause` says why."""

    def __init__(self, cause: Unknown) -> None:
        """Give the cause of the unknown result."""
        super().__init__(cause.detail)
        self.cause = cause


def located(surroundings: Surroundings, path: str) -> Path:
    """The file a path stands for.

    Raises:
        OutsideProject: where it is not inside the project, symbolic links resolved.
    """
    file = Path(os.path.normpath(surroundings.directory / path))
    if "\x00" in path:
        raise FunctionError("invalid argument", "path")
    root = surroundings.project_root.resolve()
    if not Path(os.path.realpath(file)).is_relative_to(root):
        raise OutsideProject(values.not_evaluable(f'the file "{path}" lies outside of the project and is not read'))
    return file


def contents(surroundings: Surroundings, path: str) -> bytes:
    """The bytes of a file.

    Raises:
        FunctionError: where it is in the home directory of somebody else.
        OutsideProject: where it is not inside the project, or too large.
        OSError: where it can't be read.
    """
    file = _at_home(surroundings, path)
    if file.is_file() and file.stat().st_size > _LARGEST_FILE:
        raise OutsideProject(values.not_evaluable(f'the file "{path}" is larger than {_LARGEST_FILE:,} bytes'))
    content = surroundings.consulted[file] = file.read_bytes()
    return content


def text_of(surroundings: Surroundings, path: str) -> str:
    """The text of a file.

    Raises:
        FunctionError: where there is none.
        OutsideProject: where it is not to be read.
    """
    try:
        return contents_or_complaint(surroundings, path).decode()
    except UnicodeDecodeError as error:
        others = "use the filebase64 function to obtain the Base64 encoded contents or the other file functions"
        complaint = (
            f'contents of "{path}" are not valid UTF-8; {others} (e.g. filemd5, filesha256) to obtain file hashing'
        )
        raise FunctionError(f"{complaint} results instead") from error


def contents_or_complaint(surroundings: Surroundings, path: str) -> bytes:
    """The bytes of a file, or Terraform's complaint about its absence."""
    try:
        return contents(surroundings, path)
    except FileNotFoundError as error:
        raise FunctionError(f'no file exists at "{path}"; {_NOT_THERE}', "path") from error
    except FunctionError as error:
        raise FunctionError(str(error), "path") from error
    except OSError as error:
        raise FunctionError(f"failed to read file: read {path or '.'}: {_reason(error)}", "path") from error


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _at_home(surroundings: Surroundings, path: str) -> Path:
    """The file that a path stands for where `~` is the home directory."""
    try:
        return located(surroundings, _expanded(surroundings, path))
    except FunctionError as error:
        raise FunctionError(f"failed to expand ~: {error}") from error


def _expanded(surroundings: Surroundings, path: str) -> str:
    """A path with its leading `~` replaced.

    Raises:
        FunctionError: where it is the home directory of somebody else.
        OutsideProject: where nobody said what `~` is.
    """
    if not path.startswith("~"):
        return path
    if path[1:2] not in ("", "/"):
        raise FunctionError("cannot expand user-specific home dir")
    if not surroundings.home:
        raise OutsideProject(values.not_evaluable('the home directory that "~" stands for is not known'))
    return surroundings.home + path[1:]


def _reader(name: str, result: Value | None, *parameters: Parameter) -> Callable[[Callable[..., object]], None]:
    """Register a function whose result is unknown where a file is not to be read."""
    type_ = STRING if result is None else result.type

    def register(implementation: Callable[..., object]) -> None:
        @_function(name, *parameters, result=type_, surroundings=True)
        def _guarded(surroundings: Surroundings, *given: str) -> object:
            try:
                return implementation(surroundings, *given)
            except OutsideProject as error:
                return values.unknown(type_, error.cause, not_null=True)

    return register


@_reader("file", None, _PATH)
def _file(surroundings: Surroundings, path: str) -> str:
    return text_of(surroundings, path)


@_reader("filebase64", None, _PATH)
def _filebase64(surroundings: Surroundings, path: str) -> str:
    return b64encode(contents_or_complaint(surroundings, path)).decode()


@_reader("fileexists", values.FALSE, _PATH)
def _fileexists(surroundings: Surroundings, path: str) -> bool:
    file = _at_home(surroundings, path)
    if file.is_dir():
        raise FunctionError(f'"{path or "."}" is a directory, not a file')
    present = file.is_file()
    if present:
        surroundings.consulted.setdefault(file, None)
    return present


def _register_hash(name: str, digest: Callable[[bytes], bytes], written: Callable[[bytes], str]) -> None:
    @_reader(name, None, _PATH)
    def _hash(surroundings: Surroundings, path: str) -> str:
        try:
            return written(digest(contents(surroundings, path)))
        except IsADirectoryError as error:
            raise FunctionError(f"read {path or '.'}: is a directory") from error
        except OSError as error:
            raise FunctionError(f"open {path}: {_reason(error)}") from error


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode()


for _name, _algorithm, _written in (
    ("filemd5", "md5", bytes.hex),
    ("filesha1", "sha1", bytes.hex),
    ("filesha256", "sha256", bytes.hex),
    ("filesha512", "sha512", bytes.hex),
    ("filebase64sha256", "sha256", _base64),
    ("filebase64sha512", "sha512", _base64),
):
    _register_hash(
        _name,
        lambda content, algorithm=_algorithm: hashlib.new(algorithm, content, usedforsecurity=False).digest(),  # type: ignore[misc]
        _written,
    )


@_reader("fileset", Value((), SetType(STRING)), _PATH, Parameter("pattern", STRING))
def _fileset(surroundings: Surroundings, path: str, pattern: str) -> Value:
    joined = posixpath.normpath(posixpath.join(path, pattern))
    try:
        matches = re.compile(_translated(pattern)).fullmatch
    except (ValueError, re.error) as error:
        raise FunctionError(f'failed to glob pattern "{joined}": syntax error in pattern') from error
    directory = located(surroundings, path)
    found = [name for name in _files(directory, surroundings.project_root) if matches(name)]
    for name in found:
        surroundings.consulted.setdefault(directory / name, None)
    return values.set_of(STRING, map(values.string, found))


def _files(directory: Path, root: Path) -> Iterator[str]:
    """The regular files below a directory, by relative path; what symbolic links lead out of the project is not."""
    seen = 0
    inside = root.resolve()
    for place, folders, names in os.walk(directory):
        folders.sort()
        for name in names:
            seen += 1
            if seen > _MOST_FILES:
                raise FunctionLimit(f"more than {_MOST_FILES} files")
            file = Path(place, name)
            if file.is_file() and file.resolve().is_relative_to(inside):
                yield file.relative_to(directory).as_posix()


_GLOB: Final = re.compile(
    r"(?P<tree>\*\*/)|(?P<rest>\*\*)|(?P<any>\*)|(?P<one>\?)|(?P<set>\[\^?(?:\\.|[^\]\\])+\])|(?P<open>\{)"
    r"|(?P<close>\})|(?P<comma>,)|(?P<escaped>\\.)|(?P<plain>[^\[\\])",
    re.DOTALL,
)


def _translated(pattern: str) -> str:
    """A glob pattern with `**`, `*`, `?`, `[...]` and `{a,b}` as a regular expression without backtracking traps.

    Raises:
        ValueError: where it is malformed.
    """
    parts: list[str] = []
    position = depth = 0
    while position < len(pattern):
        match = _GLOB.match(pattern, position)
        if match is None:
            raise ValueError("malformed pattern")
        position = match.end()
        kind, text = match.lastgroup or "", match[0]
        if kind == "open":
            depth += 1
        elif kind in ("close", "comma") and not depth:
            kind = "plain"
        elif kind == "close":
            depth -= 1
        parts.append(_glob_part(kind, text))
    if depth:
        raise ValueError("an alternative is not closed")
    return "".join(parts)


def _glob_part(kind: str, text: str) -> str:
    if kind == "set":
        negated = text[1] == "^"
        return f"[{'^/' if negated else ''}{text[2 if negated else 1 : -1].replace('[', chr(92) + '[')}]"
    if kind == "escaped":
        return re.escape(text[1])
    fixed = {
        "tree": "(?:[^/]++/)*+",
        "rest": ".*",
        "any": "[^/]*",
        "one": "[^/]",
        "open": "(?:",
        "close": ")",
        "comma": "|",
    }
    return fixed.get(kind) or re.escape(text)


@_function("abspath", _PATH, result=STRING, surroundings=True)
def _abspath(surroundings: Surroundings, path: str) -> str:
    return os.path.normpath(surroundings.directory.absolute() / path)


@_function("pathexpand", _PATH, result=STRING, surroundings=True)
def _pathexpand(surroundings: Surroundings, path: str) -> str | Value:
    try:
        return _expanded(surroundings, path)
    except OutsideProject as error:
        return values.unknown(STRING, error.cause, not_null=True)


@_function("basename", _PATH, result=STRING)
def _basename(path: str) -> str:
    if not path:
        return "."
    return posixpath.basename(path.rstrip("/")) or "/"


@_function("dirname", _PATH, result=STRING)
def _dirname(path: str) -> str:
    directory = path[: path.rfind("/") + 1]
    cleaned = posixpath.normpath(directory) if directory else "."
    return cleaned.replace("//", "/", 1) if cleaned.startswith("//") else cleaned
