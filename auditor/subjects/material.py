"""What subjects are built from: everything that was read and compared, and what is known about the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct, field

from auditor.model.answers import Answers
from auditor.model.drift import Comparison
from auditor.model.facts import Resource
from auditor.model.results import Waiver
from auditor.model.values import Reason, Unknown, Value, unknowns


def _nothing() -> Mapping[str, Value]:
    return MappingProxyType({})


class DeclaredEnvironment(Struct, frozen=True, kw_only=True):
    """What the code of one environment says."""

    name: str
    tier: str
    resources: tuple[Resource, ...] = ()
    patterns: tuple[str, ...] = ()
    """Globs of the names that belong to it."""
    backend: Mapping[str, Value] = field(default_factory=_nothing)
    """`type` and the arguments of the backend block, as written; empty where there is none."""
    provider: Mapping[str, Value] = field(default_factory=_nothing)
    """Arguments of the default provider configuration: `region`, `allowed_account_ids`, `default_tags` (a map)..."""
    undeclared_values: tuple[str, ...] = ()
    """Names of values in tfvars files that no variable declares, each with its place."""
    unmet_conditions: tuple[str, ...] = ()
    """Preconditions, postconditions and assertions that are certainly false, each with its place and message."""
    account: str = ""
    """Empty where it is named nowhere."""
    required_version: str = ""
    """What the code asks of Terraform itself."""
    providers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The version constraints of the providers in use, by source; empty: none."""
    locked_versions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The same by the lock file; providers that it does not name are left out."""
    modules: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Source and version of the root module's calls, by name."""
    untyped_variables: tuple[str, ...] = ()
    """Variables without a type, each with its place."""
    off_by_default: tuple[tuple[str, str], ...] = ()
    """Variables whose default is false, with place and name, each with an argument that it switches off."""
    leaks: tuple[str, ...] = ()
    """Places of secrets in code and values, each with its kind."""
    failed: Unknown | None = None
    """Set where its code could not be read."""


class RunInformation(Struct, frozen=True, kw_only=True):
    """What is known about the run itself."""

    account: str | Unknown
    """Account of the credentials, as `sts:GetCallerIdentity` told."""
    caller: str | Unknown
    """ARN of the caller."""
    expected_account: str | None
    """None: neither an option, nor audit.toml, nor the provider's configuration names one."""
    now: datetime
    waivers: tuple[Waiver, ...] = ()
    waiver_states: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What waivers came to, by id, once that is known."""
    code_changed: bool | Unknown | None = None
    """Whether the code differs from the last commit; None: it is in no repository."""
    commit: str | Unknown | None = None
    window: timedelta | None = None
    """From the first call of AWS to the last; None: AWS was not asked."""
    clock_skew: int | None = None
    """Seconds that our clock is ahead of AWS's; None where no answer told the time."""
    rules: str = ""
    """Digest of all rules."""
    failed_tests: tuple[str, ...] = ()
    """Tests inside the rules that did not come out as they should."""


class Material(Struct, frozen=True, kw_only=True):
    """Everything the subjects of one environment are built from."""

    environment: DeclaredEnvironment
    run: RunInformation
    comparisons: tuple[Comparison, ...] = ()
    live: tuple[Resource, ...] = ()
    """All live resources that were read, also those which belong to no comparison."""
    answers: Answers = field(default_factory=Answers)
    others: tuple[DeclaredEnvironment, ...] = ()
    """The other environments of the project; only their code is read."""
    unread: Unknown = field(default_factory=lambda: Unknown(Reason.NOT_READ, "AWS was not asked"))
    """What live facts are where no answer can tell."""


class Index(Struct, frozen=True):
    """Live resources by what refers to them, and operations that did not answer whole."""

    keys: Mapping[str, Resource]
    """KMS keys by ARN."""
    alarms: Mapping[str, tuple[Resource, ...]]
    """Live alarms by the name of a table that one of their metrics is about."""
    declared_alarms: Mapping[str, tuple[Resource, ...]]
    """The same of declared alarms."""
    open_alarms: tuple[Unknown, ...]
    """Why some declared alarms may be about any table."""
    scaling_targets: Mapping[str, tuple[Resource, ...]]
    """By resource id, as `table/users/index/by-email`."""
    scaling_policies: Mapping[str, tuple[Resource, ...]]
    resource_policies: Mapping[str, Resource]
    """By the ARN they are attached to."""
    selections: tuple[Resource, ...]
    """What backup plans back up."""
    without_plans: bool
    """Whether AWS told that there is no backup plan."""
    declared: Mapping[str, tuple[Resource, ...]]
    """Declared resources by kind."""
    listed_tables: frozenset[str]
    """Names of live tables, as far as they were listed."""
    tables_by_key: Mapping[str, tuple[str, ...]]
    """Names of live tables by the ARN of the key that encrypts them."""
    declared_keys: frozenset[str]
    """ARNs of the live keys that the environment's code makes."""
    lost_keys: tuple[Unknown, ...]
    """Why keys that the code makes could not be found."""
    keys_elsewhere: Mapping[str, tuple[Value, ...]]
    """The keys that tables of other environments name, each once; a single Unknown where the code can't be read."""
    gaps: Mapping[str, Unknown]
    """Operation -> why a list that it gives may lack something."""
    asked: frozenset[str]
    unread: Unknown

    def gap(self, api: str) -> Unknown | None:
        """Why the lists of an operation are not known to be whole; None where they are."""
        if api in self.gaps:
            return self.gaps[api]
        return None if api in self.asked else _not_called(api)


@cache
def _not_called(api: str) -> Unknown:
    return Unknown(Reason.NOT_READ, f"{api} was not called", api=api)


