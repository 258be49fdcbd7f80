"""Shared by the tests of the reader: root modules written on the spot."""

import textwrap

import pytest

from auditor.hcl import load


@pytest.fixture
def write(tmp_path):
    """Write files below a fresh directory; gives the directory."""

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return tmp_path

    return write


@pytest.fixture
def loaded(write):
    """Write one main.tf (and other files by name) and load it."""

    def loaded(main, files=None, **options):
        root = write(**{"main.tf": main, **(files or {})})
        return load(root, **options)

    return loaded
