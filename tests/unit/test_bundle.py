"""The bundle: written whole or not at all, and never over something else."""

import json
import os

import pytest

from auditor import bundle
from auditor.model.errors import ReportError

MANIFEST = bundle.manifest({"report.json": b"{}"}, {"id": "r"}, ())
FIRST = {"report.json": b"{}", bundle.MANIFEST: MANIFEST}
SECOND = {"report.json": b'{"n":2}', bundle.MANIFEST: MANIFEST}


def test_writes_all_artefacts(tmp_path):
    folder = tmp_path / "prod" / "2026-01-15T020000Z"
    bundle.write(folder, FIRST)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == FIRST
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


def test_replaces_an_earlier_bundle_and_leaves_nothing_beside_it(tmp_path):
    folder = tmp_path / "out"
    bundle.write(folder, FIRST)
    bundle.write(folder, SECOND)
    assert (folder / "report.json").read_bytes() == b'{"n":2}'
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("manifest", [b"{}", b"[]", b'{"name": "extension"}', b"no JSON"])
def test_the_manifest_of_something_else_protects_it(tmp_path, manifest):
    folder = tmp_path / "extension"
    folder.mkdir()
    (folder / bundle.MANIFEST).write_bytes(manifest)
    with pytest.raises(ReportError):
        bundle.write(folder, FIRST)
    assert (folder / bundle.MANIFEST).read_bytes() == manifest


def test_a_note_beside_an_earlier_bundle_is_kept(tmp_path):
    bundle.write(tmp_path / "out", FIRST)
    (tmp_path / "out" / "note.txt").write_text("mine")
    with pytest.raises(ReportError):
        bundle.write(tmp_path / "out", SECOND)
    assert (tmp_path / "out" / "note.txt").read_text() == "mine"


def test_a_link_is_not_replaced(tmp_path):
    bundle.write(tmp_path / "out", FIRST)
    (tmp_path / "link").symlink_to(tmp_path / "out")
    with pytest.raises(ReportError):
        bundle.write(tmp_path / "link", SECOND)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["link", "out"]


def test_an_empty_folder_is_used_and_a_foreign_one_is_left_alone(tmp_path):
    (tmp_path / "empty").mkdir()
    bundle.write(tmp_path / "empty", FIRST)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(ReportError, match="not a bundle"):
        bundle.write(tmp_path / "thesis", FIRST)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


def test_a_failed_write_keeps_the_earlier_bundle(tmp_path, monkeypatch):
    folder = tmp_path / "out"
    bundle.write(folder, FIRST)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportError, match="No space left on device"):
        bundle.write(folder, SECOND)
    assert (folder / "report.json").read_bytes() == b"{}"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_parent_that_is_a_file_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="can't be written to"):
        bundle.write(tmp_path / "file" / "out", FIRST)


def test_manifest_names_size_and_digest_of_every_artefact():
    document = json.loads(bundle.manifest({"b": b"two", "a": b""}, {"id": "r"}, ({"path": "main.tf"},)))
    assert document["artefacts"] == [
        {"name": "a", "bytes": 0, "sha256": bundle.digest(b"")},
        {"name": "b", "bytes": 3, "sha256": bundle.digest(b"two")},
    ]
    assert document["run"] == {"id": "r"}
    assert document["inputs"] == [{"path": "main.tf"}]
