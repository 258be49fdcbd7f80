"""What decides a run besides settings, code, rules and AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field

from auditor.archive import Archive
from auditor.progress import Progress
from auditor.state import State, StateObject

_VALUES: Final = "give the values in it by --var and --var-file"
UNHEARD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "TF_CLI_ARGS": _VALUES,
        "TF_CLI_ARGS_plan": _VALUES,
        "TF_DATA_DIR": "modules are looked for in .terraform",
    }
)
"""Environment variables that may change what Terraform plans and nothing here, with what to do instead."""


class Variables(Struct, frozen=True, kw_only=True):
    """Values of Terraform variables that stand outside the code."""

    given: tuple[Path | tuple[str, str], ...] = ()
    """By `--var-file` (a path) and `--var` (name and text); a later one wins."""
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Environment variables: `TF_VAR_name`, `TF_WORKSPACE`, `HOME`, and those of `UNHEARD`."""
    state: Path | StateObject | None = None
    """By `--state`: Terraform's state, which tells what references to computed attributes stand for."""
    edited: Mapping[Path, str] = field(default_factory=lambda: MappingProxyType({}))
    """Texts in the place of files: what an edit would make of them."""
    reader: str = "auditor"
    """By `--hcl-reader`: what reads files in native syntax."""
    noted: State | None = None
    """What a state told that is not read from a file: in a replay, or out of a bucket."""
    top: Path = Path("/")
    """What stands for the top of all files, in a replay: from here on paths outside of the project are shown."""

    @property
    def in_bucket(self) -> tuple[str, str] | None:
        """Bucket and key of a state that lies in S3."""
        return (self.state.bucket, self.state.key) if isinstance(self.state, StateObject) else None


class Inputs(Struct, frozen=True, kw_only=True):
    """The options of a run, and its time."""

    now: datetime
    fixed_now: bool = False
    """The time was given: it wins over the one in a snapshot."""
    command: str = ""
    variables: Variables = field(default_factory=Variables)
    earlier: Archive | None = None
    """By `--earlier`: where bundles of earlier runs lie besides the output folder."""
    snapshot: Path | None = None
    """Judge this reading; AWS is not asked."""
    declared_only: bool = False
    edits: bool = False
    """Look for the edit of code by which it takes over each drift."""
    expiry_from: Path | None = None
    """The reading whose answers about expiry are taken over, so that AWS is not asked for them."""
    deadline: float | None = None
    """Seconds."""
    second_reader: bool = True
    progress: Progress | None = None
    demonstration: bool = False
    rules: Path | None = None
    """The folder of the shipped rules, where it is not the program's own: in a replay."""
    context: Mapping[str, Any] | None = None
    """What can't be worked out again, in a replay of a run that has no snapshot to keep it."""
    meanwhile: Callable[[], object] | None = None
    """Work of the caller's that may as well be done while AWS answers."""
