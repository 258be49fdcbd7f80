"""Sources: everything that decided, packed the same way each time, and unpacked nowhere but in its folder."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sample_bundles
from msgspec.structs import replace

from auditor import pipeline, sources
from auditor.inputs import Inputs, Variables
from auditor.masking import covering
from auditor.model.errors import SnapshotError
from auditor.settings import load


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    root = sample_bundles.project(tmp_path_factory.mktemp("sources"))
    settings = load(root, {})
    variables = Variables(environment={"TF_VAR_token": "secret-in-variable", "TF_VAR_other": "x", "HOME": "/home/me"})
    inputs = Inputs(now=datetime(2026, 1, 15, tzinfo=UTC), declared_only=True, variables=variables)
    return pipeline.audit(settings, settings.environment("prod"), inputs)


def rows(packed):
    return [json.loads(line) for line in gzip.decompress(packed).splitlines()]


def test_every_file_that_decided_is_there_and_listed(outcome):
    paths = [source.path for source in outcome.sources.files]
    assert paths == sorted(paths)
    assert set(paths) == {
        "audit.toml",
        *(f"envs/{name}/{file}" for name in ("prod", "uat") for file in ("main.tf", "tables.json")),
    }
    assert {"sec", "pol", "drift"} <= {source.path.split("/")[0] for source in outcome.sources.rules}
    listed = {each["path"]: each for each in outcome.audit.inputs}
    content = (outcome.sources.root / "audit.toml").read_bytes()
    assert listed["audit.toml"] == sources.Source(path="audit.toml", content=content).listed


def test_only_variables_of_the_code_are_kept(outcome):
    assert outcome.sources.asked["variables"]["environment"] == {"TF_VAR_token": "secret-in-variable"}


def test_the_same_sources_give_the_same_bytes_without_secrets(outcome):
    cover = covering(outcome.secrets)
    packed = sources.pack(outcome.sources, cover, None)
    assert packed == sources.pack(outcome.sources, cover, None)
    assert b"secret-in-variable" not in gzip.decompress(packed)
    assert all(len(row.get("sha256", "")) in (0, 64) for row in rows(packed))


def test_a_marked_and_a_binary_file_keep_their_bytes(outcome, tmp_path):
    kept = (
        sources.Source(path="marked.tf", content=b"\xef\xbb\xbflocals {}\r\n"),
        sources.Source(path="binary", content=b"\xff\x00\xfe"),
    )
    sources_ = replace(outcome.sources, files=(*outcome.sources.files, *kept), present=("there/empty",))
    sources.unpack(sources.pack(sources_, covering(()), None), tmp_path / "out")
    found = tmp_path / "out" / "project"
    assert [(found / source.path).read_bytes() for source in kept] == [source.content for source in kept]
    assert (found / "there" / "empty").read_bytes() == b""


def test_what_is_outside_of_the_project_keeps_the_whole_layout(outcome, tmp_path):
    outside = sources.Source(path="/etc/shared.tfvars", content=b"x = 1\n")
    packed = sources.pack(replace(outcome.sources, files=(*outcome.sources.files, outside)), covering(()), {"a": 1})
    restored = sources.unpack(packed, tmp_path / "out")
    layout = tmp_path / "out" / "layout"
    assert (layout / "etc" / "shared.tfvars").read_bytes() == b"x = 1\n"
    assert restored.settings.root == Path(f"{layout}{outcome.sources.root}")
    assert restored.variables.top == layout
    assert restored.earlier == {"a": 1}


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b""), gzip.compress(b"[]\n"), gzip.compress(b'{"schema": "x"}\n'), b"\x1f\x8b\x08"],
    ids=["empty", "no gzip", "no rows", "a list", "another schema", "cut"],
)
def test_something_else_is_refused(content, tmp_path):
    with pytest.raises(SnapshotError):
        sources.listed(content)
    with pytest.raises(SnapshotError):
        sources.unpack(content, tmp_path / "out")


def test_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(sources, "_LARGEST", 1_000)
    with pytest.raises(SnapshotError, match="more than 1,000 bytes"):
        sources.listed(gzip.compress(b" " * 10_000))


def test_a_file_that_is_named_twice_is_refused(outcome, tmp_path):
    packed = rows(sources.pack(outcome.sources, covering(()), None))
    lines = "".join(json.dumps(row) + "\n" for row in (*packed, packed[-1])).encode()
    with pytest.raises(SnapshotError, match="can't be unpacked"):
        sources.unpack(gzip.compress(lines), tmp_path / "out")
