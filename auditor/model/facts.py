"""Where values come from: origins, facts and resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct, field

from auditor.model.values import Unknown, Value


class SourceRange(Struct, frozen=True, order=True):
    """A place in a source file; `file` is relative to the project root, line and column start at 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Written(Struct, frozen=True):
    """The value stands in code: `chain` goes from the deciding literal to the attribute that receives it."""

    chain: tuple[SourceRange, ...]

    @property
    def deciding(self) -> SourceRange:
        """The place of the literal that decides the value."""
        return self.chain[0]


class ApiField(Struct, frozen=True, gc=False):
    """The value was read from an AWS answer."""

    api: str
    """As `dynamodb:DescribeTable`."""
    field: str
    """Path inside the answer, as `Table.SSEDescription.KMSMasterKeyArn`."""
    at: str = ""
    """When the answer came, RFC 3339 UTC."""
    request_id: str = ""


class Default(Struct, frozen=True):
    """Nobody wrote it: the provider's or AWS's documented default."""

    of: str
    """Whose default, as `provider hashicorp/aws 5.100`."""


Origin = Written | ApiField | Default


class Fact(Struct, frozen=True, gc=False):
    """A value with its origin."""

    value: Value
    origin: Origin
    sensitive: bool = False
    """Nothing of it is told in any format, no digest either."""


class Facts(Mapping[str, Fact]):
    """Facts by path; these are given beforehand."""

    __slots__ = ("_facts", "plain")

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = facts
        self.plain: Mapping[str, Value] = {path: fact.value for path, fact in facts.items()}
        """The values alone, which conditions look at more often than at where they come from."""

    def __getitem__(self, path: str) -> Fact:
        return self._facts[path]

    def sensitive(self, path: str) -> bool:
        """Whether a fact must not be shown in clear."""
        return self._facts[path].sensitive

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


class Side(StrEnum):
    """Which of the two sides a resource belongs to."""

    DECLARED = "declared"
    LIVE = "live"


class Identity(Struct, frozen=True):
    """What AWS knows a resource by, the same on both sides; a part that is not known is Unknown."""

    account: str
    region: str
    name: str | Unknown

    def __str__(self) -> str:
        name = self.name if isinstance(self.name, str) else "(unknown)"
        return f"{self.account}/{self.region}/{name}"


class Resource(Struct, frozen=True):
    """One resource of either side; its values are keyed by Terraform's attribute names.

    Nested single blocks are mappings; block sets are mappings keyed by their identity
    (`global_secondary_index` -> `{"by-email": {...}}`), never by position.
    A declared resource holds exactly what is written (absent = omitted = null); defaults are the kind's knowledge.
    """

    side: Side
    kind: str
    """Terraform type, as `aws_dynamodb_table`."""
    identity: Identity
    values: Mapping[str, Value]
    """By attribute name, in the kind's attribute order."""
    address: str = ""
    """Terraform address on the declared side, as `module.dynamodb.aws_dynamodb_table.this["users"]`."""
    origins: Mapping[str, Origin] = field(default_factory=lambda: MappingProxyType({}))
    """By path (`ttl.enabled`, `global_secondary_index["by-email"].hash_key`); a path left out has its parent's."""
    place: SourceRange | None = None
    """Where the resource block stands (declared side)."""
    sensitive: frozenset[str] = frozenset()
    """Paths marked sensitive in code."""
    ignored: tuple[str, ...] = ()
    """`lifecycle.ignore_changes`, as written; `all` stands for everything."""
    refused: tuple[str, ...] = ()
    """Why the provider refuses what is written, whatever would be planned (declared side)."""
    undetermined: Unknown | None = None
    """Set where count or for_each is unknown: whether, and how often, the resource exists."""
    facts: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    """Further facts that are not Terraform attributes (live: `status`, `arn`, `key_manager`...)."""

    def origin(self, path: str) -> Origin:
        """The origin of a path, or of its nearest parent that has one."""
        while path:
            if path in self.origins:
                return self.origins[path]
            cut = max(path.rfind("."), path.rfind("["))
            path = path[:cut] if cut > 0 else ""
        if "" in self.origins:
            return self.origins[""]
        return Written((self.place,)) if self.place else Default("hashicorp/aws")
