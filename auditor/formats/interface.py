"""What a report format is: a name and a pure function of the decoded JSON report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
"""The JSON report, decoded; its shape is `reports/schema/report.v1.json`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A way to write a report down."""

    name: str
    """As `--format` and `--also` know it."""
    suffix: str
    """Of the file in a bundle, as `.html`."""
    render: Callable[[Document], bytes]
    """Pure: the same document gives the same bytes."""
