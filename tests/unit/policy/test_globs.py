import pytest

from auditor.policy.globs import covers, matches, only_wildcards


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a", "a", True),
        ("a", "ab", False),
        ("*", "", True),
        ("a*", "abc", True),
        ("*c", "abc", True),
        ("a*c", "abc", True),
        ("a*c", "ab", False),
        ("ab*ba", "aba", False),
        ("a*b*c", "a-b-c", True),
        ("a*b*c", "a-c", False),
        ("a*x*x*c", "axc", False),
        ("a**c", "ac", True),
        ('tags["*"]', 'tags["Owner"]', True),
        ("[a]", "a", False),
        ("?", "a", False),
    ],
)
def test_matches(pattern, text, expected):
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("ttl", "ttl", True),
        ("ttl", "ttl.enabled", True),
        ("ttl", "ttls", False),
        ("ttl.*", "ttl", False),
        ("ttl.*", "ttl.enabled", True),
        ("tags", 'tags["a"]', True),
        ("global_secondary_index[*].projection_type", 'global_secondary_index["x"].projection_type', True),
        ("global_secondary_index[*].projection_type", 'global_secondary_index["x"].hash_key', False),
        ("*", "", True),
    ],
)
def test_covers(pattern, path, expected):
    assert covers(pattern, path) is expected


def test_many_wildcards_end_quickly():
    assert not matches("*a" * 100 + "b", "a" * 100_000)


def test_only_wildcards():
    assert only_wildcards("**")
    assert not only_wildcards("*-prod")
