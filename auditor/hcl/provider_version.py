"""Which major version of the AWS provider the code asks for; the schema known here is that of 5.100."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

PROVIDER: Final = "hashicorp/aws"
SCHEMA: Final = f"{PROVIDER} 5.100"
REGION: Final = "region"
"""An argument of every resource from version 6 on."""
_MAJOR: Final = 5
_VERSION: Final = re.compile(r"(?:^|,)\s*(?:=|>=|>|~>)?\s*v?(\d+)")


def major_version(providers: Iterable[tuple[str, str, str]]) -> int | None:
    """The version in the lock file, or else the one that the constraint begins with; None where neither names one.

    `providers`: source address, version, constraints.
    """
    for source, version, constraints in providers:
        written = _VERSION.search(version or constraints)
        if source.endswith(PROVIDER) and written is not None:
            return int(written[1])
    return None


def later(providers: Iterable[tuple[str, str, str]]) -> bool:
    """Whether a later major version plans than the one of the schema."""
    found = major_version(providers)
    return found is not None and found > _MAJOR
