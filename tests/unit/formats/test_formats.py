"""The package: which formats there are, and the laws that all of them keep."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import auditor.formats
from auditor.formats import formats
from auditor.formats.json import encode

ALL = sorted(formats())


def test_every_module_is_a_format_or_a_named_part():
    modules = {file.stem for file in Path(auditor.formats.__file__).parent.glob("*.py")} - {"__init__"}
    assert modules == set(formats()) | auditor.formats._SHARED


def test_suffixes_tell_formats_apart():
    suffixes = [it.suffix for it in formats().values()]
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix.startswith(".") for suffix in suffixes)


@pytest.mark.parametrize("name", ALL)
def test_a_format_is_a_pure_function_of_the_decoded_report(name, report):
    before = encode(report)
    once = formats()[name].render(report)
    assert once == formats()[name].render(json.loads(before))
    assert encode(report) == before


texts = st.text(alphabet=st.characters(codec=None), max_size=12)


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=25, deadline=None)
@given(text=texts)
@example(text="\ud800\x00\u202e<&>|`$@]]>%\n")
def test_no_text_stops_a_format(name, report, text):
    finding, subject = report["findings"][0], report["subjects"]["table"][0]
    place = {"file": f"{text}.tf", "line": 1, "column": 1, "code": text}
    fact = {"value": {text: text}, "origin": {"from": "written", "chain": [place]}}
    evidence = [{"path": f"declared.{text}", "expected": text, **fact}]
    changed = {**finding, "message": text, "subject": text, "path": text, "place": place, "evidence": evidence}
    bent = {
        **report,
        "run": {
            **report["run"],
            "caller": text,
            "environment": text,
            "git": {"commit": text, "blob_url": "https://a/"},
        },
        "findings": [changed, *report["findings"][1:]],
        "subjects": {**report["subjects"], "table": [{**subject, "name": text, "tags": {text: text}}]},
        "results": [it for it in report["results"] if it["subject_type"] != "table"],
        "waivers": [{**report["waivers"][0], "reason": text, "owner": text}],
    }
    assert formats()[name].render(bent).decode()


@pytest.mark.parametrize("name", ALL)
def test_a_demonstration_is_marked(name, report):
    shown = formats()[name].render({**report, "demonstration": True})
    assert b"emonstration" in shown
    assert shown != formats()[name].render(report)


@pytest.mark.parametrize("name", ALL)
def test_a_sensitive_value_is_in_no_format(name, report):
    shown = formats()[name].render(report)
    assert b"correct horse" not in shown
    assert b"s3cr3t" not in shown
