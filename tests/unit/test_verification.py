"""Verification: what is whole is said to be whole, and every kind of tampering is found."""

import gzip
import json
import os
import shutil
import subprocess

import pytest
import sample_bundles
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from auditor import bundle, manifest, signature
from auditor.aws import snapshot
from auditor.model.errors import BundleError
from auditor.verification import State, verify


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Two private keys with their public halves."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("own", "other"):
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{name}.pem").write_bytes(private)
        public = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        (folder / f"{name}.pub").write_bytes(key.public_key().public_bytes(*public))
    return folder


@pytest.fixture
def nights(made, tmp_path):
    shutil.copytree(made[1][0].parent, tmp_path / "out")
    return sorted((tmp_path / "out").iterdir())


@pytest.fixture(scope="module")
def signed_once(made, keys, tmp_path_factory):
    folder = tmp_path_factory.mktemp("signed") / "bundle"
    sample_bundles.write(folder, made[0], signer=signature.signer(keys / "own.pem"))
    return folder


@pytest.fixture
def signed(signed_once, tmp_path):
    return shutil.copytree(signed_once, tmp_path / "signed" / "bundle")


def failed(folder, key=None):
    return {test.what: test.detail for test in verify(folder, key).tests if test.state is State.FAILED}


def of(folder, what, key=None):
    return next(test for test in verify(folder, key).tests if test.what == what)


def rewritten(folder, name, content):
    """A file changed together with its entry in the manifest: what a careful forger does."""
    (folder / name).write_bytes(content)

    def change(document):
        entry = next(entry for entry in document["artefacts"] if entry["name"] == name)
        entry.update(bytes=len(content), sha256=manifest.digest(content))

    sample_bundles.tampered(folder / manifest.NAME, change)


def test_a_whole_bundle_is_sound_and_says_what_it_does_not_prove(nights):
    found = verify(nights[-1])
    assert found.sound, found
    assert of(nights[-1], "chain").detail == "the manifests of all runs before are unchanged: 2"
    assert any("byte by byte" in line for line in found.proves)
    assert any("CloudTrail" in line for line in found.proves_not)
    assert any("who wrote it" in line for line in found.proves_not)


@pytest.mark.parametrize("name", ["report.html", "report.json", "sources.jsonl.gz"])
def test_a_changed_byte(nights, name):
    content = bytearray((nights[-1] / name).read_bytes())
    content[len(content) // 2] ^= 1
    (nights[-1] / name).write_bytes(content)
    assert failed(nights[-1]) == {name: "its bytes were changed: another sha256"}


def test_a_missing_file(nights):
    (nights[-1] / "report.html").unlink()
    assert failed(nights[-1]) == {"report.html": "it is missing"}


def test_a_further_file(nights):
    (nights[-1] / "report.pdf").write_text("")
    assert failed(nights[-1]) == {"report.pdf": "the manifest does not name it"}


def test_a_link_in_place_of_a_file(nights, tmp_path):
    shutil.move(nights[-1] / "report.html", tmp_path / "elsewhere")
    (nights[-1] / "report.html").symlink_to(tmp_path / "elsewhere")
    assert failed(nights[-1]) == {"report.html": "it is no regular file"}


def test_a_link_in_place_of_the_manifest(nights, tmp_path):
    shutil.move(nights[-1] / manifest.NAME, tmp_path / "elsewhere")
    (nights[-1] / manifest.NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="link"):
        verify(nights[-1])


def test_a_pipe_in_place_of_a_file(nights):
    (nights[-1] / "report.html").unlink()
    os.mkfifo(nights[-1] / "report.html")
    assert failed(nights[-1]) == {"report.html": "it is no regular file"}


def test_a_huge_file_is_not_read(nights):
    file = nights[-1] / "report.html"
    with file.open("r+b") as stream:
        stream.truncate(1 << 40)
    assert "1,099,511,627,776 bytes" in failed(nights[-1])["report.html"]


def test_a_path_out_of_the_folder(nights):
    sample_bundles.tampered(
        nights[-1] / manifest.NAME, lambda document: document["artefacts"][0].update(name="../../secret")
    )
    with pytest.raises(BundleError, match="no manifest"):
        verify(nights[-1])


def test_no_bundle_at_all(tmp_path):
    with pytest.raises(BundleError, match=r"manifest\.json can't be read"):
        verify(tmp_path)


def test_a_report_of_another_verdict(nights):
    report = json.loads((nights[-1] / "report.json").read_bytes())
    report["verdict"]["state"] = "pass"
    report["verdict"]["exit_code"] = 0
    rewritten(nights[-1], "report.json", json.dumps(report).encode())
    assert "state" in failed(nights[-1])["inside report.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"demonstration": True},
        {"previous": None},
        {"previous": {"run": "another", "manifest": "0" * 64}},
        {"verdict": {"state": "fail", "exit_code": 4, "fail_on": "never"}},
    ],
)
def test_a_manifest_that_tells_otherwise_than_its_report(nights, change):
    sample_bundles.tampered(nights[-1] / manifest.NAME, lambda document: document.update(change))
    assert "is not what the manifest says" in failed(nights[-1])["inside report.json"]


@pytest.mark.parametrize("name", ["demonstration", "previous", "numbers", "inputs"])
def test_a_manifest_that_lacks_what_its_report_tells(nights, name):
    sample_bundles.tampered(nights[-1] / manifest.NAME, lambda document: document.pop(name))
    assert not verify(nights[-1]).sound


