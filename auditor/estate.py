"""One environment's code, evaluated: its resources, and the account, Region and name space they live in."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct, field
from msgspec.structs import replace

from auditor import hcl, state
from auditor.declared import declared, names
from auditor.hcl.plain_values import plain
from auditor.inputs import UNHEARD, Variables
from auditor.kinds import kinds
from auditor.masking import masked_text
from auditor.model.answers import Answers, Scope
from auditor.model.data_sources import DataSource, Found
from auditor.model.errors import AuditorError, MissingModule, SettingsError
from auditor.model.facts import Resource, SourceRange
from auditor.model.values import Reason, Truth, Unknown, Value
from auditor.policy.load import rule_files
from auditor.settings import Environment, Settings
from auditor.subjects.material import DeclaredEnvironment

TABLE = "aws_dynamodb_table"
REPLICA = "aws_dynamodb_table_replica"
PROVIDER = "the provider's allowed_account_ids"
_AWS = "hashicorp/aws"
_LOOKED_FOR = frozenset(kind.type for kind in kinds() if kind.data_source is not None)


class Estate(Struct, frozen=True, kw_only=True):
    """What the code of an environment declares, and where that should be found."""

    environment: Environment
    """With account and Region as far as they are known."""
    code: hcl.Configuration
    resources: tuple[Resource, ...]
    declared: DeclaredEnvironment
    partition: str
    notes: tuple[str, ...] = ()
    """What a reader should know about how this came about."""
    state: state.State | None = None
    """Terraform's state, where one was given."""
    found: Mapping[DataSource, Found] = field(default_factory=lambda: MappingProxyType({}))
    """What AWS told of the code's data sources, as far as it was asked."""

    def scope(self, wanted: Iterable[str]) -> Scope:
        """What is read live: the declared names, and whatever lies in the name space."""
        return Scope(
            account=self.environment.account,
            region=self.environment.region,
            partition=self.partition,
            declared=self._known_names(),
            patterns=self.declared.patterns,
            environment=self.environment.name,
            wanted=frozenset(wanted),
            looked_up=self._looked_up(),
        )

    def _known_names(self) -> Mapping[str, tuple[str, ...]]:
        """The declared names; of kinds that no data source looks for, also those that only a state has."""
        found = names(self.resources)
        for type_, former in self._former.items():
            if type_ not in _LOOKED_FOR:
                found[type_] = (*found.get(type_, ()), *former)
        return found

    def _looked_up(self) -> Mapping[str, tuple[str, ...]]:
        """What data sources look for, and of such kinds the names that a state has and the code no more."""
        found = {type_: former for type_, former in self._former.items() if type_ in _LOOKED_FOR}
        for one in self._own_data_sources:
            found[one.type] = (*found.get(one.type, ()), one.sought)
        return found

    @property
    def _former(self) -> Mapping[str, tuple[str, ...]]:
        return self.state.names(self.resources) if self.state is not None else {}

    @property
    def replica_regions(self) -> frozenset[str]:
        """The Regions in which the code has replicas of tables, as far as they are known."""
        found = {str(each.identity.region) for each in self.resources if each.kind == REPLICA}
        for each in self.resources:
            blocks = each.values.get("replica") if each.kind == TABLE else None
            found |= set(blocks) if isinstance(blocks, Mapping) else set()
        return frozenset(region for region in found if region)

    @property
    def _own_data_sources(self) -> tuple[DataSource, ...]:
        return tuple(one for one in self.code.sought if one.region in ("", self.environment.region))

    def look_up(self, answers: Answers, scope: Scope) -> Mapping[DataSource, Found]:
        """What these answers tell of the code's data sources; the account of `scope` may be a pseudonym."""
        own = self.environment.account
        by_type = {kind.type: kind.data_source for kind in kinds()}
        found: dict[DataSource, Found] = {}
        for one in self.code.sought:
            look_up = by_type[one.type]
            if one not in self._own_data_sources or look_up is None:
                detail = f"it lies in {one.region}, and {self.environment.region} was read"
                found[one] = Unknown(Reason.NOT_READ, detail)
            else:
                found[one] = look_up(answers, scope, one.sought.replace(own, scope.account) if own else one.sought)
        return found


def configuration(
    settings: Settings,
    environment: Environment,
    variables: Variables,
    found: Mapping[DataSource, Found] = MappingProxyType({}),
) -> hcl.Configuration:
    """The evaluated code of an environment; SourceError where it can't be read."""
    root = environment.root
    return hcl.load(
        root,
        project_root=settings.root if root.resolve().is_relative_to(settings.root) else root,
        given=(*environment.var_files, *variables.given),
        environment_variables=variables.environment,
        workspace=environment.workspace,
        account=environment.account,
        region=environment.region,
        found=found,
        edited=variables.edited,
        top=variables.top,
        reader=variables.reader,
    )


