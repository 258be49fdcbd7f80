"""A bundle keeps what its manifest promises, or it is not delivered."""

import hashlib

import pytest
from sample_bundles import tampered

from auditor import bundle, manifest
from auditor.model.errors import BundleError
from auditor.publish.contents import contents
from auditor.verification import verify


def test_a_bundle(folder, document):
    found = contents(folder)
    assert set(found.files) == {file.name for file in folder.iterdir()}
    assert list(found.files)[-1] == "manifest.json"
    assert (found.environment, found.run) == (document["run"]["environment"], document["run"]["id"])
    assert found.report == document
    assert found.digest == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()


def test_a_signature_goes_before_the_manifest(folder, monkeypatch):
    (folder / "manifest.json.sig").write_text("signed")
    monkeypatch.setattr(
        "auditor.publish.contents.verify", lambda _: verify(folder.parent / min(folder.parent.iterdir()).name)
    )
    assert list(contents(folder).files)[-2:] == ["manifest.json.sig", "manifest.json"]


def test_an_interrupted_run_has_no_report(tmp_path, root):
    run = {"id": "2026-01-15T020000Z-prod-abc", "environment": "prod", "started": "x", "finished": "y"}
    taken = (root / "tests" / "fixtures" / "estate" / "prod-snapshot.jsonl.gz").read_bytes()
    files = {bundle.SNAPSHOT: taken}
    files[manifest.NAME] = manifest.encode(run, files, {"complete": False, "interrupted": True})
    bundle.write(tmp_path / "bundle", files)
    found = contents(tmp_path / "bundle")
    assert (found.report, sorted(found.files)) == (None, sorted(files))


def test_no_bundle(tmp_path):
    with pytest.raises(BundleError, match="there is no bundle") as refused:
        contents(tmp_path / "nothing")
    assert "was not done" in refused.value.hint


@pytest.mark.parametrize("change", ["empty", "other", "cut", "more", "missing", "link"])
def test_a_file_that_is_not_the_manifest_s(folder, change, tmp_path):
    file = folder / "report.html"
    content = file.read_bytes()
    changed = {"empty": b"", "other": content.replace(b"<html", b"<HTML"), "cut": content[:-1], "more": content + b" "}
    if change in changed:
        file.write_bytes(changed[change])
    else:
        file.rename(tmp_path / "moved")
    if change == "link":
        file.symlink_to(tmp_path / "moved")
    with pytest.raises(BundleError, match="is not what its manifest says") as refused:
        contents(folder)
    assert "report.html" in dict(refused.value.facts)


def test_a_file_that_nobody_named(folder):
    (folder / "credentials").write_text("left here by accident")
    with pytest.raises(BundleError) as refused:
        contents(folder)
    assert refused.value.facts == (("credentials", "the manifest does not name it"),)


def test_what_is_sent_is_what_was_verified(folder, monkeypatch):
    """Somebody changes a file between the test and the delivery."""

    def verify_and_change(where):
        found = verify(where)
        (where / "report.html").write_bytes((where / "report.html").read_bytes().swapcase())
        return found

    monkeypatch.setattr("auditor.publish.contents.verify", verify_and_change)
    with pytest.raises(BundleError, match=r"report\.html has changed since it was verified"):
        contents(folder)


@pytest.mark.parametrize("name", ["../../other", "a b", "", None])
def test_a_run_that_leads_elsewhere(folder, name, monkeypatch):
    monkeypatch.setattr("auditor.publish.contents.verify", lambda _: verify(min(folder.parent.iterdir())))
    tampered(folder / "manifest.json", lambda document: document["run"].update(environment=name))
    with pytest.raises(BundleError, match="can't be part of a key"):
        contents(folder)
