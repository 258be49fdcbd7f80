"""Rules applied to subjects: results, findings, causes, waivers and the whole audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field

from auditor.model.digests import digest
from auditor.model.drift import Comparison
from auditor.model.facts import Fact, Facts, SourceRange, Written
from auditor.model.values import Reason, Unknown, unknowns


class Status(StrEnum):
    """The one outcome of a rule on a subject."""

    PASS = "pass"  # noqa: S105 - a status, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    ERROR = "error"
    """A defect of a rule or of the auditor; the run is incomplete."""


LETTERS: Mapping[Status, str] = {
    Status.PASS: "p",
    Status.FAIL: "f",
    Status.UNKNOWN: "u",
    Status.NOT_APPLICABLE: "n",
    Status.ERROR: "e",
}
"""One letter a status, in the strings that hold a rule's results."""


class Severity(StrEnum):
    """How much a fail matters; `info` never counts for the exit code."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return _RANK[self]


_RANK: Final = MappingProxyType({severity: rank for rank, severity in enumerate(Severity)})


class Subject(Struct, frozen=True):
    """What a rule judges: a table, a key, an alarm, the environment, the run..., with its facts by path."""

    type: str
    """Subject type, as `table`."""
    name: str
    """What a reader calls it, as `koneksi-prod-users`."""
    identity: str
    """Stable across runs: the ARN, or `account/region/name`."""
    facts: Facts
    """By path of the type's fact catalogue; a path the catalogue has and this mapping lacks is a defect."""
    address: str = ""
    place: SourceRange | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    comparison: Comparison | None = None
    """Both sides of the subject, where it is a resource; rules about drift select its drifts."""


class Waiver(Struct, frozen=True):
    """An accepted fail, with owner and end."""

    id: str
    rule: str
    """Rule id or glob."""
    subject: str
    """Glob over the subject's name, address or identity, or over `finding/` and the finding's id."""
    reason: str
    owner: str
    expires: str
    """Date, YYYY-MM-DD; the last day on which it holds."""
    path: str = ""
    """Glob over the attribute path; empty: all."""
    ticket: str = ""
    approver: str = ""
    created: str = ""
    place: SourceRange | None = None


class Evidence(Struct, frozen=True, gc=False):
    """One fact a finding rests on."""

    path: str
    fact: Fact
    expected: str = ""
    """In words of the rule, as `equals ENABLED`."""


class Finding(Struct, frozen=True, eq=False):
    """A result that is not a pass: fail, unknown or error."""

    rule: str
    about: Subject
    status: Status
    severity: Severity
    path: str
    """The attribute at fault, keyed; empty where it is the subject as a whole."""
    evidence: tuple[Evidence, ...]
    """Never empty."""
    fingerprint: str
    words: Callable[[Finding], str]
    """What makes the message, which only formats look at."""
    waiver: str = ""
    """Id of the waiver that covers it."""
    waived: bool = False
    """True while that waiver is valid."""

    @property
    def message(self) -> str:
        """What is wrong, in a sentence or two."""
        return self.words(self)

    @property
    def subject_type(self) -> str:
        """As `table`."""
        return self.about.type

    @property
    def subject(self) -> str:
        """What a reader calls the subject."""
        return self.about.name

    @property
    def identity(self) -> str:
        """The subject's; empty where AWS knows none yet."""
        return self.about.identity

    @property
    def address(self) -> str:
        """The subject's in code."""
        return self.about.address

    @property
    def place(self) -> SourceRange | None:
        """Where the code decides the first written fact, else where the subject stands in code; None: not in code."""
        if self.status is Status.ERROR:
            return None
        origins = (one.fact.origin for one in self.evidence)
        written = (origin.deciding for origin in origins if isinstance(origin, Written) and origin.chain)
        return next(written, self.about.place)

    @property
    def causes(self) -> tuple[Unknown, ...]:
        """Why it is unknown: the unknown parts of the evidence, each once; none of a fail."""
        if self.status is Status.FAIL:
            return ()
        found = dict.fromkeys(cause for one in self.evidence for cause in unknowns(one.fact.value))
        undecided = f"{self.evidence[0].path} has a value that can't be decided"
        return tuple(found) or (Unknown(Reason.NOT_SUPPORTED, undecided),)


