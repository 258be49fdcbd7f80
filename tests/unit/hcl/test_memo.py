"""Values are worked out once."""

import pytest

from auditor.hcl.errors import EvaluationError
from auditor.hcl.memo import Memo


def test_once():
    memo, calls = Memo(), []
    assert [memo.once("k", "k", lambda: calls.append(1) or "v") for _ in range(3)] == ["v"] * 3
    assert calls == [1]


def test_errors_are_results():
    memo, calls = Memo(), []

    def fail():
        calls.append(1)
        raise EvaluationError("s", "d")

    for _ in range(2):
        with pytest.raises(EvaluationError):
            memo.once("k", "k", fail)
    assert calls == [1]


def test_a_cycle_is_an_error():
    memo = Memo()
    with pytest.raises(EvaluationError, match="Cycle"):
        memo.once("a", "a", lambda: memo.once("b", "b", lambda: memo.once("a", "a", lambda: 1)))
