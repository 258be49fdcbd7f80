"""The search for garbage: left out while it lasts, and afterwards as it was."""

import gc

import pytest

from auditor.model.garbage import rare_collection, without_collection


@pytest.fixture(autouse=True)
def as_it_was():
    yield
    gc.enable()


@pytest.mark.parametrize("enabled", [True, False])
def test_it_is_as_it_was_afterwards(enabled):
    (gc.enable if enabled else gc.disable)()
    with without_collection():
        assert not gc.isenabled()
    assert gc.isenabled() is enabled


def test_what_was_made_is_old_afterwards():
    with without_collection():
        made = [[] for _ in range(10)]
    assert all(any(each is one for one in gc.get_objects(generation=2)) for each in made[:2])


def test_cycles_are_looked_for_rarely_and_then_as_before():
    before = gc.get_threshold()
    with rare_collection():
        young, *older = gc.get_threshold()
        assert young > before[0]
        assert tuple(older) == before[1:]
        assert gc.isenabled()
    assert gc.get_threshold() == before


def test_they_are_as_before_after_an_error_too():
    before = gc.get_threshold()
    with pytest.raises(KeyboardInterrupt), rare_collection():
        raise KeyboardInterrupt
    assert gc.get_threshold() == before
