"""What all module instances of one reading share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from auditor.hcl.ast import Block
from auditor.hcl.diagnostics import Diagnostics
from auditor.hcl.expansion import Plans
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.installed_modules import InstalledModules
from auditor.hcl.values import Value
from auditor.hcl.variables import Declaration, Inputs, declared
from auditor.model.data_sources import DataSource, Found
from auditor.model.errors import SourceError

_MAX_INSTANCES: Final = 100_000


class Context(Struct, dict=True):
    """The files, the inputs, what the caller knows of the environment, and what is complained about."""

    installed: InstalledModules
    inputs: Inputs
    surroundings: Surroundings
    diagnostics: Diagnostics
    workspace: str
    account: str
    region: Value | None
    found: Mapping[DataSource, Found] = field(default_factory=dict)
    """What AWS told of data sources, as far as it was asked."""
    sought: dict[DataSource, None] = field(default_factory=dict)
    """The data sources that AWS can be asked about, in the order in which they were come by."""
    awaited: dict[tuple[int, int], str] = field(default_factory=dict)
    """What data sources wait for, by module instance and block."""
    plans: Plans = field(default_factory=Plans)
    """Of bodies of resources, for all instances of modules."""
    instances: int = 0
    _declarations: dict[int, Declaration] = field(default_factory=dict)

    def count(self, source: Block) -> None:
        """Count one more instance of anything.

        Raises:
            SourceError: beyond the bound.
        """
        self.instances += 1
        if self.instances > _MAX_INSTANCES:
            raise SourceError(
                "too many instances",
                detail=f"more than {_MAX_INSTANCES:,} instances of modules and resources",
                subject=source.source.range_at(source.offset),
                hint="audit the environment in parts",
            )

    def declaration(self, block: Block) -> Declaration:
        """The declaration of a variable, read once for all instances of its module."""
        if id(block) not in self._declarations:
            self._declarations[id(block)] = declared(block, self.diagnostics)
        return self._declarations[id(block)]
