"""Ed25519 signatures over a manifest: detached, 64 raw bytes, so that `openssl pkeyutl -verify` alone verifies them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from auditor.model.errors import BundleError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LENGTH: Final = 64
_LARGEST_KEY: Final = 10_000
_MAKE: Final = "openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out key.pub"


class Signer(Struct, frozen=True):
    """A private key, and the digest of its public half that a manifest names."""

    _key: Ed25519PrivateKey
    key: str

    def sign(self, content: bytes) -> bytes:
        """The signature of some bytes."""
        return self._key.sign(content)


def signer(file: Path) -> Signer:
    """The signer with the private key of a PEM file; BundleError where it can't be used."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - an extra

    content = _read(file)
    try:
        key = load_pem_private_key(content, None)
    except TypeError as error:
        hint = "give a key without a passphrase, kept by the job's secret store"
        raise BundleError(f"{file} is encrypted", hint=hint) from error
    except ValueError as error:
        raise BundleError(f"{file} holds no private key", detail="it must be PEM", hint=_MAKE) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(f"{file} holds a key of another kind than Ed25519", hint=_MAKE)
    return Signer(key, _digest(key.public_key()))


def verified(file: Path, content: bytes, signature: bytes) -> str | None:
    """The digest of the public key in a PEM file if it verifies the signature, else None; BundleError without a key."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - an extra

    try:
        key = load_pem_public_key(_read(file))
    except ValueError as error:
        raise BundleError(f"{file} holds no public key", detail="it must be PEM", hint=_MAKE) from error
    if not isinstance(key, Ed25519PublicKey):
        raise BundleError(f"{file} holds a key of another kind than Ed25519", hint=_MAKE)
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return None
    return _digest(key)


def demand_library() -> None:
    """BundleError where the extra `sign` is not installed."""
    try:
        import cryptography  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise BundleError(
            "signing needs a library that is not installed", hint="pip install 'dynamodb-auditor[sign]'"
        ) from error


def _digest(key: Ed25519PublicKey) -> str:
    """The sha256 of a public key in DER, as `openssl pkey -pubin -outform DER | sha256sum` prints it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - an extra

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _read(file: Path) -> bytes:
    try:
        if file.exists() and not file.is_file():
            raise BundleError(f"the key {file} is no regular file", hint=_MAKE)
        with file.open("rb") as stream:
            return stream.read(_LARGEST_KEY)
    except OSError as error:
        raise BundleError(f"the key {file} can't be read: {error.strerror}", hint=_MAKE) from error
