"""The manifest: sizes and digests of all artefacts, and names that can lead nowhere else."""

import json

import pytest

from auditor import manifest
from auditor.model.answers import Answer, Answers, Request, Scope, Snapshot
from auditor.model.errors import BundleError


def encoded(change=lambda document: None):
    document = json.loads(manifest.encode({"id": "r"}, {"report.json": b"{}"}, {}))
    change(document)
    return json.dumps(document).encode()


def test_names_size_and_digest_of_every_artefact():
    document = json.loads(manifest.encode({"id": "r"}, {"b": b"two", "a": b""}, {"complete": True}))
    assert document["artefacts"] == [
        {"name": "a", "bytes": 0, "sha256": manifest.digest(b"")},
        {"name": "b", "bytes": 3, "sha256": manifest.digest(b"two")},
    ]
    assert document["run"] == {"id": "r"}
    assert document["complete"] is True


def test_what_was_encoded_is_decoded():
    assert manifest.decode(encoded())["artefacts"][0]["name"] == "report.json"


@pytest.mark.parametrize(
    "name",
    ["../report.json", "/etc/passwd", "a/b", "..", ".", "", ".hidden", "a\0b", "a\\b", "manifest.json", "n" * 101, 7],
)
def test_a_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(BundleError, match="no manifest"):
        manifest.decode(encoded(lambda document: document["artefacts"][0].update(name=name)))


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["artefacts"].append(document["artefacts"][0]),
        lambda document: document["artefacts"][0].update(sha256="0"),
        lambda document: document["artefacts"][0].update(bytes="2"),
        lambda document: document["artefacts"].clear() or document.update(artefacts=7),
        lambda document: document.update(run=[]),
        lambda document: document.update(previous={"run": "r", "manifest": "../../x"}),
        lambda document: document.update(
            artefacts=[{"name": f"f{number}", "bytes": 0, "sha256": "0" * 64} for number in range(101)]
        ),
    ],
)
def test_a_malformed_one_is_refused(change):
    with pytest.raises(BundleError):
        manifest.decode(encoded(change))


@pytest.mark.parametrize("content", [b"", b"no", b"[]", b"[" * 100_000, b'{"schema": "auditor/manifest/v9"}', b"\xff"])
def test_something_else_is_refused(content):
    with pytest.raises(BundleError, match="no manifest"):
        manifest.decode(content)


def test_of_two_members_of_one_name_none_is_believed():
    content = encoded().replace(b'"run"', b'"run": {"id": "other"}, "run"', 1)
    with pytest.raises(BundleError, match="no manifest"):
        manifest.decode(content)


def test_request_ids_by_operation():
    asked = [Request.of("dynamodb:DescribeTable", TableName=name) for name in "ab"]
    answers = {request: Answer(request, request_id=f"id-{number}") for number, request in enumerate(asked)}
    nothing = Request.of("kms:ListAliases")
    answers[nothing] = Answer(nothing, ok=False)
    taken = Snapshot("1", "r", "aws", "arn", "prod", "", "", True, Scope("1", "r"), Answers(answers))
    assert manifest.requests(taken) == {"dynamodb:DescribeTable": ["id-0", "id-1"]}
