"""Python's search for garbage in cycles, left out where next to nothing is such garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
