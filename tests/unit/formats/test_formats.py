"""The package: which formats there are, and the laws that all of them keep."""

import json
from pathlib import Path

import pytest

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
