"""Compiled templates are kept beside the templates, bound to their text, and never where nothing may be written."""

import sys

import pytest
from jinja2 import Environment, FileSystemLoader

from auditor.formats.compiled import CompiledTemplates, DocumentEnvironment


@pytest.fixture
def templates(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "page.j2").write_text("one {{ name }}")
    return tmp_path


def page(templates):
    loader = FileSystemLoader(templates)
    environment = Environment(loader=loader, bytecode_cache=CompiledTemplates(templates), autoescape=True)
    return environment.get_template("page.j2").render(name="table")


def kept(templates):
    return sorted(templates.glob("__pycache__/*"))


def test_a_compiled_template_is_kept_and_used(templates, monkeypatch):
    assert page(templates) == "one table"
    assert len(kept(templates)) == 1
    monkeypatch.setattr(Environment, "compile", lambda *_arguments: pytest.fail("compiled again"))
    assert page(templates) == "one table"


def test_another_text_is_compiled_again(templates):
    page(templates)
    (templates / "page.j2").write_text("two {{ name }}")
    assert page(templates) == "two table"


def test_nothing_is_written_where_python_writes_no_modules(templates, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert page(templates) == "one table"
    assert not kept(templates)


def test_a_folder_that_cant_be_made_costs_time_alone(templates):
    (templates / "__pycache__").write_text("in the way")
    assert page(templates) == "one table"


def test_a_damaged_file_is_made_anew(templates):
    page(templates)
    kept(templates)[0].write_bytes(kept(templates)[0].read_bytes()[:40])
    assert page(templates) == "one table"


@pytest.mark.parametrize("text", ["{{ it.name }}", "{{ it.items() | list }}", "{{ it.none }}", "{{ it.name.upper() }}"])
def test_members_of_documents_mean_what_they_mean_to_jinja2(text):
    document = {"name": "users", "items": "not these"}
    ours, theirs = (kind().from_string(text).render(it=document) for kind in (DocumentEnvironment, Environment))
    assert ours == theirs
