"""Keyed paths, part by part."""

import pytest

from auditor.adoption.levels import Step, steps


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("", ()),
        ("ttl.enabled", (Step("ttl"), Step("enabled"))),
        ('tags["a.b c"]', (Step("tags", "a.b c"),)),
        ('global_secondary_index["by"].hash_key', (Step("global_secondary_index", "by"), Step("hash_key"))),
        ('tags["a"b"]', (Step("tags", 'a"b'),)),
    ],
)
def test_parts_of_a_path(path, parts):
    assert steps(path) == parts
