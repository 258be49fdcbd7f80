"""Which version of the AWS provider plans: its rules are those of 5.100, but for what a later one does otherwise.

5.100 was measured with the program itself; what is said of 6 follows its source and was not run. Its upgrade guide
names none of these resources: both differences came with later releases of 6. Arguments that only 6 has are not known
here, apart from `region`: code that writes one is told so, and is not wholly audited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from auditor.hcl.provider_version import PROVIDER, SCHEMA, major_version
from auditor.model.facts import Default
from auditor.model.kind import Attribute, Kind

Otherwise = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""By kind and top-level attribute: the fields of the attribute that are others."""


class ProviderRules(Struct, frozen=True):
    """The rules of one major version."""

    major: int
    name: str
    """As reports show it."""
    otherwise: Otherwise = field(default_factory=lambda: MappingProxyType({}))

    @property
    def origin(self) -> Default:
        """Where a default value of this provider comes from."""
        return Default(f"provider {self.name}")

    def applied(self, kind: Kind) -> Kind:
        """The kind as this version has it."""
        changes = self.otherwise.get(kind.type)
        if changes is None:
            return kind
        return replace(kind, attributes=tuple(_changed(each, changes.get(each.name)) for each in kind.attributes))


def _changed(attribute: Attribute, fields: Mapping[str, Any] | None) -> Attribute:
    return attribute if fields is None else replace(attribute, **fields)


MEASURED: Final = ProviderRules(5, SCHEMA)

_ALL: Final = (
    MEASURED,
    ProviderRules(
        6,
        f"{PROVIDER} 6 (read, not measured)",
        {
            "aws_dynamodb_table": {
                "global_secondary_index": {"computed": True},
                "attribute": {"only_with": "global_secondary_index"},
            },
        },
    ),
)


def rules_of(providers: Iterable[tuple[str, str, str]]) -> ProviderRules:
    """The rules that the lock file selects, or else the constraint; those of 5.100 where neither names a version.

    `providers`: source address, version, constraints. An older version has the rules of the oldest known, a newer one
    those of the newest.
    """
    wanted = major_version(providers)
    if wanted is None:
        return MEASURED
    known = [rules for rules in _ALL if rules.major <= wanted]
    return known[-1] if known else _ALL[0]
