"""Values worked out once, when they are asked for; what asks for itself is a cycle."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from auditor.hcl.errors import EvaluationError

_T = TypeVar("_T")
_IN_PROGRESS: Final = object()


class Memo:
    """Results by key; an error is a result too."""

    __slots__ = ("_results",)

    def __init__(self) -> None:
        """Know nothing yet."""
        self._results: dict[Hashable, Any] = {}

    def once(self, key: Hashable, name: str, work_out: Callable[[], _T]) -> _T:
        """The result for a key, worked out at the first question; `name` is for the message of a cycle.

        Raises:
            EvaluationError: what working it out raised, or a cycle.
        """
        found = self._results.get(key)
        if found is None:
            self._results[key] = _IN_PROGRESS
            try:
                found = work_out()
            except EvaluationError as error:
                found = error
            self._results[key] = found
        if found is _IN_PROGRESS:
            raise EvaluationError("Cycle", f"{name} depends on itself.")
        if isinstance(found, EvaluationError):
            raise found.with_traceback(None)
        result: _T = found
        return result
