"""Replay: a bundle gives its own bytes again, wherever it lies; where it does not, the first difference is told."""

import gzip
import json
import shutil

import pytest
import sample_bundles

from auditor import manifest
from auditor.model.errors import AuditorError, BundleError
from auditor.replay import replay

ALSO = ("csv", "github", "junit", "markdown", "sarif", "text")


def same(folder):
    done = replay(folder)
    assert all(report.same for report in done.reports), done.reports
    return done


def changed(folder, change):
    """Packed sources with something changed in them, and the manifest to match."""
    rows = [json.loads(line) for line in gzip.decompress((folder / "sources.jsonl.gz").read_bytes()).splitlines()]
    change(rows)
    content = gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
    (folder / "sources.jsonl.gz").write_bytes(content)

    def entry(document):
        found = next(entry for entry in document["artefacts"] if entry["name"] == "sources.jsonl.gz")
        found.update(bytes=len(content), sha256=manifest.digest(content))

    sample_bundles.tampered(folder / manifest.NAME, entry)


@pytest.fixture
def bundle(made, tmp_path):
    return shutil.copytree(made[1][-1], tmp_path / "bundle")


def test_a_bundle_of_code_alone_with_a_run_before(bundle):
    assert json.loads((bundle / "report.json").read_bytes())["history"]["previous"]
    done = same(bundle)
    assert [report.name for report in done.reports] == ["report.html", "report.json"]
    assert done.covered == ("envs/prod/main.tf", "envs/uat/main.tf")
    assert done.tool == ""


def test_a_bundle_of_a_reading_in_every_format(root, tmp_path):
    snapshot = root / "tests" / "fixtures" / "estate" / "prod-changes" / "retagged.jsonl.gz"
    sample_bundles.write(tmp_path / "bundle", root, snapshot=snapshot, also=ALSO)
    assert len(same(tmp_path / "bundle").reports) == 8


def test_the_project_is_not_needed(tmp_path):
    project = sample_bundles.project(tmp_path / "project")
    sample_bundles.write(tmp_path / "bundle", project)
    shutil.rmtree(project)
    same(tmp_path / "bundle")


def test_variables_rules_waivers_and_files_outside_of_the_project(tmp_path):
    project = sample_bundles.project(tmp_path / "project")
    main = project / "envs" / "prod" / "main.tf"
    main.write_text(main.read_text() + 'variable "suffix" {}\nvariable "kind" {}\nlocals {\n  x = var.suffix\n}\n')
    (tmp_path / "outside.tfvars").write_text('suffix = "x"\nnobody = 1\n')
    (project / "own" / "sec").mkdir(parents=True)
    shutil.copy(sample_bundles.rule("SEC-004"), project / "own" / "sec" / "SEC-904-own.yaml")
    rule = project / "own" / "sec" / "SEC-904-own.yaml"
    rule.write_text(rule.read_text().replace("SEC-004", "SEC-904"))
    (project / "audit.toml").write_text(sample_bundles.SETTINGS + '[rules]\npaths = ["own"]\n')
    (project / "envs" / "prod" / "waivers.yaml").write_text(
        "schema: auditor/waivers/v1\nwaivers:\n- {id: W-1, rule: POL-002, subject: '*', reason: a test of the replay,"
        " ticket: OPS-1, owner: platform team, approver: head of security, created: 2026-01-01, expires: 2026-03-01}\n"
    )
    files = (tmp_path / "outside.tfvars",)
    document = sample_bundles.write(
        tmp_path / "bundle",
        project,
        given=files,
        environment={"TF_VAR_kind": "a", "TF_VAR_other": "b", "TF_DATA_DIR": "x"},
    )
    listed = {file["path"] for file in document["evidence"]["files"]}
    assert str(tmp_path / "outside.tfvars") in listed
    assert {"own/sec/SEC-904-own.yaml", "envs/prod/waivers.yaml", "audit.toml", "envs/uat/main.tf"} <= listed
    assert "envs/prod/tables.json" in listed
    assert any(str(tmp_path / "outside.tfvars") in each for each in document["evidence"]["diagnostics"])
    assert any("TF_DATA_DIR is set and not heard" in each for each in document["evidence"]["diagnostics"])
    shutil.rmtree(project)
    (tmp_path / "outside.tfvars").unlink()
    same(tmp_path / "bundle")