def estate(
    settings: Settings,
    environment: Environment,
    variables: Variables,
    found: Mapping[DataSource, Found] = MappingProxyType({}),
) -> Estate:
    """Evaluate an environment's code, with what AWS told of its data sources.

    The account is that of the options, of audit.toml or the one the provider allows; the Region likewise. Errors:
    SourceError where the code can't be read; SettingsError where nothing names the Region.
    """
    code = configuration(settings, environment, variables, found)
    _demand_modules(code)
    provider = _default_provider(code)
    if not environment.account and (allowed := _only_account(provider)):
        environment = replace(environment, account=allowed, account_source=PROVIDER)
        code = configuration(settings, environment, variables, found)
    if not environment.region:
        region = provider.get("region")
        if not isinstance(region, str):
            raise SettingsError(
                f"the Region of environment {environment.name!r} is not known",
                hint="give --region, or set it in audit.toml or in the provider block",
            )
        environment = replace(environment, region=region)
    resources = declared(code, kinds(), account=environment.account, region=environment.region)
    noted = state.read(variables.state, str(variables.state)) if isinstance(variables.state, Path) else variables.noted
    if noted is not None:
        noted = _as_said(noted, code.hints, (each.address for each in resources))
        resources = noted.bind(resources)
    return Estate(
        environment=environment,
        code=code,
        resources=resources,
        declared=DeclaredEnvironment(
            name=environment.name,
            tier=environment.tier,
            resources=resources,
            patterns=environment.scope or _common_pattern(names(resources).get(TABLE, ())),
            backend={"type": code.backend.type, **code.backend.attributes} if code.backend else {},
            provider=provider,
            unmet_conditions=tuple(str(found) for found in code.conditions if found.truth is Truth.FALSE),
            undeclared_values=tuple(
                f"{found.place}: {found.detail}" for found in code.diagnostics if found.summary == hcl.UNDECLARED_VALUE
            ),
            account=environment.account,
            required_version=code.requirements.terraform,
            providers=_providers(code),
            locked_versions={
                hcl.provider_source(each.source): each.version for each in code.locked_providers if each.version
            },
            modules=code.requirements.modules,
            untyped_variables=code.requirements.untyped,
            off_by_default=code.requirements.off_by_default,
            leaks=tuple(hcl.leaks(code.files)),
        ),
        partition=_partition(environment.region),
        notes=(*_reader(variables.reader), *_notes(environment, provider), *_unheard(variables.environment)),
        state=noted,
        found=found,
    )


def _as_said(noted: state.State, hints: tuple[hcl.Hint, ...], declared: Iterable[str]) -> state.State:
    """The state as the next plan takes it: with what the code moved, imports and forgets, and what moves by itself."""
    forgotten = [hint.former for hint in hints if hint.kind == hcl.REMOVED and not hint.destroys]
    imported = {hint.address: hint.id for hint in hints if hint.kind == hcl.IMPORT}
    moved = {address for hint in hints if hint.kind == hcl.MOVED for address in (hint.former, hint.address)}
    noted = noted.moved(lambda reference: hcl.renamed(reference, hints)) if moved else noted
    return noted.counted(declared, moved).told(imported, forgotten)


def told(here: Estate, settings: Settings, variables: Variables, answers: Answers, scope: Scope) -> Estate:
    """The estate as these answers make it, where its code looks something up that they tell more of."""
    found = here.look_up(answers, scope)
    return here if found == here.found else estate(settings, here.environment, variables, found)


def line_of(here: Estate, secrets: frozenset[str]) -> Callable[[SourceRange], str]:
    """What gives the text of a line of the code, without the sensitive texts in it."""
    files = {file.path: file for file in here.code.files}

    @cache
    def lines(path: str) -> list[str]:
        return files[path].text.split("\n") if path in files else []

    def line(place: SourceRange) -> str:
        return masked_text("".join(lines(place.file)[place.line - 1 : place.line]), secrets)

    return line


def decided_by(settings: Settings, environment: Environment, variables: Variables, files: Iterable[Path]) -> bool:
    """Whether one of these files decides what an environment declares, or how it is judged.

    Code that can't be read is decided by any file: its error has to be told.
    """
    changed = {file.resolve() for file in files}
    roots = (environment.root.resolve(), *(folder.resolve() for folder in settings.rule_paths))
    told = {file.resolve() for file in (settings.file, environment.waivers, *environment.var_files) if file is not None}
    if changed & told or any(file.is_relative_to(root) for file in changed for root in roots):
        return True
    try:
        code = configuration(settings, environment, variables)
    except AuditorError:
        return True
    return any((settings.root / file.path).resolve() in changed for file in code.files)


def _reader(name: str) -> tuple[str, ...]:
    return () if name == hcl.OURS else (f"warning: the code is read by {name}, which was asked for",)


def _unheard(told: Mapping[str, str]) -> Iterator[str]:
    return (f"warning: {name} is set and not heard: {instead}" for name, instead in UNHEARD.items() if told.get(name))


def _notes(environment: Environment, provider: Mapping[str, Value]) -> tuple[str, ...]:
    region = provider.get("region")
    if not isinstance(region, str) or region == environment.region:
        return ()
    return (f"warning: {environment.region} is read, but the code's provider is configured for {region}",)


