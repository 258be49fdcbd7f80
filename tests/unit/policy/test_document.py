from decimal import Decimal

import pytest

from auditor.model.errors import InvalidRule, InvalidWaiver
from auditor.policy.document import LONGEST_FILE, did_you_mean, parse, read


def value(text):
    return parse(text, "rules/x.yaml", InvalidRule).value()


def complaint(text):
    with pytest.raises(InvalidRule) as caught:
        value(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: on", {"a": "on"}),
        ("a: yes", {"a": "yes"}),
        ("a: true", {"a": True}),
        ("a: 'true'", {"a": "true"}),
        ("a: True", {"a": "True"}),
        ("a: 012", {"a": "012"}),
        ("a: 12", {"a": 12}),
        ("a: -3", {"a": -3}),
        ("a: 1.50", {"a": Decimal("1.50")}),
        ("a: 1e3", {"a": "1e3"}),
        ("a: 2026-01-01", {"a": "2026-01-01"}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: ''", {"a": ""}),
        ("a: null", {"a": None}),
        ("- a\n- [b, {c: d}]", ("a", ("b", {"c": "d"}))),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
        ('"*": "*x"', {"*": "*x"}),
        ("a: 2*3", {"a": "2*3"}),
    ],
)
def test_values(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "summary", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3", "the key 'a' stands twice", 3, 1),
        ("a: &x 1\nb: *x", "aliases are not read here", 2, 4),
        ("a: !!python/object:os.system x", "the tag tag:yaml.org,2002:python/object:os.system is not read", 1, 4),
        ("a: !env x", "the tag !env is not read", 1, 4),
        ("a: 1\n---\nb: 2", "not valid YAML", 2, 1),
        ("a: [1", "not valid YAML", 1, 6),
        ("a:\n  b: [1\n\n", "not valid YAML", 2, 8),
        ("a: 'x\u2028y'\nb: [", "not valid YAML", 3, 5),
        ("", "the file is empty", 1, 1),
        ("1: x", "a key must be text", 1, 1),
        ("? [a]\n: x", "a single value is expected here, not a list", 1, 3),
        ("a: \x00", "not valid YAML", 1, 1),
        ("[" * 30 + "]" * 30, "nested more than 24 levels deep", 1, 26),
        ("[" * 5000, "not valid YAML", 1, None),
        ("<<: {a: 1}\n<<: {a: 1}", "the key '<<' stands twice", 2, 1),
    ],
)
def test_complaints_have_their_place(text, summary, line, column):
    caught = complaint(text)
    assert caught.summary.startswith(summary)
    assert caught.subject.file == "rules/x.yaml"
    assert caught.subject.line == line
    assert column is None or caught.subject.column == column
    assert len(caught.line) <= 300


def node(text, error=InvalidRule):
    return parse(text, "x.yaml", error)


@pytest.mark.parametrize(
    ("read_it", "text", "summary", "hint"),
    [
        (lambda it: it.text("title"), "12", "title must be text, not a number '12'", "put it in quotes"),
        (lambda it: it.text("title"), "true", "title must be text, not a boolean 'true'", "put it in quotes"),
        (lambda it: it.text("title"), "~", "title must be text, not null", ""),
        (lambda it: it.text("title"), "' '", "title must not be empty", ""),
        (lambda it: it.text("title", longest=3), "abcd", "title is longer than 3 characters", ""),
        (lambda it: it.text("title"), "{a: 1}", "a single value is expected here, not a mapping", ""),
        (lambda it: it.boolean(), "x", "true or false is expected here, not the text 'x'", ""),
        (lambda it: it.choice(("high", "low"), "severity"), "hihg", "unknown severity 'hihg'", "did you mean high?"),
        (lambda it: it.entries(), "[a]", "a mapping is expected here, not a list", ""),
        (lambda it: list(it.items()), "a", "a list is expected here, not the text 'a'", ""),
        (lambda it: it.texts(), "[a, a]", "'a' stands twice", ""),
        (lambda it: it.fields(("title",)), "titel: x", "unknown key 'titel'", "did you mean title?"),
        (lambda it: it.fields(("title",), ("title",)), "{}", "the key 'title' is missing", ""),
    ],
)
def test_shapes_are_asked_for(read_it, text, summary, hint):
    with pytest.raises(InvalidRule) as caught:
        read_it(node(text))
    assert (caught.value.summary, caught.value.hint) == (summary, hint)


def test_shapes_are_told():
    it = node("a: [x]\n")
    assert it.is_mapping
    assert it.fields(("a",))["a"].is_sequence
    assert it.fields(("a",))["a"].texts() == ("x",)
    assert node("true").boolean() is True
    assert node("a").choice(("a",), "word") == "a"


def test_the_error_is_of_the_class_asked_for():
    with pytest.raises(InvalidWaiver):
        node("a: [", InvalidWaiver)


def test_files(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: 1\n")
    root, data = read(file, "a.yaml", InvalidRule)
    assert (root.value(), data) == ({"a": 1}, b"a: 1\n")
    file.write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(InvalidRule, match=r"a\.yaml:2:1: the file is not UTF-8"):
        read(file, "a.yaml", InvalidRule)
    file.write_bytes(b"a" * (LONGEST_FILE + 1))
    with pytest.raises(InvalidRule, match="longer than"):
        read(file, "a.yaml", InvalidRule)


def test_a_hint_names_near_words_or_a_short_list():
    assert did_you_mean("equal", ("equals", "exists")) == "did you mean equals?"
    assert did_you_mean("zzz", ("b", "a")) == "known: a, b"
    assert did_you_mean("zzz", [f"word{number}" for number in range(40)]) == ""
