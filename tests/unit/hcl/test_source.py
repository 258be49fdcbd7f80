"""Files in memory and the places in them."""

import os

import pytest

from auditor.hcl import source
from auditor.hcl.source import SourceFile, read_source
from auditor.model.errors import HclSyntaxError, SourceError


def test_places_count_from_one():
    file = SourceFile("a.tf", "ab\ncd\n")
    assert [str(file.range_at(offset)) for offset in (0, 1, 3, 4)] == ["a.tf:1:1", "a.tf:1:2", "a.tf:2:1", "a.tf:2:2"]
    assert file.line_at(4) == "cd"


def test_a_byte_order_mark_is_not_text(tmp_path):
    (tmp_path / "a.tf").write_bytes(b"\xef\xbb\xbfa = 1\n")
    read = read_source(tmp_path / "a.tf", "a.tf")
    assert (read.text, read.size) == ("a = 1\n", 9)


def test_other_encodings_are_refused_with_the_line(tmp_path):
    (tmp_path / "a.tf").write_bytes(b"a = 1\nb = \xff\n")
    with pytest.raises(HclSyntaxError, match=r"a\.tf:2:1: Invalid character encoding"):
        read_source(tmp_path / "a.tf", "a.tf")


def test_large_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_BYTES", 3)
    (tmp_path / "a.tf").write_text("a = 1\n")
    with pytest.raises(SourceError, match="too large"):
        read_source(tmp_path / "a.tf", "a.tf")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="can't be read"):
        read_source(tmp_path / "a.tf", "a.tf")


def test_long_lines_are_cut_when_shown():
    assert len(SourceFile("a.tf", "x" * 10_000).line_at(0)) == 200


def test_links_do_not_lead_out_of_the_project(tmp_path):
    (tmp_path / "secret").write_text("root:x:0:0\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.tf").symlink_to(tmp_path / "secret")
    with pytest.raises(SourceError, match="outside of the project") as caught:
        read_source(project / "a.tf", "a.tf", project)
    assert "root:x" not in caught.value.detail + caught.value.line


def test_only_regular_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "a.tf")
    with pytest.raises(SourceError, match="no regular file"):
        read_source(tmp_path / "a.tf", "a.tf")


def test_links_in_a_circle_are_told(tmp_path):
    (tmp_path / "a.tf").symlink_to("a.tf")
    with pytest.raises(SourceError, match="can't be read"):
        read_source(tmp_path / "a.tf", "a.tf", tmp_path)