def _demand_modules(code: hcl.Configuration) -> None:
    """Without a module's code the declared side is not known to be whole: everything live would look unmanaged."""
    missing = [
        MissingModule(found.detail, subject=found.place, line=_line(code, found.place))
        for found in code.diagnostics
        if found.summary == hcl.MODULE_NOT_FOUND
    ]
    if missing:
        missing[0].others = tuple(missing[1:])
        raise missing[0]


def _line(code: hcl.Configuration, place: SourceRange | None) -> str:
    for file in code.files:
        if place is not None and file.path == place.file:
            return file.text.split("\n")[place.line - 1]
    return ""


class Other(Struct, frozen=True, kw_only=True):
    """Another environment of the project."""

    declared: DeclaredEnvironment
    root: Path
    code: hcl.Configuration | None = None
    """None where it can't be read."""


def base_of(settings: Settings, environment: Environment) -> Path:
    """What the paths of an environment's sources are relative to."""
    root = environment.root.resolve()
    return settings.root if root.is_relative_to(settings.root) else root


def besides_code(settings: Settings, environment: Environment) -> Iterator[Path]:
    """The settings, the environment's waivers and the rules of the project: files that decide besides code."""
    yield from (path for path in (settings.file, environment.waivers) if path is not None)
    for path in settings.rule_paths:
        yield from rule_files(path) if path.is_dir() else (path,)


def apply_words(settings: Settings, environment: Environment, variables: Variables) -> tuple[str, ...]:
    """The words of the command that applies an environment's code as it stands, from the project root."""
    root, base = environment.root.resolve(), base_of(settings, environment)
    workspace = ("env", f"TF_WORKSPACE={environment.workspace}") if environment.workspace != "default" else ()
    options = [
        f"-var-file={os.path.relpath(each, root)}" if isinstance(each, Path) else f"-var={each[0]}={each[1]}"
        for each in (*environment.var_files, *variables.given)
    ]
    return (*workspace, "terraform", f"-chdir={root.relative_to(base).as_posix()}", "apply", *options)


def sensitive_of(others: Iterable[Other]) -> frozenset[str]:
    """The texts that the code of other environments marks sensitive."""
    return frozenset().union(*(hcl.sensitive_texts(other.code) for other in others if other.code is not None))


def others(
    settings: Settings, environment: Environment, variables: Variables, known: Mapping[str, Other] | None = None
) -> tuple[Other, ...]:
    """The other environments of the project, out of those that were evaluated before; else they are evaluated now."""
    found = evaluated(settings, variables, environment.name) if known is None else known
    return tuple(other for name, other in found.items() if name != environment.name)


def evaluated(settings: Settings, variables: Variables, besides: str = "") -> Mapping[str, Other]:
    """All environments of the project but one as the others see them, by name.

    Variables and a state by option speak of the environment that is audited, not of these.
    """
    own = replace(variables, given=(), state=None, noted=None)
    return {each.name: _other(settings, each, own) for each in settings.environments.values() if each.name != besides}


def _other(settings: Settings, environment: Environment, variables: Variables) -> Other:
    """What an environment declares; code that can't be read is an unknown here, not an error."""
    try:
        found = estate(settings, environment, variables)
    except AuditorError as error:
        cause = Unknown(Reason.NOT_EVALUABLE, f"the code of {environment.name} can't be read: {error}")
        failed = DeclaredEnvironment(name=environment.name, tier=environment.tier, failed=cause)
        return Other(declared=failed, root=environment.root)
    return Other(declared=found.declared, root=environment.root, code=found.code)


def _default_provider(code: hcl.Configuration) -> Mapping[str, Value]:
    """The arguments of the aws provider without alias, `default_tags` as a map of strings."""
    for provider in code.providers:
        if provider.name == "aws" and not provider.alias:
            return {name: plain(value) for name, value in provider.values.items()} | {
                "default_tags": plain(provider.default_tags)
            }
    return {}


def _providers(code: hcl.Configuration) -> Mapping[str, str]:
    """The constraints of all providers that the code asks for, and of the one that its resources imply."""
    asked = code.requirements.providers
    implied = any(resource.type.startswith("aws_") for resource in code.resources)
    return asked if _AWS in asked or not implied else {_AWS: "", **asked}


def _only_account(provider: Mapping[str, Value]) -> str:
    allowed = provider.get("allowed_account_ids")
    if isinstance(allowed, tuple) and len(allowed) == 1 and isinstance(allowed[0], str):
        return allowed[0]
    return ""


def _common_pattern(tables: tuple[str, ...]) -> tuple[str, ...]:
    """A pattern for what the names begin with, up to a separator; none where they have nothing in common."""
    common = os.path.commonprefix(tables)  # noqa: RUF071 - of names, not of paths
    ends = max(common.rfind(separator) for separator in "-_.") + 1
    return (f"{common[:ends]}*",) if ends else ()


def _partition(region: str) -> str:
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}
    return next((partition for prefix, partition in prefixes.items() if region.startswith(prefix)), "aws")
