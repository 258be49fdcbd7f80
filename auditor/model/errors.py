"""The errors an audit can end with, as one tree.

    AuditorError                what, where, the line, what to do
    ├─ SettingsError            audit.toml, options, unknown environment
    ├─ SourceError              Terraform code: all that was found, shown together
    │  ├─ HclSyntaxError
    │  ├─ MissingModule
    │  └─ InvalidVariables
    ├─ RuleError                rules and waivers
    │  ├─ InvalidRule
    │  ├─ DuplicateRule
    │  └─ InvalidWaiver
    ├─ AccessError              AWS could not be asked at all
    │  ├─ NoCredentials
    │  ├─ WrongAccount
    │  └─ Unreachable
    ├─ SnapshotError            unreadable, other schema, other environment
    ├─ BundleError              no bundle, changed since it was written, signature or key unusable
    └─ ReportError              can't render, can't write

A single failed API call is not an error but an Unknown. Anything else that is raised is a defect of the auditor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from auditor.model.facts import SourceRange


class AuditorError(Exception):
    """A reason why the audit could not be done, told in one go."""

    def __init__(
        self,
        summary: str,
        *,
        detail: str = "",
        subject: SourceRange | None = None,
        line: str = "",
        hint: str = "",
        facts: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Give the summary (one clause), where it is (`subject` and the text of that `line`), and what to do.

        `facts` are labelled lines, as ("want", "111122223333").
        """
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.subject = subject
        self.line = line
        self.hint = hint
        self.facts = tuple(facts)

    def __str__(self) -> str:
        return f"{self.subject}: {self.summary}" if self.subject else self.summary


class SettingsError(AuditorError):
    """Options, environment variables or audit.toml are not usable."""

    setting: tuple[str, ...] = ()
    """The keys of audit.toml that lead to it, where its place is not told yet."""

    def at(self, *setting: str) -> Self:
        """The same error, about this setting."""
        self.setting = setting
        return self


class SourceError(AuditorError):
    """The Terraform code can't be read; `others` are the further complaints found in the same reading."""

    others: tuple[AuditorError, ...] = ()


class HclSyntaxError(SourceError):
    """A file is not valid HCL or JSON syntax."""


class MissingModule(SourceError):
    """A module's source is not on disk."""


class InvalidVariables(SourceError):
    """A variable's value does not fit its declaration, or a required one is missing."""


class RuleError(AuditorError):
    """Rules or waivers can't be used."""


class InvalidRule(RuleError):
    """A rule file is malformed."""


class DuplicateRule(RuleError):
    """Two rule files carry one id."""


class InvalidWaiver(RuleError):
    """A waiver is malformed."""


class AccessError(AuditorError):
    """AWS could not be asked at all."""


class NoCredentials(AccessError):
    """There are no usable credentials."""


class WrongAccount(AccessError):
    """The credentials are for another account than the environment's."""


class Unreachable(AccessError):
    """The endpoint does not answer."""


class SnapshotError(AuditorError):
    """A snapshot or bundle can't be read."""


class BundleError(AuditorError):
    """A bundle, its signature or a key can't be used."""


class ReportError(AuditorError):
    """A report can't be rendered or written."""
