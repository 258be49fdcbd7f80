import inspect

import pytest

from auditor.model import errors
from auditor.model.facts import SourceRange

CLASSES = [item for item in vars(errors).values() if inspect.isclass(item) and issubclass(item, Exception)]


def test_an_error_tells_what_and_where():
    error = errors.InvalidRule("unknown key 'wy'", subject=SourceRange("a.yaml", 2, 1), line="wy: x", hint="why?")
    assert str(error) == "a.yaml:2:1: unknown key 'wy'"
    assert (error.summary, error.line, error.hint, error.detail, error.facts) == (
        "unknown key 'wy'",
        "wy: x",
        "why?",
        "",
        (),
    )
    assert str(errors.Unreachable("no answer", facts=[("endpoint", "x")])) == "no answer"


@pytest.mark.parametrize("error", CLASSES)
def test_all_are_of_one_tree_that_the_docstring_draws(error):
    assert issubclass(error, errors.AuditorError)
    assert error.__name__ in errors.__doc__


def test_a_source_error_may_have_company():
    assert errors.SourceError("x").others == ()
