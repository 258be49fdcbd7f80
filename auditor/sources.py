"""The sources of an audit: every file and setting that decided it besides AWS, packed so that a replay can judge again.

The file is JSON Lines in gzip: first what was asked for, then one line per source file. Texts that the code marks
sensitive are covered, character by character, so that every place in the code stays what it is.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from auditor.estate import Estate, Other, besides_code
from auditor.hcl import Configuration, shown_path
from auditor.inputs import UNHEARD, Inputs, Variables
from auditor.model.errors import SnapshotError
from auditor.records import restored, written
from auditor.settings import Environment, Settings
from auditor.state import State

SCHEMA: Final = "auditor/sources/v1"
_LARGEST: Final = 1 << 30
"""Bytes that sources may unpack to."""
_BYTE_ORDER_MARK: Final = "\ufeff".encode()
_NOT_NEEDED: Final[Mapping[type[Any], frozenset[str]]] = MappingProxyType(
    {Environment: frozenset({"profile", "role", "external_id", "endpoint"})}
)
"""What only the reading of AWS needs of an environment."""
_VARIABLE: Final = "TF_VAR_"


class Source(Struct, frozen=True, kw_only=True):
    """A file as it was read."""

    path: str
    """As reports show it: relative to the project root, or absolute where it lies outside."""
    content: bytes

    @property
    def listed(self) -> Mapping[str, Any]:
        """Path, size and digest, as evidence lists it."""
        return {"path": self.path, "bytes": len(self.content), "sha256": sha256(self.content).hexdigest()}


class Sources(Struct, frozen=True, kw_only=True):
    """What decided an audit besides AWS."""

    root: Path
    files: tuple[Source, ...]
    present: tuple[str, ...]
    """Files whose presence alone decided something."""
    rules: tuple[Source, ...]
    """The shipped rules, below their folder; those of the project are among the files."""
    asked: Mapping[str, Any]
    """Settings, environment, variables: what `restored` makes an audit of again."""


class Restored(Struct, frozen=True, kw_only=True):
    """Sources, unpacked into a folder: what the pipeline takes."""

    settings: Settings
    environment: Environment
    variables: Variables
    rules: Path
    declared_only: bool
    context: Mapping[str, Any] | None
    earlier: Mapping[str, Any] | None
    """What an earlier report told."""


def sources(
    settings: Settings,
    here: Estate,
    others: Iterable[Other],
    rules: Mapping[str, Path],
    inputs: Inputs,
    *,
    context: Mapping[str, Any] | None,
) -> Sources:
    """What decided this audit.

    The settings hold the environment as the options made it; `rules` are the shipped files by their path below the
    folder of rules; `context` is what a run without a snapshot has to keep.
    """
    root, top = settings.root.resolve(), inputs.variables.top
    found: dict[str, Source] = {}
    present: set[str] = set()

    def show(path: Path) -> str:
        return shown(path, root, top)

    for code in (here.code, *(other.code for other in others if other.code is not None)):
        for source in _of_code(code, root, top):
            found.setdefault(source.path, source)
        present.update(shown(file, root, top) for file in code.consulted)
    for path in (*besides_code(settings, here.environment), *_not_evaluated(others)):
        source = Source(path=shown(path, root, top), content=path.read_bytes())
        found.setdefault(source.path, source)
    return Sources(
        root=root,
        files=tuple(found[path] for path in sorted(found)),
        present=tuple(sorted(present - found.keys())),
        rules=tuple(Source(path=path, content=file.read_bytes()) for path, file in sorted(rules.items())),
        asked={
            "environment": here.environment.name,
            "settings": written(settings, show, _NOT_NEEDED),
            "variables": {
                "given": [
                    shown(each, root, top) if isinstance(each, Path) else list(each) for each in inputs.variables.given
                ],
                "environment": {
                    name: value
                    for name, value in sorted(inputs.variables.environment.items())
                    if name.removeprefix(_VARIABLE) in here.code.variables and name.startswith(_VARIABLE)
                }
                | {name: "set" for name in UNHEARD if inputs.variables.environment.get(name)},
                "reader": inputs.variables.reader,
            },
            "state": written(here.state, show, {}),
            "declared_only": inputs.declared_only,
            "context": context,
        },
    )


def shown(path: Path, root: Path, top: Path = Path("/")) -> str:
    """A path as reports show it: relative to the project root where it lies inside; links are not followed."""
    # Path.resolve() follows links, Path.absolute() keeps "..".
    return shown_path(Path(os.path.abspath(path)), root, top)  # noqa: PTH100


def pack(sources: Sources, cover: Callable[[Any], Any], earlier: Mapping[str, Any] | None) -> bytes:
    """The file's bytes; `cover` hides what is sensitive. The same sources always give the same."""
    outside = any(path.startswith("/") for path in (*(source.path for source in sources.files), *sources.present))
    header = {
        "schema": SCHEMA,
        # Where a file lies outside of the project, the whole layout is kept, so that paths show as they did.
        "project": sources.root.as_posix() if outside else "",
        "asked": cover(sources.asked),
        "present": list(sources.present),
        "earlier": earlier,
    }
    rows = [
        *(_row(f"project:{source.path}", source, cover) for source in sources.files),
        *(_row(f"rules:{source.path}", source, _as_it_is) for source in sources.rules),
    ]
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=6, mtime=0) as file:
        file.write("".join(_line(row) for row in (header, *rows)).encode())
    return packed.getvalue()


