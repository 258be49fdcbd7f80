"""The drawing of a trend: open findings of past runs as one line, for pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

WIDTH: Final = 264
HEIGHT: Final = 60
_MARGIN: Final = 6


def drawing(points: Sequence[int]) -> dict[str, Any]:
    """Paths in a box of WIDTH by HEIGHT; the axis begins at zero, so that a flat year looks flat."""
    step = (WIDTH - 2 * _MARGIN) / max(1, len(points) - 1)
    scale = (HEIGHT - 2 * _MARGIN) / max(1, *points)
    places = [
        (round(_MARGIN + number * step, 1), round(HEIGHT - _MARGIN - value * scale, 1))
        for number, value in enumerate(points)
    ]
    line = "M" + "L".join(f"{x} {y}" for x, y in places)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "line": line,
        "area": f"{line}V{HEIGHT}H{places[0][0]}z",
        "last": places[-1],
        "low": min(points),
        "high": max(points),
        "first": points[0],
        "now": points[-1],
        "runs": len(points),
    }
