"""The commands of `audit rules`: list them, count what they cover, start a new one, run the tests inside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from msgspec.structs import replace

from auditor.options import PATH, settings_of

if TYPE_CHECKING:
    from auditor.model.rule import Rule
    from auditor.policy.frameworks import Framework

NOT_DONE: Final = 1


@click.group()
def rules() -> None:
    """List the rules, start a new one, or run the tests inside them."""


def loaded() -> tuple[Rule, ...]:
    """The rules of the project around the working directory."""
    from auditor.ruleset import all_rules

    return all_rules(settings_of({}))


@rules.command(name="list")
@click.option("--planned", is_flag=True, help="List the rules that are not written yet.")
@click.option("--framework", metavar="X", help="Only rules that serve this framework, with its controls.")
def list_rules(*, planned: bool, framework: str | None) -> None:
    """List the rules: id, severity in production, what they judge, title."""
    from auditor.policy.frameworks import load_planned
    from auditor.shipped import shipped

    if planned:
        for each in load_planned(shipped("rules")):
            click.echo(f"{each.id:<10} {each.profile:<9} {each.title}{f': {each.why}' if each.why else ''}")
        return
    known = framework and _framework(framework).name
    for rule in loaded():
        if known and known not in rule.frameworks:
            continue
        click.echo(f"{rule.id:<10} {rule.severity['production']:<9} {rule.subject:<13} {rule.title}")
        for basis, controls in rule.frameworks[known].items() if known else ():
            click.echo(f"{'':<10} {basis:<9} {', '.join(controls)}")


@rules.command()
@click.option("--framework", metavar="X", help="The controls of one framework, each with the rules that serve it.")
def coverage(framework: str | None) -> None:
    """Tell how many controls of each framework some rule serves."""
    from auditor.policy.frameworks import load_frameworks, serving
    from auditor.shipped import shipped

    found = loaded()
    if framework is None:
        for each in load_frameworks(shipped("rules")):
            click.echo(f"{each.name:<20} {len(serving(found, each.name)):>4} of {len(each.controls):>4}  {each.title}")
        return
    chosen = _framework(framework)
    click.echo(f"{chosen.title}: {chosen.scope}\nSource: {chosen.source}")
    served = serving(found, chosen.name)
    for control in chosen.controls:
        by = ", ".join(f"{rule} ({basis})" for rule, basis in served.get(control, ()))
        click.echo(f"{control:<26} {by}".rstrip())


@rules.command(name="test")
@click.argument("paths", type=PATH, nargs=-1)
@click.pass_context
def test_rules(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Run the tests that stand in the rule files; without PATHS in all of them."""
    from auditor.policy.load import load_rules
    from auditor.policy.tests import run_tests
    from auditor.subjects.facts import catalogue

    chosen = load_rules(paths, catalogue()) if paths else loaded()
    if not chosen:
        raise click.UsageError(f"no rules in {', '.join(map(str, paths))}")
    results = run_tests(chosen, catalogue())
    failed = [result for result in results if not result.passed]
    for result in failed:
        expected = f"expected {result.example.expect}, got {result.status}"
        click.echo(f"{result.rule.place}: {result.rule.id} {result.example.name!r}: {expected}")
    click.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    ctx.exit(NOT_DONE if failed else 0)


@rules.command(name="new")
@click.argument("rule_id", metavar="FAMILY-NNN")
@click.option(
    "--into", type=PATH, metavar="FOLDER", help="A folder of rules (default: the first of [rules] paths, else rules)."
)
def new(rule_id: str, into: Path | None) -> None:
    """Write the file of a new rule, which loads as it is, and print its path."""
    from auditor import ruleset
    from auditor.policy.frameworks import load_planned
    from auditor.policy.skeleton import write_skeleton
    from auditor.shipped import shipped

    settings = settings_of({})
    folder = into or next(iter(settings.rule_paths), settings.root / "rules")
    there = replace(settings, rule_paths=tuple(path for path in settings.rule_paths if path.exists()))
    taken = {rule.id for rule in ruleset.all_rules(there)} | {planned.id for planned in load_planned(shipped("rules"))}
    click.echo(write_skeleton(rule_id.upper(), folder, taken))
    read = {path.resolve() for path in (*settings.rule_paths, shipped("rules"))}
    if read.isdisjoint((folder.resolve(), *folder.resolve().parents)):
        told = folder.relative_to(settings.root) if folder.is_relative_to(settings.root) else folder
        click.echo(f'no run reads it yet: add paths = ["{told}"] under [rules] in audit.toml', err=True)


def _framework(name: str) -> Framework:
    from auditor.policy.frameworks import load_frameworks
    from auditor.shipped import shipped

    found = {each.name: each for each in load_frameworks(shipped("rules"))}
    if name not in found:
        raise click.UsageError(f"no framework {name!r}; there are {', '.join(found)}")
    return found[name]