def index_of(material: Material) -> Index:
    """Sort live resources once, for all subjects."""
    live: dict[str, list[Resource]] = {}
    for resource in material.live:
        live.setdefault(resource.kind, []).append(resource)
    written: dict[str, list[Resource]] = {}
    for resource in material.environment.resources:
        written.setdefault(resource.kind, []).append(resource)
    declared = written.get("aws_cloudwatch_metric_alarm", [])
    gaps: dict[str, Unknown] = {}
    asked: set[str] = set()
    for request, answer in material.answers.by_request.items():
        asked.add(request.api)
        if not answer.answered and request.api not in gaps:
            gaps[request.api] = answer.unknown
    tables: dict[str, list[str]] = {}
    for table in live.get("aws_dynamodb_table", ()):
        arn = table.facts.get("key_arn")
        if isinstance(arn, str) and isinstance(table.identity.name, str):
            tables.setdefault(arn, []).append(table.identity.name)
    plans = material.answers.of("backup:ListBackupPlans")
    own_keys = [one for one in material.comparisons if one.kind in _KEYS and one.declared is not None]
    return Index(
        keys={arn: key for key in live.get("aws_kms_key", ()) if isinstance(arn := key.facts.get("arn"), str)},
        alarms=_by_table(live.get("aws_cloudwatch_metric_alarm", [])),
        declared_alarms=_by_table(declared),
        open_alarms=tuple(cause for alarm in declared for cause in _openness(alarm)),
        scaling_targets=_by_attribute(live.get("aws_appautoscaling_target", []), "resource_id"),
        scaling_policies=_by_attribute(live.get("aws_appautoscaling_policy", []), "resource_id"),
        resource_policies={
            arn: policy
            for policy in live.get("aws_dynamodb_resource_policy", ())
            if isinstance(arn := policy.values.get("resource_arn"), str)
        },
        tables_by_key={arn: tuple(sorted(names)) for arn, names in tables.items()},
        selections=tuple(live.get("aws_backup_selection", ())),
        without_plans=bool(plans)
        and all(plan.ok and not any(page["BackupPlansList"] for page in plan.pages) for plan in plans),
        declared={kind: tuple(same) for kind, same in written.items()},
        listed_tables=frozenset(
            name for answer in material.answers.of(LIST_TABLES) for page in answer.pages for name in page["TableNames"]
        ),
        declared_keys=frozenset(
            arn for one in own_keys if one.live is not None and isinstance(arn := one.live.facts.get("arn"), str)
        ),
        lost_keys=tuple(one.cause for one in own_keys if one.live is None and one.cause is not None),
        keys_elsewhere={
            other.name: tuple(keys_of_tables(other)) if other.failed is None else (other.failed,)
            for other in material.others
        },
        gaps=gaps,
        asked=frozenset(asked),
        unread=material.unread,
    )


_KEYS: Final = ("aws_kms_key", "aws_kms_replica_key")
LIST_TABLES: Final = "dynamodb:ListTables"


def keys_of_tables(environment: DeclaredEnvironment) -> Iterable[Value]:
    """The keys that the tables of an environment name, each once."""
    found: dict[Value, None] = {}
    for resource in environment.resources:
        encryption = resource.values.get("server_side_encryption")
        key = encryption.get("kms_key_arn") if isinstance(encryption, Mapping) else encryption
        if resource.kind == "aws_dynamodb_table" and key is not None:
            found[key] = None
    return found


def refers(value: Value, address: str, attribute: str = "") -> bool:
    """Whether a value depends on an attribute, whichever or the one, of the resource at an address."""
    if not isinstance(value, Unknown):
        return False
    parts = (reference.rpartition(".") for reference in value.references)
    return any(owner == address and attribute in ("", name) for owner, _, name in parts)


def _by_table(alarms: list[Resource]) -> Mapping[str, tuple[Resource, ...]]:
    found: dict[str, list[Resource]] = {}
    for alarm in alarms:
        for table in {name for metric in metrics_of(alarm) if (name := table_of(metric))}:
            found.setdefault(table, []).append(alarm)
    return {table: tuple(same) for table, same in found.items()}


def _openness(alarm: Resource) -> Iterator[Unknown]:
    """What keeps a declared alarm from telling its tables; names of targets do not matter."""
    if alarm.undetermined is not None:
        yield alarm.undetermined
    for name in ("namespace", "metric_name", "dimensions", "metric_query"):
        yield from unknowns(alarm.values.get(name))


def _by_attribute(resources: list[Resource], attribute: str) -> Mapping[str, tuple[Resource, ...]]:
    found: dict[str, list[Resource]] = {}
    for resource in resources:
        value = resource.values.get(attribute)
        if isinstance(value, str):
            found.setdefault(value, []).append(resource)
    return {value: tuple(same) for value, same in found.items()}


def metrics_of(alarm: Resource) -> tuple[Mapping[str, Value], ...]:
    """The metrics an alarm looks at: its own, or those of its metric queries; each with metric_name and dimensions."""
    name = alarm.values.get("metric_name")
    if isinstance(name, Unknown) or name:
        return (alarm.values,)
    queries = alarm.values.get("metric_query")
    blocks = queries.values() if isinstance(queries, Mapping) else queries if isinstance(queries, tuple) else ()
    found = (query.get("metric") for query in blocks if isinstance(query, Mapping))
    return tuple(metric for metric in found if isinstance(metric, Mapping))


def table_of(metric: Mapping[str, Value]) -> str:
    """The table that a metric is about; empty where it is about none."""
    dimensions = metric.get("dimensions")
    name = dimensions.get("TableName") if isinstance(dimensions, Mapping) else None
    return name if isinstance(name, str) and metric.get("namespace") == "AWS/DynamoDB" else ""
