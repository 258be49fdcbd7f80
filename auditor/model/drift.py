"""What comparing both sides found: comparisons of resources, and their drifts attribute by attribute."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from auditor.model.calls import Call
from auditor.model.facts import Fact, Identity, Resource
from auditor.model.values import Unknown


class Existence(StrEnum):
    """On which sides a resource exists."""

    BOTH = "both"
    MISSING = "missing"
    """Declared, not live."""
    UNMANAGED = "unmanaged"
    """Live in the environment's name space, not declared."""
    UNDETERMINED = "undetermined"
    """One side could not be told."""


class Plan(StrEnum):
    """What `terraform plan` would do."""

    NO_OP = "no-op"
    UPDATE = "update"
    REPLACE = "replace"
    CREATE = "create"
    DELETE = "delete"
    ERROR = "error"
    UNDETERMINED = "undetermined"


class Reality(StrEnum):
    """What is true, with all that a plan can't see."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNDECLARED = "undeclared"
    """Live has a setting of which the code says nothing."""
    UNDETERMINED = "undetermined"
    """One side is unknown."""


class Risk(StrEnum):
    """What makes the next plan dangerous."""

    REMOVES_PROTECTION = "removes_protection"
    REPLACES = "replaces"
    NEVER_CONVERGES = "never_converges"
    FAILS = "fails"
    """Terraform refuses the plan."""
    TRAP = "trap"
    """One change by hand, and the next plan fails or destroys, though nobody edits the code."""


class Moved(StrEnum):
    """Which side moved since the last apply; only a state tells."""

    CODE = "not_applied"
    """The code is ahead: live is as it was applied."""
    LIVE = "by_hand"
    """Live is no longer as it was applied, which the code still says."""
    BOTH = "both"


class Edit(Struct, frozen=True):
    """How code takes over what AWS has; it was tried."""

    diff: str
    """For `git apply`; empty where there is no edit."""
    others: tuple[str, ...] = ()
    """What it changes besides, here or in other environments; of an import: what the next apply changes or creates."""
    reason: str = ""
    """Why there is none."""


class Drift(Struct, frozen=True):
    """One attribute whose two sides are not certainly equal."""

    path: str
    """Keyed path, as `global_secondary_index["by-email"].projection_type`; empty for the resource as a whole."""
    plan: Plan
    """What plan does about this attribute: no-op where it is blind to it."""
    reality: Reality
    declared: Fact
    live: Fact
    risk: Risk | None = None
    note: str = ""
    """In a reviewer's words: why plan is blind, what the next apply would do."""
    put_back: tuple[Call, ...] = ()
    """The calls that give AWS again what the code says; empty where none does, or none is known."""
    moved: Moved | None = None
    edit: Edit | None = None
    """None where none was looked for."""

    @property
    def unknown(self) -> Unknown | None:
        """The cause, where the drift is undetermined."""
        for value in (self.declared.value, self.live.value):
            if isinstance(value, Unknown):
                return value
        return None


class Comparison(Struct, frozen=True):
    """Both sides of one resource."""

    kind: str
    identity: Identity
    address: str
    """Empty for an unmanaged resource."""
    existence: Existence
    plan: Plan
    declared: Resource | None
    live: Resource | None
    drifts: tuple[Drift, ...] = ()
    changed: tuple[str, ...] = ()
    """Top-level attributes that plan would change, sorted."""
    forcing: tuple[str, ...] = ()
    """Paths that force a replacement."""
    not_compared: tuple[str, ...] = ()
    """Paths left out by `ignore_changes`."""
    cause: Unknown | None = None
    """Where existence is undetermined."""
    note: str = ""
    edit: Edit | None = None
    """Of an unmanaged resource: how it is declared and imported; None where that was not looked for."""
    moved: Moved | None = None
    """Of a missing resource: deleted by hand, or not made yet."""
