"""The straight line: code and AWS in, an audit out; everything between reading and writing is pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from auditor import __version__, coverage
from auditor.compare import ProviderRules, compare, of_code, shadowed, unlisted
from auditor.compare import rules_of as provider_rules
from auditor.declared import not_examined
from auditor.estate import Estate, Other, apply_words, configuration, estate, line_of, others, sensitive_of
from auditor.hcl import Diagnostic, Severity, sensitive_texts
from auditor.history import Shelf
from auditor.inputs import Inputs
from auditor.judge import RUN, judge, rule_text
from auditor.kinds import kinds
from auditor.masking import covering, masked_text
from auditor.model.answers import Answers, Snapshot
from auditor.model.drift import Comparison, Plan
from auditor.model.errors import SnapshotError
from auditor.model.facts import Resource, SourceRange
from auditor.model.results import Audit, Waiver
from auditor.model.rule import Rule
from auditor.model.values import Reason, Unknown
from auditor.policy.waivers import load_waivers
from auditor.reading import Interrupted, begun, population, read, second_reading, shelves, time_text
from auditor.reading import context as context_of
from auditor.ruleset import rules_for
from auditor.settings import Environment, Settings
from auditor.sources import Sources, shown, sources
from auditor.subjects import facts as subjects
from auditor.subjects.material import Material, RunInformation

if TYPE_CHECKING:
    from auditor.adoption.search import Search

NOT_ASKED: Final = Unknown(Reason.NOT_READ, "this run judges the code alone; AWS was not asked")

__all__ = ["Inputs", "Interrupted", "Outcome", "audit", "configuration", "permissions", "snapshot"]


class Outcome(Struct, frozen=True, kw_only=True):
    """An audit, and what a bundle keeps besides."""

    audit: Audit
    snapshot: Snapshot | None
    code: Callable[[SourceRange], str]
    """The text of a line of the audited code."""
    secrets: frozenset[str]
    """The texts that the code marks sensitive: nothing may show one."""
    sources: Sources
    earlier: tuple[Shelf, ...] = ()
    """Where earlier bundles are looked for besides the output folder."""


def audit(
    settings: Settings, environment: Environment, inputs: Inputs, known: Mapping[str, Other] | None = None
) -> Outcome:
    """Audit one environment; `known` are the environments of the project, where they were evaluated already.

    Errors: any AuditorError. What a single call could not tell is Unknown in the outcome.
    """
    here, inputs = begun(settings, environment, inputs)
    taken = None
    asked = Event()

    def meanwhile_others() -> tuple[Other, ...]:
        # The other environments' code is evaluated while AWS answers; before, it would only delay the questions.
        asked.wait()
        return others(settings, environment, inputs.variables, known)

    with second_reading(here, inputs) as second, ThreadPoolExecutor(1) as meanwhile:
        rules = rules_for(settings, here.environment, inputs)
        waivers = _waivers(settings, environment, rules.all, inputs.variables.top)
        elsewhere = meanwhile.submit(meanwhile_others)
        if inputs.meanwhile is not None:
            meanwhile.submit(inputs.meanwhile)
        tested = meanwhile.submit(rules.tested)
        try:
            if not inputs.declared_only:
                here, taken = read(settings, here, rules.wanted, inputs, second=second, asked=asked)
        except Interrupted as interrupt:
            asked.set()
            raise Interrupted(interrupt.partial, interrupt.secrets | sensitive_of(elsewhere.result())) from None
        finally:
            asked.set()
    context = taken.context if taken else inputs.context or context_of(settings, here, inputs)
    now = inputs.now if inputs.fixed_now or taken is None else datetime.fromisoformat(context["now"])
    found = _live(taken)
    comparisons = _compared(here, found, taken)
    refused = _refused(comparisons) if taken is None else ()
    if inputs.edits and taken is not None:
        from auditor import adopting  # noqa: PLC0415 - most runs look for no edits

        edits = _searching(settings, here, inputs, taken, adopting.READINGS)
        comparisons = adopting.with_edits(edits, environment.root.resolve())
    declared_elsewhere = {other.declared.name: other.declared.resources for other in elsewhere.result()}
    comparisons = shadowed(comparisons, declared_elsewhere)
    ruleset = {"tests": tested.result(), **rules.identity}
    material = Material(
        environment=here.declared,
        run=replace(_information(here, taken, now, context, ruleset), waivers=waivers),
        comparisons=comparisons,
        live=found,
        answers=taken.answers if taken else Answers(),
        others=tuple(other.declared for other in elsewhere.result()),
        unread=NOT_ASKED,
    )
    judged = subjects.build(material)
    judgement = judge(
        rules.all,
        judged,
        environment=environment.name,
        tier=environment.tier,
        today=now.date(),
        parameters=rules.parameters,
        waivers=waivers,
        off=rules.off,
        late=lambda states: (
            subjects.build(replace(material, run=replace(material.run, waiver_states=states)), types=(RUN,))
            if states
            else {}
        ),
    )
    secrets = sensitive_texts(here.code) | sensitive_of(elsewhere.result())
    if taken is not None and taken.context.get("covered"):
        secrets |= {covering(secrets)(text) for text in secrets}
    asked_for = replace(
        settings, environments=MappingProxyType({**settings.environments, environment.name: environment})
    )
    decided = sources(
        asked_for, here, elsewhere.result(), rules.shipped, inputs, context=context if taken is None else None
    )
    return Outcome(
        audit=Audit(
            environment=environment.name,
            tier=environment.tier,
            run=_run(here, taken, ruleset, now, context),
            comparisons=comparisons,
            subjects=judged,
            rules=tuple(
                rule_text(rule, tier=environment.tier, parameters=rules.parameters, off=rules.off) for rule in rules.all
            ),
            results=judgement.results,
            findings=judgement.findings,
            causes=judgement.causes,
            waivers=judgement.waivers,
            population=population(here, taken),
            coverage=coverage.unread(taken.answers if taken else ()),
            not_examined=not_examined(here.resources, kinds()),
            not_asked=coverage.not_asked(taken, kinds()),
            api=tuple(context.get("api", ())),
            inputs=_files(here, decided),
            diagnostics=(*here.notes, *coverage.earlier(taken), *map(str, (*here.code.diagnostics, *refused))),
            second_reader=context["second_reader"],
            complete=_complete((*here.code.diagnostics, *refused), taken),
            gaps=_gaps(taken),
            demonstration=bool(context["demonstration"]),
            apply=apply_words(settings, here.environment, inputs.variables),
        ),
        snapshot=taken,
        code=line_of(here, secrets),
        secrets=secrets,
        sources=decided,
        earlier=shelves(inputs.earlier, here.environment, context["id"]),
    )


def search(settings: Settings, environment: Environment, inputs: Inputs, budget: int) -> Search:
    """Read an environment, to look for edits of its code that take over what AWS has; it may be evaluated so often."""
    here, inputs = begun(settings, environment, inputs)
    here, taken = read(settings, here, rules_for(settings, here.environment, inputs).wanted, inputs)
    return _searching(settings, here, inputs, taken, budget)


def _searching(settings: Settings, here: Estate, inputs: Inputs, taken: Snapshot, budget: int) -> Search:
    if taken.context.get("redacted"):
        raise SnapshotError("this snapshot is redacted", hint="values to take over are read from one that is not")
    from auditor import adopting  # noqa: PLC0415 - as above

    compared = partial(_compared, found=_live(taken), taken=taken)
    return adopting.searching(settings, here, inputs, taken, compared=compared, budget=budget)


def snapshot(settings: Settings, environment: Environment, inputs: Inputs) -> Snapshot:
    """Read AWS for an environment, without judging."""
    here, inputs = begun(settings, environment, inputs)
    with second_reading(here, inputs) as second:
        return read(settings, here, rules_for(settings, here.environment, inputs).wanted, inputs, second=second)[1]


def hiding(settings: Settings, environment: Environment, inputs: Inputs) -> Callable[[Any], Any]:
    """What takes the texts and numbers out that the code of an environment marks sensitive."""
    secrets = sensitive_texts(configuration(settings, environment, inputs.variables))
    cover = covering(secrets)
    return lambda value: masked_text(value, secrets) if isinstance(value, str) else cover(value)


def permissions(settings: Settings, environment: Environment, inputs: Inputs) -> Mapping[str, Any]:
    """The least-privilege policy of the role that audits an environment."""
    from auditor.aws.permissions import policy  # noqa: PLC0415 - needed by this alone

    here = estate(settings, environment, inputs.variables)
    bundles = (place.bucket, place.root(environment.name)) if (place := inputs.earlier) else None
    wanted = rules_for(settings, here.environment, inputs).wanted
    return policy(kinds(), here.scope(wanted), here.replica_regions, state=inputs.variables.in_bucket, bundles=bundles)


def _waivers(settings: Settings, environment: Environment, rules: Iterable[Rule], top: Path) -> tuple[Waiver, ...]:
    file = environment.waivers
    return load_waivers(file, [rule.id for rule in rules], shown=shown(file, settings.root, top)) if file else ()


def _live(taken: Snapshot | None) -> tuple[Resource, ...]:
    return tuple(resource for kind in kinds() for resource in kind.read(taken.answers, taken.scope)) if taken else ()


def _compared(here: Estate, found: tuple[Resource, ...], taken: Snapshot | None) -> tuple[Comparison, ...]:
    if taken is not None:
        return compare(
            here.resources,
            found,
            taken.answers,
            kinds(),
            taken.scope,
            rules=_provider(here),
            applied=here.state.applied if here.state else None,
            tainted=here.state.tainted if here.state else (),
            protected=here.code.protects,
        )
    return of_code(here.resources, kinds(), NOT_ASKED)


def _provider(here: Estate) -> ProviderRules:
    """The rules of the provider version that plans."""
    return provider_rules((each.source, each.version, each.constraints) for each in here.code.locked_providers)


def _information(
    here: Estate, taken: Snapshot | None, now: datetime, context: Mapping[str, Any], ruleset: Mapping[str, Any]
) -> RunInformation:
    git = context["git"]
    untold = Unknown(Reason.FAILED, detail=git["unknown"]) if "unknown" in git else None
    return RunInformation(
        account=taken.account if taken else NOT_ASKED,
        caller=taken.caller if taken else NOT_ASKED,
        expected_account=here.environment.account if here.environment.account_source else None,
        now=now,
        code_changed=bool(git["dirty"]) if git.get("dirty") is not None else untold,
        commit=git.get("commit", untold),
        window=datetime.fromisoformat(taken.finished) - datetime.fromisoformat(taken.started) if taken else None,
        clock_skew=taken.context.get("clock_skew") if taken else None,
        rules=ruleset["digest"],
        failed_tests=tuple(ruleset["tests"]["failed"]),
    )


def _run(
    here: Estate, taken: Snapshot | None, ruleset: Mapping[str, Any], now: datetime, context: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What a report says about the run itself."""
    environment = here.environment
    told = {
        "id": context["id"],
        "project": context["project"],
        "account": environment.account,
        "account_source": context["account_source"],
        "tier_source": environment.tier_source,
        "region": environment.region,
        "caller": taken.caller if taken else "",
        "started": taken.started if taken else time_text(now),
        "finished": taken.finished if taken else time_text(now),
        "now": time_text(now),
        "command": context["command"],
        "endpoint": taken.endpoint if taken else "",
        "clock_skew": taken.context.get("clock_skew") if taken else None,
        "declared_only": taken is None,
        "tool": {"name": "auditor", "version": __version__},
        "ruleset": ruleset,
        "git": dict(context["git"]),
        "trigger": dict(context.get("trigger") or {}) or None,
        "scope": list(here.declared.patterns),
        "state": here.state.path if here.state else None,
        "providers": [f"{each.source} {each.version or each.constraints}" for each in here.code.locked_providers],
        "plan_rules": _provider(here).name,
    }
    return {name: value for name, value in told.items() if value not in ("", None)}


