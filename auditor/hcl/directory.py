"""One directory of Terraform code as one module: its files, override files merged in, its parts by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.hcl.ast import Attribute, Block, Body
from auditor.hcl.first_reader import Parse
from auditor.hcl.json_syntax import parse_json
from auditor.hcl.parser import parse
from auditor.hcl.source import UNEDITED, Edited, SourceFile, read_source
from auditor.model.errors import AuditorError, SourceError

_LABELS: Final = {
    "variable": 1,
    "output": 1,
    "module": 1,
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "provider": 1,
    "check": 1,
    "locals": 0,
    "terraform": 0,
    "moved": 0,
    "import": 0,
    "removed": 0,
}
_HINTS: Final = frozenset({"moved", "import", "removed"})
_MERGED_BY_ARGUMENT: Final = frozenset({"lifecycle"})
_MAX_FILES: Final = 2_000


class Module(Struct, frozen=True, dict=True):
    """The code of one directory."""

    directory: Path
    files: tuple[SourceFile, ...]
    blocks: Mapping[str, Mapping[tuple[str, ...], Block]]
    """By block type and labels; a provider's labels are its name and its alias (empty without one)."""
    locals: Mapping[str, Attribute]
    settings: tuple[Block, ...]
    """The `terraform` blocks."""
    hints: tuple[Block, ...] = ()
    """The blocks `moved`, `import` and `removed`."""

    def of(self, type_: str) -> Mapping[tuple[str, ...], Block]:
        """The blocks of one type by their labels."""
        return self.blocks.get(type_, MappingProxyType({}))


def shown_path(path: Path, project_root: Path, top: Path = Path("/")) -> str:
    """A path as it is shown: relative to the project root where it lies inside, else from the `top` of all files."""
    if path.is_relative_to(project_root):
        return path.relative_to(project_root).as_posix()
    return f"/{path.relative_to(top).as_posix()}" if path.is_relative_to(top) else path.as_posix()


def is_configuration(name: str) -> bool:
    """Whether Terraform reads a file of that name as configuration."""
    return name.endswith((".tf", ".tf.json")) and not name.startswith((".", "#")) and not name.endswith("~")


def _is_override(name: str) -> bool:
    stem = name.removesuffix(".json").removesuffix(".tf")
    return stem == "override" or stem.endswith("_override")


def read_module(directory: Path, project_root: Path, edited: Edited = UNEDITED, parse_native: Parse = parse) -> Module:
    """Read the code of a directory, files in native syntax by `parse_native`.

    Raises:
        SourceError: with all files that can't be read as `others`.
    """
    try:
        found = {entry.name for entry in directory.iterdir()} | {
            path.name for path in edited if path.parent == directory
        }
    except OSError as error:
        raise SourceError(
            f"{shown_path(directory, project_root)} can't be read",
            detail=error.strerror or str(error),
            hint="give the directory that holds the root module",
        ) from error
    names = sorted(filter(is_configuration, found))
    if len(names) > _MAX_FILES:
        shown = shown_path(directory, project_root)
        raise SourceError(f"{shown} holds too many files", detail=f"{len(names):,} files of Terraform code")
    complaints: list[AuditorError] = []
    read: dict[str, tuple[SourceFile, Body]] = {}
    for name in names:
        try:
            source = read_source(directory / name, shown_path(directory / name, project_root), project_root, edited)
            read_as = parse_json if name.endswith(".json") else parse_native
            read[name] = _parsed(read_as, source.path, source.text, source.sha256, source.size)
        except SourceError as error:
            complaints.append(error)
    builder = _Builder(complaints)
    for override in (False, True):
        for name, (_, body) in read.items():
            if _is_override(name) is override:
                builder.add(body, override=override)
    raise_together(complaints)
    return Module(
        directory,
        tuple(source for source, _ in read.values()),
        MappingProxyType({type_: MappingProxyType(found) for type_, found in builder.blocks.items()}),
        MappingProxyType(builder.locals),
        tuple(builder.settings),
        tuple(builder.hints),
    )


