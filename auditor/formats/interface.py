"""What a report format is: a name and a pure function of the decoded JSON report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

Document = Mapping[str, Any]
"""The JSON report, decoded; its shape is `reports/schema/report.v1.json`."""


class Format(Struct, frozen=True, kw_only=True):
    """A way to write a report down."""

    name: str
    """As `--format` and `--also` know it."""
    suffix: str
    """Of the file in a bundle, as `.html`."""
    render: Callable[[Document], bytes]
    """Pure: the same document gives the same bytes."""
