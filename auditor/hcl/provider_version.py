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

_BELOW: Final = re.compile(r"=?\s*v?[0-4](\..*)?|~>\s*v?[0-4]\..*|<\s*v?([0-4](\..*)?|5(\.0)*)|<=\s*v?[0-4](\..*)?")
"""A part of a constraint that the version of the schema does not meet, because that is too late."""


def major_version(providers: Iterable[tuple[str, str, str]]) -> int | None:
    """The version in the lock file, or else the one that the constraint begins with; None where neither names one.

    `providers`: source address, version, constraints.
    """
    for source, version, constraints in providers:
        written = _VERSION.search(version or constraints)
        if source.endswith(PROVIDER) and written is not None:
            return int(written[1])
    return None


def another_major(providers: Iterable[tuple[str, str, str]]) -> str:
    """`a later` or `an earlier`, where a version of another major number plans than that of the schema; else empty.

    A constraint such as `>= 4.0` takes the schema's version too.
    """
    asked = list(providers)
    found = major_version(asked)
    if found is None or found == _MAJOR:
        return ""
    if found > _MAJOR:
        return "a later"
    written = [version or constraints for source, version, constraints in asked if source.endswith(PROVIDER)]
    below = any(_BELOW.fullmatch(part.strip()) for text in written for part in text.split(","))
    return "an earlier" if below else ""