class RuleResults(Struct, frozen=True):
    """A rule's results over the ordered subjects of its type."""

    rule: str
    subject_type: str
    statuses: str
    """One letter (LETTERS) for each subject, in the order of `Audit.subjects` of this type."""


class Cause(Struct, frozen=True):
    """Findings that share identity and path: one thing that happened, with everything it broke."""

    path: str
    findings: tuple[Finding, ...]
    """Worst first; never empty."""

    @property
    def id(self) -> str:
        """What it is known by from audit to audit."""
        return digest(self.worst.identity or self.worst.address, self.path)[:16]

    @property
    def worst(self) -> Finding:
        """The finding that names it."""
        return self.findings[0]


class RuleText(Struct, frozen=True):
    """What a report says about a rule."""

    id: str
    title: str
    family: str
    subject: str
    severity: Severity
    why: str
    tested: str
    remediation: Mapping[str, str]
    """By tool: `terraform`, `aws_cli`."""
    frameworks: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Framework -> basis (`sourced`, `judgement`) -> ids."""
    references: tuple[str, ...]
    parameters: Mapping[str, Any]
    """As in force for this environment."""
    enabled: bool
    reason: str = ""
    """Why it is not enabled here."""
    digest: str = ""
    """sha256 of the rule file."""
    counts: bool = True
    """False: its findings tell about completeness and never count for the exit code."""


class Unread(Struct, frozen=True):
    """Something that was to be read and was not."""

    what: str
    where: tuple[str, ...]
    why: str
    effect: str
    fix: str
    api: str = ""
    code: str = ""
    action: str = ""
    """The IAM action to grant, where AWS denied it."""


class Audit(Struct, frozen=True):
    """One audit of one environment, whole: the JSON report is made of this and nothing else."""

    environment: str
    tier: str
    run: Mapping[str, Any]
    """id, project, account, account_source, region, caller, started, finished, command, tool, git, endpoint..."""
    comparisons: tuple[Comparison, ...]
    subjects: Mapping[str, tuple[Subject, ...]]
    """Ordered subjects by type."""
    rules: tuple[RuleText, ...]
    results: tuple[RuleResults, ...]
    findings: tuple[Finding, ...]
    """Ordered: severity, fail before unknown, rule, subject."""
    causes: tuple[Cause, ...]
    waivers: tuple[tuple[Waiver, str], ...]
    """Each with its state: valid, expires_soon, expired, unmatched."""
    population: Mapping[str, Any]
    """declared, live, both, missing, unmanaged, undetermined, excluded[], list_pages..., by kind."""
    coverage: tuple[Unread, ...]
    not_examined: tuple[tuple[str, str], ...]
    """Declared addresses of kinds the auditor does not read, with the reason."""
    api: tuple[Mapping[str, Any], ...]
    """Calls by API: calls, ok, denied, throttled, failed."""
    inputs: tuple[Mapping[str, Any], ...]
    """Every source file: path, bytes, sha256."""
    diagnostics: tuple[str, ...]
    """Warnings of the reading of code."""
    second_reader: Mapping[str, Any]
    """Evidence only: agreed, disagreed, not finished, with the files."""
    complete: bool
    """No failed read and no unknown verdict."""
    not_asked: tuple[str, ...] = ()
    """IAM actions of what AWS was not asked for, because nothing that is on or declared needs it."""
    gaps: tuple[str, ...] = ()
    """What else keeps it from being complete, each in a sentence."""
    demonstration: bool = False
    apply: tuple[str, ...] = ()
    """The words of the command that applies the environment's code; empty where none is to be told."""
