"""Where the code of a module call stands: beside its caller, or where `terraform init` put it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from auditor.hcl.ast import Block, Literal
from auditor.hcl.diagnostics import Diagnostics
from auditor.hcl.directory import Module, read_module, shown_path
from auditor.hcl.first_reader import OURS, READERS, Parse
from auditor.hcl.source import UNEDITED, Edited
from auditor.model.errors import SourceError

INSTALLED: Final = Path(".terraform", "modules", "modules.json")
"""Where `terraform init` lists the modules, below the root module."""
MODULE_NOT_FOUND: Final = "Module not found"
"""Summary of the complaint about a module whose code is not there."""
_MAX_DEPTH: Final = 30


class Calls:
    """The modules behind calls, by the directory of the caller and the name of the call."""

    def __init__(self) -> None:
        """Know none yet."""
        self._found: dict[tuple[str, str], Module] = {}

    def note(self, caller: Module, name: str, called: Module) -> None:
        """Keep what a call leads to."""
        self._found[str(caller.directory), name] = called

    def of(self, caller: Module, name: str) -> Module | None:
        """The module behind a call, as far as it was read."""
        return self._found.get((str(caller.directory), name))


class InstalledModules:
    """Finds and reads modules, each directory once."""

    def __init__(
        self,
        root: Path,
        project_root: Path,
        diagnostics: Diagnostics,
        edited: Edited = UNEDITED,
        parse: Parse = READERS[OURS],
    ) -> None:
        """Stand in the root module's directory; code outside of the project root is not read."""
        self._parse = parse
        self._root = root
        self._project_root = project_root
        self._diagnostics = diagnostics
        self._edited = edited
        self._read: dict[Path, Module] = {}
        self.calls = Calls()
        self.manifest: bytes | None = None
        """The bytes of the list of installed modules, where it was asked for and is there."""

    @property
    def modules(self) -> tuple[Module, ...]:
        """Everything read so far."""
        return tuple(self._read.values())

    @cached_property
    def _directories(self) -> Mapping[str, Path]:
        """The manifest of `terraform init`: directories by the dotted names of module calls."""
        path = self._root / INSTALLED
        try:
            self.manifest = path.read_bytes()
            entries = json.loads(self.manifest)["Modules"]
            return {str(entry["Key"]): self._root / str(entry["Dir"]) for entry in entries}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            detail = f"{shown_path(path, self._project_root)} is not readable as the list of installed modules: {error}"
            self._diagnostics.warning("Unreadable list of installed modules", detail)
            return {}

    def at(self, directory: Path) -> Module:
        """The module of a directory.

        Raises:
            SourceError: where it can't be read.
        """
        directory = directory.resolve()
        if directory not in self._read:
            self._read[directory] = read_module(directory, self._project_root, self._edited, self._parse)
        return self._read[directory]

    def read_rest(self, root: Module) -> None:
        """Read the modules behind all calls, those in modules without an instance as well.

        Raises:
            SourceError: where the code can't be read.
        """
        seen: set[Path] = set()
        waiting = [(root, "")]
        while waiting:
            module, key = waiting.pop()
            if module.directory in seen:
                continue
            seen.add(module.directory)
            for (name,), call in module.of("module").items():
                inner = f"{key}.{name}".lstrip(".")
                behind = self.calls.of(module, name) or self.called(module, inner, call)
                if behind is not None:
                    waiting.append((behind, inner))

    def called(self, caller: Module, key: str, call: Block) -> Module | None:
        """The module that a call asks for; None, with a complaint, where its code is not there.

        Raises:
            SourceError: where the code can't be read, or calls itself.
        """
        place = call.source.range_at(call.offset)
        if key.count(".") >= _MAX_DEPTH:
            raise SourceError(
                "modules are nested too deeply",
                detail=f"more than {_MAX_DEPTH} calls stand inside each other: {key[:200]}",
                subject=place,
                hint="a module that calls itself never ends",
            )
        source = call.body.attributes.get("source")
        text = source.expression.value if source and isinstance(source.expression, Literal) else None
        if not isinstance(text, str):
            self._missing(call, "the argument source must be a plain string")
            return None
        directory = caller.directory / text if text.startswith(("./", "../")) else self._directories.get(key)
        if directory is None:
            self._missing(call, f"{text} is not on disk; run `terraform init` first, so that its code can be read")
            return None
        directory = Path(os.path.realpath(directory))  # Path.resolve() raises where links lead in a circle
        if not directory.is_relative_to(self._project_root):
            self._missing(call, f"{text} lies outside of the project root, and is not read")
            return None
        if not directory.is_dir():
            self._missing(call, f"there is no directory {shown_path(directory, self._project_root)}")
            return None
        called = self.at(directory)
        self.calls.note(caller, call.labels[0], called)
        return called

    def _missing(self, call: Block, detail: str) -> None:
        place = call.source.range_at(call.offset)
        self._diagnostics.error(MODULE_NOT_FOUND, f'module "{call.labels[0]}": {detail}', place)
