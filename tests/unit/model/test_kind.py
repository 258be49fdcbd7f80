"""Kinds: what they say of themselves where a module says nothing."""

from auditor.model.answers import Answers, Scope
from auditor.model.kind import Kind
from auditor.model.values import Reason, Unknown

SCOPE = Scope("111122223333", "ap-southeast-1")
KIND = Kind(
    type="aws_example",
    attributes=(),
    identity="name",
    requests=lambda _scope: (),
    follow=lambda _scope, _answer: (),
    read=lambda _answers, _scope: (),
    refresh=lambda live, _answers: live,
    permissions=(),
)


def test_without_a_list_nothing_can_be_called_unmanaged():
    assert KIND.listed(Answers(), SCOPE) == Unknown(Reason.NOT_SUPPORTED, "AWS has no list of these")
    assert KIND.belongs(None, SCOPE) is False


def test_without_a_look_absence_is_no_fact():
    assert KIND.absence(Answers(), SCOPE, "x") == Unknown(Reason.NOT_READ, "nothing was read of x")
    assert KIND.invalid({}, None) == ()


def test_without_doubt_nothing_is_asked_twice():
    assert KIND.confirm(Answers(), SCOPE, ()) == ()
