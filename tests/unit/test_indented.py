"""JSON with one item a line, as the standard library writes it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from auditor.indented import pieces

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_the_bytes_are_those_of_the_standard_library(value):
    assert "".join(pieces(value)) == json.dumps(value, indent=1, ensure_ascii=False)
