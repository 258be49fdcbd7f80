import gzip
import json

import pytest
from fakeaws.kind import kind
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auditor.aws import snapshot
from auditor.live import read
from auditor.model.answers import Answer, Answers, Request, Scope, Snapshot
from auditor.model.errors import SnapshotError
from auditor.model.values import Reason

SCOPE = Scope(
    account="123456789012",
    region="ap-southeast-1",
    declared={"aws_dynamodb_table": ("a", "b")},
    patterns=("x-*",),
    environment="prod",
    wanted=frozenset({"kms:GetKeyPolicy"}),
)


def saved(answers=(), **changes):
    whole = Snapshot(
        account="123456789012",
        region="ap-southeast-1",
        partition="aws",
        caller="arn:aws:sts::123456789012:assumed-role/auditor/x",
        environment="prod",
        started="2026-01-01T00:00:00.000Z",
        finished="2026-01-01T00:00:01.000Z",
        complete=True,
        scope=SCOPE,
        answers=Answers({answer.request: answer for answer in answers}),
        tool="auditor 1",
        context={"run": "7", "api": [{"api": "kms:DescribeKey", "calls": 1}]},
    )
    return replace(whole, **changes)


def test_a_reading_comes_back_as_it_was(aws, reader):
    taken = read([kind()], SCOPE, reader)
    data = snapshot.encode(taken)
    assert snapshot.decode(data) == taken
    assert snapshot.encode(snapshot.decode(data)) == data


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
PARAM = st.text() | st.integers() | st.booleans() | st.lists(st.text()).map(tuple)


@given(
    st.builds(
        Answer,
        st.builds(
            lambda api, region, params: Request.of(api, region, **params),
            st.text(),
            st.text(),
            st.dictionaries(st.from_regex(r"[A-Z][a-z]{1,5}", fullmatch=True), PARAM, max_size=2),
        ),
        st.lists(st.dictionaries(st.text(), PLAIN, max_size=3), max_size=2).map(tuple),
        ok=st.booleans(),
        code=st.text(),
        reason=st.none() | st.sampled_from(Reason),
        detail=st.text(),
        attempts=st.integers(0, 9),
    )
)
def test_any_answer_comes_back_as_it_was(answer):
    assert list(snapshot.decode(snapshot.encode(saved([answer]))).answers) == [answer]


def test_the_order_of_reading_does_not_change_the_bytes():
    requests = [Request.of("a:A", X="1,Y=2"), Request.of("a:A", X="1", Y="2"), Request.of("a:A", X=1, Y=2)]
    answers = [Answer(request, ({"n": n},)) for n, request in enumerate(requests)]
    assert snapshot.encode(saved(answers)) == snapshot.encode(saved(reversed(answers)))


def test_what_is_redacted_is_not_in_the_file():
    secret = Answer(Request.of("kms:GetKeyPolicy", KeyId="k"), ({"Policy": "secret"},))
    data = snapshot.encode(saved([secret]), redact=lambda answer: replace(answer, pages=({"Policy": "(redacted)"},)))
    assert b"secret" not in gzip.decompress(data)
    assert next(iter(snapshot.decode(data).answers)).pages == ({"Policy": "(redacted)"},)


def test_read_wants_the_environment_that_was_asked_for(tmp_path):
    path = tmp_path / "s.jsonl.gz"
    path.write_bytes(snapshot.encode(saved()))
    assert snapshot.read(path, "prod") == snapshot.read(path) == saved()
    with pytest.raises(SnapshotError, match="another environment") as caught:
        snapshot.read(path, "uat")
    assert caught.value.facts == (("want", "uat"), ("have", "prod"))
    assert caught.value.hint == "give --env prod"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SnapshotError, match="can't read the snapshot"):
        snapshot.read(tmp_path / "none")


def test_a_file_that_is_no_gzip():
    with pytest.raises(SnapshotError, match="is not a snapshot"):
        snapshot.decode(b"plain text")


def test_a_file_that_ends_early():
    data = snapshot.encode(saved([Answer(Request.of("a"), ({"x": "y" * 999},))]))
    with pytest.raises(SnapshotError, match="cut short"):
        snapshot.decode(data[: len(data) // 2])


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"no json\n", b"\xff\n", b"[" * 100_000])
def test_a_gzip_file_of_something_else(content):
    with pytest.raises(SnapshotError, match="is not a snapshot"):
        snapshot.decode(gzip.compress(content))


def changed(change, answers=(), tail=b""):
    header, _, lines = gzip.decompress(snapshot.encode(saved(answers))).partition(b"\n")
    return gzip.compress(json.dumps(json.loads(header) | change).encode() + b"\n" + lines + tail)


def test_a_file_of_another_format():
    with pytest.raises(SnapshotError, match="another format") as caught:
        snapshot.decode(changed({"format": 2}))
    assert ("have", "format 2, written by auditor 1") in caught.value.facts


def test_a_file_that_was_changed():
    with pytest.raises(SnapshotError, match="was changed"):
        snapshot.decode(changed({}, tail=b"{}\n"))


@pytest.mark.parametrize("change", [{"scope": None}, {"scope": {}}, {"scope": {"declared": 1}}])
def test_a_header_that_lacks_something(change):
    with pytest.raises(SnapshotError, match="not a snapshot of this format"):
        snapshot.decode(changed(change))


def test_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(snapshot, "_LARGEST", 1000)
    with pytest.raises(SnapshotError, match="too large"):
        snapshot.decode(gzip.compress(b"0" * 100_000))
