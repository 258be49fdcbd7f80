import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl.functions.graphemes import clusters


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("abc", 3),
        ("e\u0301x", 2),
        ("\r\n", 1),
        ("\n\r", 2),
        ("\U0001f1ee\U0001f1e9\U0001f1ee\U0001f1e9", 2),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", 1),
        ("\U0001f44d\U0001f3fd", 1),
        ("\u1112\u1161\u11ab", 1),
        ("\uac00\u11a8", 1),
        ("\u0e01\u0e33", 1),
        ("a\u200db", 2),
    ],
)
def test_number_of_clusters(text, number):
    assert len(clusters(text)) == number


@given(st.text())
def test_clusters_make_up_the_text(text):
    assert "".join(clusters(text)) == text
    assert all(clusters(text))
