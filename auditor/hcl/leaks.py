"""Secrets that stand in code as literals: only what its own form tells for certain, never a guess by entropy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from auditor.hcl.source import SourceFile


class _Form(NamedTuple):
    """What a kind of secret looks like; `begins` is a text that each one holds, which is quick to look for."""

    name: str
    begins: str
    pattern: re.Pattern[str]


_FORMS: Final = (
    *(
        _Form("access key of AWS", begins, re.compile(rf"(?<![A-Z0-9]){begins}[A-Z2-7]{{16}}(?![A-Z0-9])"))
        for begins in ("AKIA", "ASIA")
    ),
    _Form(
        "secret key of AWS",
        "secret",
        re.compile(r"""secret[a-z_]{0,40}"?[ \t]{0,80}[=:][ \t]{0,80}"[A-Za-z0-9/+]{40}\""""),
    ),
    _Form("private key", "PRIVATE KEY-----", re.compile(r"-----BEGIN (?:[A-Z]{1,20} ){0,3}PRIVATE KEY-----")),
    _Form("token of GitHub", "gh", re.compile(r"(?<![A-Za-z0-9])gh[opsur]_[A-Za-z0-9]{36}")),
    _Form("token of GitHub", "github_pat_", re.compile(r"(?<![A-Za-z0-9])github_pat_\w{22,90}")),
    _Form("token of GitLab", "glpat-", re.compile(r"(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20}")),
    _Form("token of Slack", "xox", re.compile(r"(?<![A-Za-z0-9])xox[abprs]-[0-9]{6,20}-[A-Za-z0-9-]{10,80}")),
    _Form("key of Stripe", "sk_live_", re.compile(r"(?<![A-Za-z0-9])sk_live_[A-Za-z0-9]{24,90}")),
)
_FOR_SHOW: Final = "EXAMPLE"
"""What the keys of AWS's documentation have in them."""
_SUFFIXES: Final = (".tf", ".tfvars", ".json")


def leaks(files: Iterable[SourceFile]) -> Iterator[str]:
    """Where secrets stand in code and values, as `PLACE: KIND`; comments count, for they are read as well.

    What the secret is, is told nowhere.
    """
    for file in files:
        if file.path.endswith(_SUFFIXES):
            found = [
                (match.start(), form.name)
                for form in _FORMS
                if form.begins in file.text
                for match in form.pattern.finditer(file.text)
                if _FOR_SHOW not in match[0]
            ]
            yield from (f"{file.range_at(offset)}: {name}" for offset, name in sorted(found))
