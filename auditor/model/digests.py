"""Digests of lists of texts, by which findings and causes are known from audit to audit."""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hashlib import _Hash

_quoted: Final = encode_basestring_ascii


def digest(*texts: str) -> str:
    """sha256 of a JSON list of texts, written here: `json.dumps` makes an encoder for each call."""
    return hashlib.sha256(f"[{', '.join(map(_quoted, texts))}]".encode()).hexdigest()


def fingerprint(rule: str, environment: str, identity: str, path: str) -> str:
    """The digest by which a finding is known; it does not depend on code or on the message."""
    return continued(begun(rule, environment), identity, path)


def begun(rule: str, environment: str) -> _Hash:
    """The start of the fingerprints of a rule in an environment, which differ in their ends alone."""
    return hashlib.sha256(f"[{_quoted(rule)}, {_quoted(environment)}, ".encode())


def continued(start: _Hash, identity: str, path: str) -> str:
    """A fingerprint with this start."""
    whole = start.copy()
    whole.update(f"{_quoted(identity)}, {_quoted(path)}]".encode())
    return whole.hexdigest()