def _files(here: Estate, decided: Sources) -> tuple[Mapping[str, Any], ...]:
    """Every file of the project that decided something."""
    state = [{"path": s.path, "bytes": s.size, "sha256": s.sha256}] if (s := here.state) else []
    listed = (*(source.listed for source in decided.files), *state)
    return tuple(sorted(listed, key=lambda entry: str(entry["path"])))


def _refused(comparisons: Iterable[Comparison]) -> tuple[Diagnostic, ...]:
    """What the provider refuses of whole resources, which the code alone tells; what it refuses of values is told."""
    return tuple(
        Diagnostic(severity, "Refused by the provider", f"{each.address}: {each.note}", each.declared.place)
        for each in comparisons
        if each.declared is not None and each.note and each.note != "; ".join(each.declared.refused)
        for severity in (Severity.ERROR if each.plan is Plan.ERROR else Severity.WARNING,)
    )


def _complete(told: Iterable[Diagnostic], taken: Snapshot | None) -> bool:
    """Whether nothing that was asked for stayed unread: no gap in the answers, no error in the code."""
    sound = not any(each.severity == "error" for each in told)
    return sound and not _gaps(taken) and not any(coverage.gap(answer) for answer in (taken.answers if taken else ()))


def _gaps(taken: Snapshot | None) -> tuple[str, ...]:
    """Why a reading is not whole though each call that was made was answered."""
    if taken is None:
        return ()
    told = {answer.request.api for answer in taken.answers if coverage.gap(answer)}
    unseen = (
        f"It is not known whether there is any {type_} that nobody declares: {cause.detail or cause.api}."
        for type_, cause in unlisted(kinds(), taken.answers, taken.scope).items()
        if cause.api not in told
    )
    return (*(() if taken.complete else ("The reading was cut short.",)), *unseen)
