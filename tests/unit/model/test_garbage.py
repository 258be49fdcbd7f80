"""The search for garbage: left out while it lasts, and afterwards as it was."""

import gc

import pytest

from auditor.model.garbage import without_collection


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
