"""Python's search for garbage in cycles, left out or made rare where next to nothing is such garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_RARELY: Final = 100_000
"""Objects more than before: a reading of a thousand tables keeps a few times as many."""


@contextmanager
def without_collection() -> Iterator[None]:
    """Work that makes many objects and hardly a cycle; looking for cycles takes a quarter of its time.

    What was made is handed to the oldest generation at the end, or else the very next object would have all of it
    looked through.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


@contextmanager
def rare_collection() -> Iterator[None]:
    """Work that may go on for hours and keeps what it makes: a failed call leaves cycles, so they are looked for."""
    young, *older = gc.get_threshold()
    gc.set_threshold(_RARELY, *older)
    try:
        yield
    finally:
        gc.set_threshold(young, *older)