def listed(data: bytes) -> tuple[Mapping[str, Any], ...]:
    """The rows of packed sources: path, and bytes and sha256 as they were on disk; SnapshotError where they lie."""
    found = []
    for row in _rows(data)[1]:
        content = _content(row)
        plain = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
        told = {name: row[name] for name in plain}
        if not row["covered"] and told != plain:
            raise SnapshotError(f"the sources hold another {row['path']} than they list")
        found.append({"path": str(row["path"]), "covered": bool(row["covered"]), **told})
    return tuple(found)


def unpack(data: bytes, folder: Path) -> Restored:
    """Write packed sources into an empty folder, and tell how to judge them again.

    Errors: SnapshotError where they are not packed sources, or name a place outside of the folder.
    """
    header, rows = _rows(data)
    rules = folder / "shipped" / "rules"
    project = folder / "layout" / _inside(header["project"].lstrip("/")) if header["project"] else folder / "project"
    layout = folder / "layout"

    def placed(path: str) -> Path:
        return layout / _inside(path.lstrip("/")) if path.startswith("/") else project / _inside(path)

    rules.mkdir(parents=True)
    project.mkdir(parents=True)
    for row in rows:
        area, _, path = str(row["path"]).partition(":")
        _write(rules / _inside(path) if area == "rules" else placed(path), _content(row))
    for path in header["present"]:
        _write(placed(path), b"")
    try:
        asked = header["asked"]
        settings = restored(Settings, asked["settings"], placed)
        for rules_of_project in settings.rule_paths:
            if not rules_of_project.exists():  # a folder in which there were no rules yet
                rules_of_project.mkdir(parents=True)
        given = asked["variables"]
        return Restored(
            settings=settings,
            environment=settings.environment(asked["environment"]),
            variables=Variables(
                given=tuple(placed(each) if isinstance(each, str) else (each[0], each[1]) for each in given["given"]),
                environment=given["environment"],
                reader=given.get("reader", "auditor"),
                noted=restored(State, asked["state"], placed) if asked["state"] else None,
                top=layout,
            ),
            rules=rules,
            declared_only=bool(asked["declared_only"]),
            context=asked["context"],
            earlier=header["earlier"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SnapshotError(
            "the sources do not say what was asked for", detail=f"{type(error).__name__}: {error}"
        ) from error


def _of_code(code: Configuration, root: Path, top: Path) -> Iterator[Source]:
    for file in code.files:
        content = file.text.encode()
        if file.size == len(content) + len(_BYTE_ORDER_MARK):
            content = _BYTE_ORDER_MARK + content
        yield Source(path=shown(code.project_root / file.path, root, top), content=content)
    for path, content_ in code.consulted.items():
        if content_ is not None:
            yield Source(path=shown(path, root, top), content=content_)


def _not_evaluated(others: Iterable[Other]) -> Iterator[Path]:
    """The root modules of environments that can't be evaluated."""
    for other in others:
        if other.code is None and other.root.is_dir():
            yield from (file for file in sorted(other.root.iterdir()) if file.is_file() and ".tf" in file.name)


def _as_it_is(text: str) -> str:
    return text


def _row(path: str, source: Source, cover: Callable[[Any], Any]) -> Mapping[str, Any]:
    try:
        text = source.content.decode()
    except UnicodeDecodeError:
        kept: Mapping[str, Any] = {"base64": b64encode(source.content).decode(), "covered": False}
    else:
        told = cover(text)
        kept = {"text": told, "covered": told != text}
    return {**source.listed, "path": path, **kept}


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, separators=(",", ":")) + "\n"


def _rows(data: bytes) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """The header and the rows, of which path and content are what they should be."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SnapshotError("the sources can't be unpacked", detail=str(error)) from error
    if len(unpacked) > _LARGEST:
        raise SnapshotError(f"the sources unpack to more than {_LARGEST:,} bytes")
    try:
        header, *rows = [json.loads(line) for line in unpacked.splitlines()]
        if header["schema"] != SCHEMA:
            raise SnapshotError(
                "the sources have another format", facts=[("want", SCHEMA), ("have", str(header["schema"])[:80])]
            )
        for row in rows:
            _content(row)
        _demand_texts(header["project"], *header["present"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        detail = f"{type(error).__name__}: {str(error)[:200]}"
        raise SnapshotError("these are no packed sources", detail=detail) from error
    return header, rows


def _demand_texts(*paths: object) -> None:
    if not all(isinstance(path, str) for path in paths):
        raise TypeError("paths must be texts")


def _content(row: Mapping[str, Any]) -> bytes:
    return b64decode(row["base64"], validate=True) if "base64" in row else str(row["text"]).encode()


def _inside(path: str) -> PurePosixPath:
    """A relative path that can't lead anywhere else."""
    pure = PurePosixPath(path)
    if not path or pure.is_absolute() or ".." in pure.parts or "\0" in path:
        raise SnapshotError(f"the sources name a place outside of their own: {path[:100]!r}")
    return pure


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as stream:
            stream.write(content)
    except OSError as error:
        raise SnapshotError(f"the sources can't be unpacked: {error.strerror}", detail=str(file)) from error