def test_a_folder_of_rules_in_which_there_is_none_yet(tmp_path):
    project = sample_bundles.project(tmp_path / "project")
    (project / "own").mkdir()
    (project / "audit.toml").write_text(sample_bundles.SETTINGS + '[rules]\npaths = ["own"]\n')
    sample_bundles.write(tmp_path / "bundle", project)
    same(tmp_path / "bundle")


def test_an_environment_that_cannot_be_read(tmp_path):
    project = sample_bundles.project(tmp_path / "project")
    (project / "envs" / "uat" / "main.tf").write_text("locals {\n")
    sample_bundles.write(tmp_path / "bundle", project)
    shutil.rmtree(project)
    same(tmp_path / "bundle")


def test_no_sensitive_text_is_in_a_bundle_and_it_replays_all_the_same(tmp_path):
    project = sample_bundles.project(tmp_path / "project")
    sample_bundles.write(tmp_path / "bundle", project, also=ALSO)
    for file in (tmp_path / "bundle").iterdir():
        content = file.read_bytes()
        content = gzip.decompress(content) if file.suffix == ".gz" else content
        assert b"secret-4be0d7" not in content, file.name
    assert "envs/prod/main.tf" in same(tmp_path / "bundle").covered


def test_a_changed_source_is_told_with_the_first_difference(bundle):
    def change(rows):
        tables = next(row for row in rows if row.get("path") == "project:envs/prod/tables.json")
        tables["text"] = '["orders"]'
        tables.update(bytes=10, sha256=manifest.digest(b'["orders"]'))

    changed(bundle, change)
    told = {report.name: report for report in replay(bundle).reports}
    report = told["report.json"]
    assert not report.same
    assert (report.where, report.was != report.now) == ("verdict.headline", True)
    assert not told["report.html"].same
    assert told["report.html"].where.startswith("line ")


def test_a_changed_report_is_refused(bundle):
    (bundle / "report.json").write_bytes(b"{}")
    with pytest.raises(BundleError, match="not the one that the manifest names"):
        replay(bundle)


@pytest.mark.parametrize(
    "path", ["project:../../out.tf", "project:/../../out.tf", "rules:../out.yaml", "project:", "x"]
)
def test_sources_that_lead_out_of_the_folder_are_refused(bundle, path):
    def change(rows):
        rows[-1].update(path=path, text="x", bytes=1, sha256=manifest.digest(b"x"), covered=False)

    changed(bundle, change)
    with pytest.raises(AuditorError):
        replay(bundle)


@pytest.mark.parametrize(
    "change", [lambda rows: rows.pop(0), lambda rows: rows[0].update(asked={}), lambda rows: rows.clear()]
)
def test_sources_that_are_none_are_refused(bundle, change):
    changed(bundle, change)
    with pytest.raises(AuditorError):
        replay(bundle)


def test_a_bundle_without_sources(tmp_path):
    files = {"report.json": b"{}"}
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "report.json").write_bytes(b"{}")
    (folder / manifest.NAME).write_bytes(manifest.encode({"id": "r"}, files, {}))
    with pytest.raises(BundleError, match="does not hold its sources"):
        replay(folder)


def test_another_version_is_named(bundle, monkeypatch):
    monkeypatch.setattr("auditor.pipeline.__version__", "9.9.9")
    done = replay(bundle)
    assert done.tool.startswith("auditor ")
    assert {report.where for report in done.reports if report.name == "report.json"} == {"run.tool.version"}