@pytest.mark.parametrize("name", ["report.json", "sources.jsonl.gz"])
def test_a_file_that_is_gone_from_the_manifest_too(nights, name):
    def change(document):
        document["artefacts"] = [entry for entry in document["artefacts"] if entry["name"] != name]

    (nights[-1] / name).unlink()
    sample_bundles.tampered(nights[-1] / manifest.NAME, change)
    assert failed(nights[-1])[name] == "the manifest of a whole run names it, and this one does not"


def test_a_report_that_is_none(nights):
    rewritten(nights[-1], "report.json", b'{"schema": "auditor/report/v1"}')
    assert "malformed" in failed(nights[-1])["inside report.json"]


def test_another_source_than_the_manifest_lists(nights):
    packed = gzip.decompress((nights[-1] / "sources.jsonl.gz").read_bytes())
    rows = [json.loads(line) for line in packed.splitlines()]
    tables = next(row for row in rows if row.get("path") == "project:envs/prod/tables.json")
    tables["text"] = '["users", "orders"]'
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    rewritten(nights[-1], "sources.jsonl.gz", gzip.compress(lines))
    assert "another project:envs/prod/tables.json" in failed(nights[-1])["inside sources.jsonl.gz"]
    tables.update(bytes=19, sha256=manifest.digest(b'["users", "orders"]'))
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    rewritten(nights[-1], "sources.jsonl.gz", gzip.compress(lines))
    assert "files is not what the manifest says" in failed(nights[-1])["inside sources.jsonl.gz"]


def test_a_broken_chain(nights):
    sample_bundles.tampered(nights[0] / manifest.NAME, lambda document: document.update(complete=True))
    assert "was changed since" in failed(nights[-1])["chain"]


def test_a_chain_that_ends_elsewhere(nights):
    shutil.rmtree(nights[0])
    assert of(nights[1], "chain").state is State.OPEN
    assert "is not here; its manifest has sha256" in of(nights[1], "chain").detail
    assert "earlier manifests that are unchanged: 1" in of(nights[2], "chain").detail


def test_a_signed_bundle(signed, keys):
    found = verify(signed, keys / "own.pub")
    assert found.sound, found
    assert of(signed, "signature", keys / "own.pub").state is State.OK
    assert not any("who wrote it" in line for line in found.proves_not)
    assert any(line.startswith("signature: the manifest was signed by") for line in found.proves)


def test_a_signature_needs_a_key_to_prove_anything(signed):
    assert of(signed, "signature").state is State.OPEN
    assert any("who wrote it" in line for line in verify(signed).proves_not)


def test_the_key_of_somebody_else(signed, keys):
    assert "did not make" in failed(signed, keys / "other.pub")["signature"]


def test_a_swapped_signature(signed, keys):
    other = signature.signer(keys / "own.pem").sign(b"another manifest")
    (signed / manifest.SIGNATURE).write_bytes(other)
    assert "did not make" in failed(signed, keys / "own.pub")["signature"]


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 65, b"x" * 10_000])
def test_a_signature_of_another_length(signed, keys, content):
    (signed / manifest.SIGNATURE).write_bytes(content)
    assert "signature" in failed(signed, keys / "own.pub")


def test_signed_anew_by_somebody_else(signed, keys):
    forger = signature.signer(keys / "other.pem")
    (signed / manifest.SIGNATURE).write_bytes(forger.sign((signed / manifest.NAME).read_bytes()))
    assert "names another key" in failed(signed, keys / "other.pub")["signature"]
    assert "did not make" in failed(signed, keys / "own.pub")["signature"]


def test_a_removed_signature(signed, keys):
    (signed / manifest.SIGNATURE).unlink()
    assert "there is no signature" in failed(signed)["signature"]
    sample_bundles.tampered(signed / manifest.NAME, lambda document: document.update(signature=None))
    assert "not signed" in failed(signed, keys / "own.pub")["signature"]


def test_a_signature_beside_an_unsigned_manifest(nights):
    (nights[-1] / manifest.SIGNATURE).write_bytes(b"x" * 64)
    assert "says that it is not signed" in failed(nights[-1])["signature"]


@pytest.mark.parametrize("content", ["", "no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_an_unusable_key(signed, tmp_path, content):
    (tmp_path / "key.pub").write_text(content)
    with pytest.raises(BundleError, match="no public key"):
        verify(signed, tmp_path / "key.pub")


def test_the_snapshot_of_another_account(root, tmp_path):
    recorded = root / "tests" / "fixtures" / "estate" / "prod-snapshot.jsonl.gz"
    folder = tmp_path / "bundle"
    sample_bundles.write(folder, root, snapshot=recorded)
    assert verify(folder).sound
    whole = json.loads((folder / manifest.NAME).read_bytes())
    sample_bundles.tampered(folder / manifest.NAME, lambda document: document.pop("requests"))
    assert "inside snapshot.jsonl.gz" in failed(folder)
    sample_bundles.tampered(folder / manifest.NAME, lambda document: document.update(whole))
    other = replace(snapshot.read(recorded), account="999999999999")
    rewritten(folder, bundle.SNAPSHOT, snapshot.encode(other))
    assert "account" in failed(folder)["inside snapshot.jsonl.gz"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_alone_verifies(signed, keys, root):
    """The command of the documentation, as it stands there."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    (line,) = [line for line in readme.splitlines() if line.startswith("$ openssl pkeyutl -verify ")]
    command = line.removeprefix("$ ").split()
    command = [part.replace("key.pub", str(keys / "own.pub")) for part in command]
    done = subprocess.run(command, cwd=signed, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Signature Verified Successfully\n"), done.stderr
    with (signed / manifest.NAME).open("ab") as stream:
        stream.write(b"\n")
    done = subprocess.run(command, cwd=signed, capture_output=True, text=True, check=False)
    assert done.returncode == 1