@lru_cache(maxsize=1024)
def _parsed(parse: Parse, path: str, text: str, sha256: str, size: int) -> tuple[SourceFile, Body]:
    """A file and its body; environments, and one environment before and after an edit, share most of their files."""
    source = SourceFile(path, text, sha256, size)
    return source, parse(source)


def raise_together(complaints: Iterable[AuditorError]) -> None:
    """Raise the first complaint with the others behind it; do nothing where there is none."""
    found = list(complaints)
    if not found:
        return
    first = found[0]
    if isinstance(first, SourceError):
        first.others = (*first.others, *found[1:])
    raise first


class _Builder:
    """Puts the parts of a module together."""

    def __init__(self, complaints: list[AuditorError]) -> None:
        self.blocks: dict[str, dict[tuple[str, ...], Block]] = {}
        self.locals: dict[str, Attribute] = {}
        self.settings: list[Block] = []
        self.hints: list[Block] = []
        self._complaints = complaints

    def add(self, body: Body, *, override: bool) -> None:
        for attribute in body.attributes.values():
            detail = f'an argument named "{attribute.name}" is not expected here'
            self._complain(attribute, "Unsupported argument", detail)
        for block in body.blocks:
            self._add_block(block, override=override)

    def _complain(self, part: Attribute | Block, summary: str, detail: str) -> None:
        self._complaints.append(part.source.syntax_error(part.offset, summary, detail))

    def _add_block(self, block: Block, *, override: bool) -> None:
        if block.type in _LABELS and len(block.labels) != _LABELS[block.type]:
            detail = f"a {block.type} block has {_LABELS[block.type]} labels, not {len(block.labels)}"
            self._complain(block, "Wrong number of labels", detail)
        elif block.type == "locals":
            self._add_locals(block.body, override=override)
        elif block.type == "terraform":
            self.settings.append(block)
        elif block.type in _HINTS:
            self.hints.append(block)
        elif block.type not in _LABELS:
            detail = f'blocks of type "{block.type}" are not expected here'
            self._complain(block, "Unsupported block type", detail)
        else:
            self._add_named(block, override=override)
            for inner in block.body.blocks_of("data") if block.type == "check" else ():
                self._add_block(inner, override=override)

    def _add_locals(self, body: Body, *, override: bool) -> None:
        for inner in body.blocks:
            detail = f'blocks of type "{inner.type}" are not expected here'
            self._complain(inner, "Unsupported block type", detail)
        for name, attribute in body.attributes.items():
            if name in self.locals and not override:
                self._complain(attribute, "Duplicate local value definition", f'local "{name}" is defined twice')
            elif override and name not in self.locals:
                detail = f'there is no local value "{name}" to override'
                self._complain(attribute, "Missing base for override", detail)
            self.locals[name] = attribute

    def _add_named(self, block: Block, *, override: bool) -> None:
        labels = block.labels
        if block.type == "provider":
            alias = block.body.attributes.get("alias")
            labels = (*labels, str(getattr(alias.expression, "value", "")) if alias else "")
        known = self.blocks.setdefault(block.type, {})
        earlier = known.get(labels)
        if earlier is None:
            if override:
                name = " ".join(filter(None, labels))
                self._complain(block, "Missing base for override", f"there is no {block.type} {name} to override")
            known[labels] = block
        elif override:
            known[labels] = replace(earlier, body=_overridden(earlier.body, block.body))
        else:
            place = earlier.source.range_at(earlier.offset)
            detail = f"a {block.type} with these labels was already declared at {place}"
            self._complain(block, f"Duplicate {block.type} configuration", detail)


def _overridden(base: Body, override: Body) -> Body:
    """The base with the override's attributes, and with its blocks in place of all of the same type."""
    attributes = MappingProxyType({**base.attributes, **override.attributes})
    replaced = {_nested_type(block) for block in override.blocks}
    blocks = [block for block in base.blocks if _nested_type(block) not in replaced]
    for block in override.blocks:
        merged = block
        if block.type in _MERGED_BY_ARGUMENT:
            for earlier in base.blocks_of(block.type):
                merged = replace(block, body=_overridden(earlier.body, block.body))
        blocks.append(merged)
    return replace(base, attributes=attributes, blocks=tuple(blocks))


def _nested_type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
