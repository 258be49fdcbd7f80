"""JSON as the provider writes it."""

import pytest

from auditor.hcl.go_json import go_json, normalized


def test_escapes():
    assert go_json({"a": "<&>\u2028\u00e9"}) == '{"a":"\\u003c\\u0026\\u003e\\u2028\u00e9"}'


@pytest.mark.parametrize(
    ("text", "how", "made"),
    [
        ('{"b": 1, "a": [2, 1]}', "json", '{"a":[2,1],"b":1}'),
        (
            '{"Statement": [{"b": 1, "a": 2}], "Version": "2012-10-17"}',
            "policy",
            '{"Version":"2012-10-17","Statement":[{"a":2,"b":1}]}',
        ),
        ('{"Version": "2008-10-17", "A": 1}', "policy", '{"A":1,"Version":"2008-10-17"}'),
        (
            '{"a": [1.0, 2.50, 1e3, 12345678901234567890, 1e21]}',
            "json",
            '{"a":[1,2.5,1000,12345678901234567000,1e+21]}',
        ),
        ('{"b": "<", "a": 1}', "unescaped", '{"a":1,"b":"<"}'),
        ("not json", "json", "not json"),
        ("", "policy", ""),
        ("[" * 100_000, "json", "[" * 100_000),
    ],
)
def test_normalized(text, how, made):
    assert normalized(text, how) == made
