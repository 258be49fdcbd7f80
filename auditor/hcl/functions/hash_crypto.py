"""Functions of hashes, identifiers and cryptography."""

from __future__ import annotations

import binascii
import hashlib
import re
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Final

from auditor.hcl import values
from auditor.hcl.errors import FunctionError
from auditor.hcl.functions.specification import Family, Parameter, Surroundings, whole
from auditor.hcl.numbers import Number
from auditor.hcl.types import NUMBER, STRING
from auditor.hcl.values import Undecided, Value
from auditor.model.values import Unknown

FAMILY: Final = Family()
_function = FAMILY.function

_STR: Final = Parameter("str", STRING)
_NAMESPACES: Final = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_UUID_LENGTH: Final = 36
_DEFAULT_COST, _LOWEST_COST, _HIGHEST_COST = 10, 4, 31
_BCRYPT_LENGTH: Final = 60


def _register_hash(name: str, algorithm: str, written: Callable[[bytes], str]) -> None:
    @_function(name, _STR, result=STRING)
    def _hash(text: str) -> str:
        return written(hashlib.new(algorithm, text.encode(), usedforsecurity=False).digest())


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode()


for _name, _algorithm, _written in (
    ("md5", "md5", bytes.hex),
    ("sha1", "sha1", bytes.hex),
    ("sha256", "sha256", bytes.hex),
    ("sha512", "sha512", bytes.hex),
    ("base64sha256", "sha256", _base64),
    ("base64sha512", "sha512", _base64),
):
    _register_hash(_name, _algorithm, _written)


@_function("uuid", result=STRING, surroundings=True)
def _uuid(surroundings: Surroundings) -> Value:
    if surroundings.random is None:
        cause = values.not_evaluable("uuid() is different in each run")
        return _drawn(cause, _UUID_LENGTH)
    # Terraform takes the bytes as they come: neither version nor variant is set in them.
    return values.string(str(uuid.UUID(bytes=surroundings.random(16))))


@_function("uuidv5", Parameter("namespace", STRING), Parameter("name", STRING), result=STRING)
def _uuidv5(namespace: str, name: str) -> str:
    if namespace in _NAMESPACES:
        return str(uuid.uuid5(_NAMESPACES[namespace], name))
    if len(namespace) != _UUID_LENGTH:
        reason = f"invalid UUID length: {len(namespace.encode())}"
    elif _UUID.fullmatch(namespace) is None:
        reason = "invalid UUID format"
    else:
        return str(uuid.uuid5(uuid.UUID(namespace), name))
    raise FunctionError(f"uuidv5() doesn't support namespace {namespace} ({reason})")


@_function("bcrypt", _STR, variadic=Parameter("cost", NUMBER), result=STRING)
def _bcrypt(text: str, *given: Number) -> Value:
    if len(given) > 1:
        raise FunctionError("bcrypt() takes no more than two arguments")
    cost = whole(given[0]) if given else _DEFAULT_COST
    # A cost below the lowest is raised to the default.
    cost = _DEFAULT_COST if cost < _LOWEST_COST else cost
    failure = "error occured generating password"
    if cost > _HIGHEST_COST:
        allowed = f"({_LOWEST_COST},{_HIGHEST_COST})"
        raise FunctionError(f"{failure} crypto/bcrypt: cost {cost} is outside allowed range {allowed}")
    if len(text.encode()) > 72:  # noqa: PLR2004 - bytes that bcrypt takes in
        raise FunctionError(f"{failure} bcrypt: password length exceeds 72 bytes")
    cause = values.not_evaluable("bcrypt() takes a new salt in each run")
    return _drawn(cause, _BCRYPT_LENGTH, prefix=f"$2a${cost:02}$")


def _drawn(cause: Unknown, length: int, prefix: str = "") -> Value:
    """A random text of which only the length and the start are certain, and that no other one is like it."""
    return Value(Undecided(cause, not_null=True, prefix=prefix, minimum=length, maximum=length, draw=object()), STRING)


@_function("rsadecrypt", Parameter("ciphertext", STRING), Parameter("privatekey", STRING), result=STRING)
def _rsadecrypt(ciphertext: str, private_key: str) -> Value:
    try:
        b64decode(ciphertext, validate=True)
    except binascii.Error as error:
        complaint = f'failed to decode input "{ciphertext}": cipher text must be base64-encoded'
        raise FunctionError(complaint, "ciphertext") from error
    if "-----BEGIN " not in private_key:
        raise FunctionError("invalid private key: ssh: no key found", "privatekey")
    cause = values.not_evaluable("rsadecrypt() is not evaluated: what it yields is a secret")
    return values.unknown(STRING, cause, not_null=True)
