"""Signatures: what one key signed its public half verifies, and nothing else does; every unusable key is told."""

import builtins

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from auditor import signature
from auditor.model.errors import BundleError


def files(folder, key, locked=None):
    encryption = serialization.BestAvailableEncryption(locked) if locked else serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "key.pem").write_bytes(private)
    (folder / "key.pub").write_bytes(public)
    return folder / "key.pem", folder / "key.pub"


def test_a_signature_is_verified_by_the_public_half(tmp_path):
    private, public = files(tmp_path, Ed25519PrivateKey.generate())
    signer = signature.signer(private)
    made = signer.sign(b"manifest")
    assert len(made) == signature.LENGTH
    assert signature.verified(public, b"manifest", made) == signer.key
    assert signature.verified(public, b"manifesT", made) is None
    assert signature.verified(public, b"manifest", made[:-1] + bytes([made[-1] ^ 1])) is None
    assert signature.verified(public, b"manifest", b"") is None


def test_unusable_keys_are_told(tmp_path):
    private, public = files(tmp_path, Ed25519PrivateKey.generate(), locked=b"passphrase")
    with pytest.raises(BundleError, match="is encrypted"):
        signature.signer(private)
    with pytest.raises(BundleError, match="no private key"):
        signature.signer(public)
    with pytest.raises(BundleError, match="can't be read"):
        signature.signer(tmp_path / "none")
    private, public = files(tmp_path, X25519PrivateKey.generate())
    with pytest.raises(BundleError, match="another kind"):
        signature.signer(private)
    with pytest.raises(BundleError, match="another kind"):
        signature.verified(public, b"", b"")


def test_without_the_library_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def refuse(name, *arguments):
        if name == "cryptography":
            raise ImportError(name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(BundleError) as raised:
        signature.demand_library()
    assert raised.value.hint == "pip install 'dynamodb-auditor[sign]'"
