"""From outcome to bundle: what is sensitive is covered in the snapshot, and equal stays equal."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auditor import bundle, manifest, pipeline, reading, reporting
from auditor.aws import snapshot
from auditor.formats import formats
from auditor.hcl import sensitive_texts
from auditor.inputs import Inputs
from auditor.settings import load


@pytest.fixture(scope="module")
def outcome(root):
    settings = load(root, {})
    recorded = root / "tests" / "fixtures" / "estate" / "prod-snapshot.jsonl.gz"
    inputs = Inputs(now=datetime.now(UTC), snapshot=recorded)
    return pipeline.audit(settings, settings.environment("prod"), inputs)


def made(outcome):
    document = reporting.document(outcome, fail_on="low", earlier=None)
    return document, reporting.artefacts(document, outcome, [formats()["json"]], earlier=None)


def test_the_manifest_names_every_artefact_rule_and_request(outcome):
    document, files = made(outcome)
    told = manifest.decode(files[manifest.NAME])
    assert {entry["name"] for entry in told["artefacts"]} == {"report.json", bundle.SNAPSHOT, bundle.SOURCES}
    assert told["inputs"] == document["evidence"]["files"]
    assert told["run"]["ruleset"]["tests"]["failed"] == []
    assert told["run"]["ruleset"]["tests"]["passed"] > 400
    assert len(told["rules"]) == told["run"]["ruleset"]["rules"]
    assert told["requests"]["dynamodb:DescribeContinuousBackups"]
    assert manifest.SIGNATURE not in files


def test_sensitive_texts_are_covered_in_the_snapshot_and_nothing_else_is(outcome):
    _, plain = made(outcome)
    _, files = made(replace(outcome, secrets=frozenset({"koneksi-prod-users"})))
    content = gzip.decompress(files[bundle.SNAPSHOT])
    assert b"koneksi-prod-orders" in content
    pages = [json.loads(line)["pages"] for line in content.splitlines()[1:]]
    assert "koneksi-prod-users" not in json.dumps(pages)
    assert "\N{FULL BLOCK}" * 18 in json.dumps(pages, ensure_ascii=False)
    assert snapshot.decode(files[bundle.SNAPSHOT]).context["covered"] is True
    assert "covered" not in snapshot.decode(plain[bundle.SNAPSHOT]).context


def test_what_an_interrupted_run_keeps_is_covered_as_well(outcome):
    files = reporting.partial(outcome.snapshot, frozenset({"koneksi-prod-users"}))
    whole = reporting.artefacts(
        reporting.document(outcome, fail_on="low", earlier=None),
        replace(outcome, secrets=frozenset({"koneksi-prod-users"})),
        [],
        earlier=None,
    )
    assert files[bundle.SNAPSHOT] == whole[bundle.SNAPSHOT]
    told = manifest.decode(files[manifest.NAME])
    assert (told["complete"], told["interrupted"]) == (False, True)
    assert [entry["name"] for entry in told["artefacts"]] == [bundle.SNAPSHOT]


def test_an_interrupted_run_covers_what_any_environment_marks_sensitive(outcome, tmp_path, monkeypatch):
    for name in ("prod", "uat"):
        (tmp_path / "envs" / name).mkdir(parents=True)
        (tmp_path / "envs" / name / "main.tf").write_text(
            'provider "aws" {\n  region = "eu-west-1"\n}\n'
            f'variable "it" {{\n  sensitive = true\n  default   = "text-of-{name}"\n}}\n'
        )

    def cut(_settings, here, *_, **__):
        raise reading.Interrupted(outcome.snapshot, sensitive_texts(here.code))

    monkeypatch.setattr(pipeline, "read", cut)
    settings = load(tmp_path, {})
    with pytest.raises(reading.Interrupted) as caught:
        pipeline.audit(settings, settings.environment("prod"), Inputs(now=datetime.now(UTC)))
    assert caught.value.secrets == {"text-of-prod", "text-of-uat"}
