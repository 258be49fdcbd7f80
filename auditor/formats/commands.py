"""Commands for a shell: what puts AWS back to what the code says. Told, never run; every word is quoted.

A call's input is one JSON text, in which nothing is taken for a file, a URL or an option; it is ASCII throughout.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from typing import Final

from auditor.model.calls import Call
from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality

_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_APPLIED: Final = frozenset({(Existence.BOTH, Plan.UPDATE), (Existence.MISSING, Plan.CREATE)})
"""What an apply of one resource puts back in its place: no replacement, nothing beside what is as good as deleted."""


def aws_cli(call: Call, region: str) -> str:
    """The AWS CLI command of a call."""
    service, _, operation = call.api.partition(":")
    told = json.dumps(call.input, separators=(", ", ": "))
    command = ("aws", service, _WORDS.sub("-", operation).lower(), "--region", region, "--cli-input-json", told)
    return shlex.join(command)


def adopt(environment: str, comparison: Comparison, drift: Drift | None = None) -> str:
    """The command that looks for the edit by which code takes over a drift, or an unmanaged resource."""
    name = comparison.identity.name if drift is None else comparison.address
    words = ("audit", "adopt", "--env", environment, str(name), *((drift.path,) if drift is not None else ()))
    wanted = comparison.existence is Existence.UNMANAGED if drift is None else _adoptable(drift)
    return shlex.join(words) if wanted and words[4][:1] != "-" and all(map(str.isprintable, words)) else ""


def _adoptable(drift: Drift) -> bool:
    differs = drift.reality in (Reality.DIFFERENT, Reality.UNDECLARED)
    return differs and bool(drift.path) and not drift.declared.sensitive and not drift.live.sensitive


def terraform(comparison: Comparison, apply: Sequence[str]) -> str:
    """The Terraform command that gives a resource what the code says; empty where none would in its place."""
    address = comparison.address
    if not apply or not address.isprintable() or (comparison.existence, comparison.plan) not in _APPLIED:
        return ""
    return shlex.join((*apply, f"-target={address}"))
