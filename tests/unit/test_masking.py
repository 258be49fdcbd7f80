"""Sensitive texts are taken out of documents; a report's own words stay."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.masking import COVER, MASK, covering, holds_none, masked, masked_text


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pin = 4711\n", f"pin = {MASK}\n"),
        ("pin   = 4711 # it", f"pin   = {MASK} # it"),
        ('{"pin": 4711}', f'{{"pin": {MASK}}}'),
        ('{"pin":4711,"other":4712}', f'{{"pin":{MASK},"other":4712}}'),
        ("line 4711, 14711 and 4711.5, at 12:4711x", "line 4711, 14711 and 4711.5, at 12:4711x"),
    ],
)
def test_a_short_number_is_taken_out_without_quotes_too(text, shown):
    assert masked_text(text, {"4711"}) == shown


def test_a_covered_number_is_still_a_number():
    cover = covering({"4711", "471147", "47.11", "s3cret"})
    assert cover('a = 4711\nb = 471147\nc = "471147"\nd = 47.11\n') == 'a = 9999\nb = 999999\nc = "999999"\nd = 99.99\n'
    assert cover("s3cret") == COVER * 6


def test_a_number_of_json_is_covered_and_stays_one():
    cover = covering({"4711", "-48213", "47.11", "123456"})
    told = {"a": [4711, -48213, 47.11, Decimal("47.11"), 123456], "b": [4712, 47, 1234567, True, None]}
    nines = [9999, -99999, 99.99, Decimal("99.99"), 999999]
    assert cover(told) == {"a": nines, "b": told["b"]}
    assert [type(each) for each in cover(told)["a"]] == [int, int, float, Decimal, int]
    assert cover("x = -48213\ny = [4711, 4712]\nz = max(4711, 1)\n") == (
        "x = -99999\ny = [9999, 4712]\nz = max(9999, 1)\n"
    )
    assert covering({"s3cret"})({"a": [4711, 1.5]}) == {"a": [4711, 1.5]}


def test_of_a_number_in_a_fact_of_a_report_nothing_is_told_and_what_counts_stays():
    document = {
        "facts": [{"value": 4711, "line": 4711}, {"value": {"ports": [4711, 80, True]}, "number": 4711}],
        "more": [{"value": {"number": "123456789123456789"}}, {"value": {"number": "12"}}, {"value": "4711"}],
    }
    hidden = {"sensitive": True}
    assert masked(document, {"4711", "123456789123456789"}) == {
        "facts": [{"value": hidden, "line": 4711}, {"value": {"ports": [hidden, 80, True]}, "number": 4711}],
        "more": [{"value": hidden}, {"value": {"number": "12"}}, {"value": "4711"}],
    }


def test_what_holds_none():
    secrets = {"4711", "s3cret-"}
    assert [holds_none(value, secrets) for value in (4711, Decimal(4711), "a s3cret-1")] == [False] * 3
    assert [holds_none(value, secrets) for value in (4712, True, None, "a secret")] == [True] * 4


def test_letters_of_a_pattern_are_letters():
    assert masked_text("abc.def abcxdef", {"abc.def"}) == f"{MASK} abcxdef"


def test_covering_keeps_every_place_and_covers_each_way_of_writing():
    cover = covering({'say "hi"\n', "first-line\nsecond-line", "secret-1", "before secret-1 after"})
    assert cover('x = "secret-1" # y') == f'x = "{COVER * 8}" # y'
    assert cover('x = "say \\"hi\\"\\n"') == f'x = "{COVER * 12}"'
    assert cover("  first-line\n  second-line\n") == f"  {COVER * 10}\n  {COVER * 11}\n"
    assert cover("before secret-1 after") == f"before {COVER * 8} after"
    assert cover({"secret-1": ["secret-1", 1, None]}) == {COVER * 8: [COVER * 8, 1, None]}
    assert covering(())("secret-1") == "secret-1"


@given(st.lists(st.text(min_size=6), max_size=4), st.text())
def test_covering_twice_is_covering_once_and_lengths_stay(secrets, around):
    cover = covering(secrets)
    text = around.join(["", *secrets, ""])
    assert len(cover(text)) == len(text)
    assert cover(text).count("\n") == text.count("\n")
    assert all(secret not in cover(text) for secret in secrets if secret.strip("\n" + COVER))
