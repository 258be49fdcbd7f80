"""Sensitive texts are taken out of documents; a report's own words stay."""

import pytest

from auditor.masking import MASK, masked, masked_text


def test_longer_text_goes_first():
    assert masked_text("x secret-longer y secret z", {"secret", "secret-longer"}) == f"x {MASK} y {MASK} z"


def test_nothing_secret_changes_nothing():
    assert masked_text("as it is", ()) == "as it is"
    assert masked({"a": ["b"]}, ()) == {"a": ["b"]}


def test_values_and_keys_at_any_depth():
    document = {"facts": [{"value": {"S3cret!": "has S3cret! inside"}}], "count": 3}
    assert masked(document, {"S3cret!"}) == {"facts": [{"value": {MASK: f"has {MASK} inside"}}], "count": 3}


def test_words_and_sections_of_a_report_stay():
    causes = [{"severity": "critical", "text": "a critical b"}]
    document = {"verdict": {}, "rules": [{"title": "critical"}], "causes": causes}
    shown = masked(document, {"critical"})
    assert shown["rules"] == document["rules"]
    assert shown["causes"] == [{"severity": "critical", "text": f"a {MASK} b"}]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('password = "abc"', f'password = "{MASK}"'),
        ("audit --var password=abc --env prod", f"audit --var password={MASK} --env prod"),
        ("audit --var password=abc", f"audit --var password={MASK}"),
        ("abc abcd a=abcd", "abc abcd a=abcd"),
    ],
)
def test_a_short_text_is_taken_out_as_a_literal_only(text, shown):
    assert masked_text(text, {"abc"}) == shown


def test_letters_of_a_pattern_are_letters():
    assert masked_text("abc.def abcxdef", {"abc.def"}) == f"{MASK} abcxdef"
