"""The bundle: written whole or not at all, and never over something else."""

import errno
import os
import signal
from pathlib import Path

import pytest

from auditor import bundle, manifest
from auditor.model.errors import BundleError, ReportError

MANIFEST = manifest.encode({"id": "r"}, {"report.json": b"{}"}, {})
FIRST = {"report.json": b"{}", manifest.NAME: MANIFEST}
SECOND = {"report.json": b'{"n":2}', manifest.NAME: MANIFEST}


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


def test_what_is_added_replaces_nothing(tmp_path):
    folder = tmp_path / "2026-01-15T020000Z"
    third = {**FIRST, manifest.SIGNATURE: b"signed"}
    for _ in range(2):
        added = [bundle.add(folder, each) for each in (FIRST, SECOND, third)]
    assert [each.name for each in added] == [folder.name, f"{folder.name}-2", f"{folder.name}-3"]
    for each, content in zip(added, (FIRST, SECOND, third), strict=True):
        assert {file.name: file.read_bytes() for file in each.iterdir()} == content
    assert len(list(tmp_path.iterdir())) == 3


def test_what_is_added_passes_over_files_links_and_what_is_somebodys(tmp_path):
    folder = tmp_path / "out"
    (tmp_path / "out").write_text("a file")
    (tmp_path / "out-2").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "out-3").mkdir()
    (tmp_path / "out-3" / "thesis").write_text("mine")
    (tmp_path / "out-4").mkdir()
    assert bundle.add(folder, FIRST) == tmp_path / "out-4", "an empty folder is nobody's"
    assert (tmp_path / "out").read_text() == "a file"
    assert [entry.name for entry in (tmp_path / "out-3").iterdir()] == ["thesis"]
    assert not (tmp_path / "elsewhere").exists()


def test_an_added_bundle_that_was_changed_is_not_taken_for_the_same(tmp_path):
    folder = bundle.add(tmp_path / "out", FIRST)
    (folder / "report.json").write_bytes(b"[]")
    assert bundle.add(folder, FIRST).name == "out-2"
    assert (folder / "report.json").read_bytes() == b"[]"


def test_what_can_not_be_added_is_one_clear_error(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(ReportError, match="can't be written"):
        bundle.add(tmp_path / "out", FIRST)
    assert list(tmp_path.iterdir()) == []


def test_bundles_of_one_time_are_in_the_order_of_their_numbers():
    names = ["2026-01-16T020000Z", *(f"2026-01-15T020000Z-{number}" for number in (10, 2)), "2026-01-15T020000Z", "x-2"]
    ordered = sorted(names, key=bundle.order)
    assert ordered == [names[3], names[2], names[1], names[0], "x-2"]


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"name": "extension"}', b"no JSON"])
def test_the_manifest_of_something_else_protects_it(tmp_path, content):
    folder = tmp_path / "extension"
    folder.mkdir()
    (folder / manifest.NAME).write_bytes(content)
    with pytest.raises(ReportError):
        bundle.write(folder, FIRST)
    assert (folder / manifest.NAME).read_bytes() == content


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


def test_an_interrupt_keeps_the_earlier_bundle(tmp_path, monkeypatch):
    folder = tmp_path / "out"
    bundle.write(folder, FIRST)

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        bundle.write(folder, SECOND)
    assert (folder / "report.json").read_bytes() == b"{}"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_folders_are_exchanged_comes_too_late(tmp_path, monkeypatch, by):
    folder = tmp_path / "out"
    bundle.write(folder, FIRST)
    put = bundle._put_in_place

    def interrupted(*arguments):
        os.kill(os.getpid(), by)
        put(*arguments)

    monkeypatch.setattr(bundle, "_put_in_place", interrupted)
    bundle.write(folder, SECOND)
    assert (folder / "report.json").read_bytes() == b'{"n":2}'


def test_a_system_that_cannot_exchange_folders_takes_two_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "_exchanged", lambda *_: False)
    for content in (FIRST, SECOND):
        bundle.write(tmp_path / "out", content)
    assert (tmp_path / "out" / "report.json").read_bytes() == b'{"n":2}'
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_what_a_kill_between_two_steps_left_aside_is_put_back(tmp_path, monkeypatch):
    bundle.write(tmp_path / "out", FIRST)
    (tmp_path / "out").rename(tmp_path / ".out.abcd1234.earlier")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportError):
        bundle.write(tmp_path / "out", SECOND)
    assert (tmp_path / "out" / "report.json").read_bytes() == b"{}"


def test_what_killed_runs_left_is_removed_when_it_is_old(tmp_path):
    for name in (".out.aaaaaaaa", ".out.bbbbbbbb", ".outer.aaaaaaaa"):
        (tmp_path / name).mkdir()
    for name in (".out.aaaaaaaa", ".outer.aaaaaaaa"):
        os.utime(tmp_path / name, (0, 0))
    bundle.write(tmp_path / "out", FIRST)
    assert {entry.name for entry in tmp_path.iterdir()} == {"out", ".out.bbbbbbbb", ".outer.aaaaaaaa"}


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "prod.jsonl.gz"
    bundle.write_file(file, b"first")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportError, match="No space left"):
        bundle.write_file(file, b"second")
    assert file.read_bytes() == b"first"
    assert [entry.name for entry in tmp_path.iterdir()] == [file.name]
    with pytest.raises(ReportError, match="can't be written"):
        bundle.write_file(tmp_path / "none" / "file", b"")


def test_a_device_is_written_to(tmp_path):
    bundle.write_file(Path(os.devnull), b"gone")
    assert not Path(os.devnull).is_file()


def test_only_regular_files_of_a_bundle_are_read(tmp_path):
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    assert bundle.read(tmp_path / "file", 5) == b"12345"
    for name, why in (("link", "link"), ("pipe", "regular"), ("none", "No such file"), (".", "regular|directory")):
        with pytest.raises(BundleError, match=why):
            bundle.read(tmp_path / name, 5)
    with pytest.raises(BundleError, match="more than 4 bytes"):
        bundle.read(tmp_path / "file", 4)
