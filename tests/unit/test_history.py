"""Earlier bundles: which one a run is compared with, and what is no use without costing the others."""

import json
import shutil
from datetime import timedelta
from itertools import pairwise

import pytest
import sample_bundles

from auditor import history, manifest
from auditor.model.errors import BundleError


@pytest.fixture
def nights(made, tmp_path):
    shutil.copytree(made[1][0].parent, tmp_path / "out")
    return sorted((tmp_path / "out").iterdir())


@pytest.fixture
def run(nights):
    """A run of the night after."""
    told = history.opened(history.Folder(nights[-1])).run
    started = (sample_bundles.FIRST + timedelta(days=3)).isoformat().replace("+00:00", "Z")
    return {**told, "started": started}


def earlier(run, out, *, demonstration=False):
    return history.earlier(run, demonstration=demonstration, shelves=[history.Shelf.of(history.folders(out))])


def test_each_night_is_compared_with_the_one_before(nights):
    reports = [json.loads((night / "report.json").read_bytes()) for night in nights]
    assert [report["history"]["previous"] and report["history"]["previous"]["run"] for report in reports] == [
        None,
        reports[0]["run"]["id"],
        reports[1]["run"]["id"],
    ]
    assert len(reports[-1]["history"]["trend"]) == 3
    assert {finding["first_seen"] for finding in reports[-1]["findings"]} == {reports[0]["run"]["finished"]}
    for night, following in pairwise(nights):
        digest = manifest.digest((night / manifest.NAME).read_bytes())
        assert json.loads((following / manifest.NAME).read_bytes())["previous"]["manifest"] == digest


def test_what_changed_in_the_code_is_resolved(tmp_path):
    project = sample_bundles.project(tmp_path / "project")
    out = tmp_path / "out"
    sample_bundles.nights(out, project, 1)
    sample_bundles.project(project, protected=True)
    report = sample_bundles.write(out / "later", project, night=1, earlier=out)
    assert [left["rule"] for left in report["history"]["resolved"]] == ["POL-001", "POL-006"]
    assert report["history"]["new"] == 0


def test_the_latest_before_this_run_is_taken(nights, run):
    assert earlier(run, nights[0].parent)["previous"]["finished"].startswith("2026-01-17")
    assert earlier({**run, "started": "2026-01-17T02:00:00.000Z"}, nights[0].parent)["previous"]["finished"].startswith(
        "2026-01-16"
    )
    assert earlier({**run, "started": "2026-01-01"}, nights[0].parent) is None


@pytest.mark.parametrize(
    "other",
    [{"environment": "uat"}, {"account": "9"}, {"region": "eu-west-1"}, {"declared_only": False}, {"project": "other"}],
)
def test_runs_of_something_else_are_not_compared(nights, run, other):
    assert earlier({**run, **other}, nights[0].parent) is None


def test_a_demonstration_is_not_compared_with_a_run(nights, run):
    assert earlier(run, nights[0].parent, demonstration=True) is None


def spoil_manifest(folder):
    (folder / manifest.NAME).write_bytes(b"{}")


def spoil_report(folder):
    (folder / "report.json").write_bytes(b"{}")


def remove_report(folder):
    (folder / "report.json").unlink()


def link_report(folder):
    (folder / "report.json").rename(folder.parent.parent / "elsewhere")
    (folder / "report.json").symlink_to(folder.parent.parent / "elsewhere")


def interrupt(folder):
    sample_bundles.tampered(folder / manifest.NAME, lambda document: document.update(interrupted=True))


def another_shape(folder):
    report = json.loads((folder / "report.json").read_bytes())
    content = json.dumps({**report, "history": 7}).encode()
    (folder / "report.json").write_bytes(content)

    def change(document):
        entry = next(entry for entry in document["artefacts"] if entry["name"] == "report.json")
        entry.update(bytes=len(content), sha256=manifest.digest(content))

    sample_bundles.tampered(folder / manifest.NAME, change)


@pytest.mark.parametrize("spoil", [spoil_manifest, spoil_report, remove_report, link_report, interrupt, another_shape])
def test_a_broken_bundle_is_skipped_and_named(nights, run, spoil):
    spoil(nights[-1])
    found = earlier(run, nights[0].parent)
    assert found["previous"]["finished"].startswith("2026-01-16")
    assert [each["folder"] for each in found["skipped"]] == [nights[-1].name]
    assert str(nights[-1]) not in found["skipped"][0]["why"]


def test_foreign_folders_files_and_links_are_passed_over(nights, run, tmp_path):
    out = nights[0].parent
    (out / "zz-notes").mkdir()
    (out / "zz-file").write_text("")
    (out / ".hidden").mkdir()
    (out / "zz-link").symlink_to(tmp_path)
    assert not earlier(run, out)["skipped"]


def test_no_folder_is_no_history(run, tmp_path):
    assert earlier(run, tmp_path / "none") is None


def test_all_bundles_below_a_folder(nights, tmp_path):
    (tmp_path / "out" / "broken").mkdir()
    (tmp_path / "out" / "broken" / manifest.NAME).write_text("{}")
    sample_bundles.tampered(nights[0] / manifest.NAME, lambda document: document.pop("numbers"))
    found, unusable = history.past(tmp_path)
    assert sorted(each.place.path for each in found) == nights[1:]
    assert [folder for folder, _ in unusable] == ["out/2026-01-15T020000Z", "out/broken"]
    assert [each.place.path for each in history.past(nights[1])[0]] == [nights[1]]
    with pytest.raises(BundleError, match="no folder of bundles"):
        history.past(tmp_path / "none")
