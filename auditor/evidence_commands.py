"""The commands about past runs: verify a bundle, replay it, compare two, and tell their history."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from auditor.options import EARLIER, ENVIRONMENT, PATH, environments_of, option, options, settings_of, time_of

FAILED: Final = 1
STALE: Final = 3
_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.command()
@click.argument("folder", type=PATH)
@options(
    click.option("--key", type=PATH, metavar="FILE", help="The public key (PEM) that should have signed it."),
    _JSON,
)
@click.pass_context
def verify(ctx: click.Context, folder: Path, *, key: Path | None, as_json: bool) -> None:
    """Test all that a bundle promises, and say what that proves and what not.

    Exit code 0: nothing failed; 1: something did.
    """
    from auditor.verification import State
    from auditor.verification import verify as tested

    found = tested(folder, key)
    if as_json:
        document = {
            "sound": found.sound,
            "tests": [{"what": test.what, "state": test.state, "detail": test.detail} for test in found.tests],
            "proves": found.proves,
            "proves_not": found.proves_not,
        }
        click.echo(json.dumps(document, indent=1))
    else:
        for test in found.tests:
            word = test.state.upper() if test.state is State.FAILED else test.state
            click.echo(f"{word:<6} {_clean(test.what)}: {_clean(test.detail)}")
        for title, lines in (("proves", found.proves), ("does not prove", found.proves_not)):
            if lines and found.sound:
                click.echo("\n".join(("", title, *(f"  {_clean(line)}" for line in lines))))
    ctx.exit(0 if found.sound else FAILED)


@click.command()
@click.argument("folder", type=PATH)
@click.pass_context
def replay(ctx: click.Context, folder: Path) -> None:
    """Make the reports of a bundle again from its snapshot, sources and rules, and compare them byte by byte.

    Exit code 0: all are the same; 1: one differs, and the first difference is told.
    """
    from auditor.replay import replay as again

    done = again(folder)
    for report in done.reports:
        if report.same:
            click.echo(f"same   {_clean(report.name)}")
        else:
            click.echo(f"DIFFERS {_clean(report.name)}: at {_clean(report.where)}")
            click.echo(f"  was    {_clean(report.was)}\n  now    {_clean(report.now)}")
    if done.tool:
        click.echo(f"  note   the bundle was written by {_clean(done.tool)}, which may judge otherwise", err=True)
    for path in done.covered:
        click.echo(f"  note   sensitive texts are covered in {_clean(path)}: what depends on one can differ", err=True)
    ctx.exit(0 if all(report.same for report in done.reports) else FAILED)


@click.command(name="diff")
@click.argument("before", type=PATH)
@click.argument("after", type=PATH)
@options(
    _JSON,
    click.option(
        "--all", "moving", is_flag=True, help="Also what changes by itself: sizes, restore windows, alarm states."
    ),
)
def diff_snapshots(before: Path, after: Path, *, as_json: bool, moving: bool) -> None:
    """Print which facts differ between two snapshots, by resource and path."""
    from auditor.aws import snapshot as file
    from auditor.differences import differences
    from auditor.formats.encode import encode_value
    from auditor.formats.verdict import plural
    from auditor.formats.words import shown

    rows = [
        {
            "kind": found.kind,
            "name": found.name,
            "path": found.path,
            "before": encode_value(found.before),
            "after": encode_value(found.after),
        }
        for found in differences(file.read(before), file.read(after), moving=moving)
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for row in rows:
        place = f"{row['kind']} {row['name']} {row['path']}".rstrip()
        click.echo(f"{_clean(place)}: {shown(row['before'])} -> {shown(row['after'])}")
    click.echo(plural(len(rows), "difference"), err=True)


@click.command()
@options(
    ENVIRONMENT,
    option("--out", type=PATH, metavar="DIR", help="The folder of past bundles (default: reports/out)."),
    EARLIER,
    option("--profile", metavar="NAME", help="AWS profile that reads them."),
    click.option("--max-age", metavar="AGE", help="Fail where no run that asked AWS is newer: 26h, 90min, 2d."),
    click.option("--html", type=PATH, metavar="FILE", help="Write a page with the trend of each environment."),
    option("--now", metavar="TIME", help="Take this as the time of asking (RFC 3339)."),
    _JSON,
)
@click.pass_context
def history(ctx: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - the options above
    """Tell the past runs of environments out of their bundles: verdict, numbers, new, resolved, age.

    Exit code 0: told; 3: with --max-age, an environment has no run that asked AWS and is recent enough.
    """
    from auditor import timeline
    from auditor.bundle import write_file
    from auditor.formats import html
    from auditor.history import everywhere
    from auditor.reading import shelves

    settings = settings_of({})
    environments = environments_of(settings, given)
    most = _seconds(given["max_age"]) if given["max_age"] else None
    out = given["out"] or settings.root / "reports" / "out"
    buckets = [shelf for each in environments for shelf in shelves(given["earlier"], each, "history")]
    found, unusable = everywhere(out if given["out"] or out.is_dir() or not buckets else None, buckets)
    now = time_of(given["now"])
    lines = [timeline.timeline(environment.name, found, now) for environment in environments]
    document = {
        **timeline.document(lines, most),
        "unusable": [{"folder": folder, "why": why} for folder, why in unusable],
    }
    if given["html"]:
        write_file(given["html"], html.render_history(document, settings.project, given["html"].parent))
    if given["as_json"]:
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        for each in document["environments"]:
            click.echo("\n".join(_timeline(each)))
    for entry in document["unusable"]:
        click.echo(f"  note   {_clean(entry['folder'])} is not used: {_clean(entry['why'])}", err=True)
    stale = [each.environment for each in lines if most is not None and not each.fresh(most)]
    for name in stale:
        click.echo(f"stale: no run of {_clean(name)} in the last {given['max_age']} asked AWS", err=True)
    ctx.exit(STALE if stale else 0)


@click.command()
@click.argument("before", type=PATH)
@click.argument("after", type=PATH)
@options(
    _JSON,
    click.option("--all", "moving", is_flag=True, help="Of snapshots: also what changes by itself."),
)
@click.pass_context
def diff(ctx: click.Context, before: Path, after: Path, *, as_json: bool, moving: bool) -> None:
    """Print what became of the findings between two runs (folders of bundles), or of facts between two snapshots."""
    from auditor.formats.since import digest, with_history
    from auditor.history import Folder, opened

    if not (before.is_dir() and after.is_dir()):
        ctx.invoke(diff_snapshots, before=before, after=after, as_json=as_json, moving=moving)
        return
    first, second = opened(Folder(before)), opened(Folder(after))
    _demand_one_estate(first.run, second.run)
    earlier = {"previous": digest(first.report(), first.digest), "skipped": []}
    report = with_history(second.report(), earlier)
    past = report["history"]
    rows = [
        *(_difference("new", each) for each in report["findings"] if each["new"]),
        *(_difference("resolved", each) for each in past["resolved"]),
        *(_difference(each["now"], each) for each in past["not_judged"]),
    ]
    if as_json:
        click.echo(json.dumps({"before": first.run["id"], "after": second.run["id"], "findings": rows}, indent=1))
        return
    for row in rows:
        grave = row["severity"] if row["status"] == "fail" else row["status"]
        click.echo(_clean(f"{row['became']}: {grave} {row['rule']} {row['subject']} {row['path']}".rstrip()))
    click.echo(f"{past['new']} new, {len(past['resolved'])} resolved, {past['unchanged']} unchanged", err=True)


def _demand_one_estate(first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
    """BundleError where two runs are of different estates: what is in one of them only is neither new nor resolved."""
    from auditor.model.errors import BundleError

    told = {name: (first.get(name), second.get(name)) for name in ("project", "environment", "account", "region")}
    facts = [(name, f"{one}, {other}") for name, (one, other) in told.items() if one and other and one != other]
    if facts:
        hint = "give two runs of one environment, account and Region"
        raise BundleError("these runs are of different estates, and are not compared", facts=facts, hint=hint)


def _difference(became: str, finding: Mapping[str, Any]) -> dict[str, str]:
    names = ("fingerprint", "rule", "severity", "status", "subject_type", "subject", "path", "first_seen")
    return {"became": became, **{name: str(finding[name]) for name in names}}


def _timeline(told: Mapping[str, Any]) -> Iterator[str]:
    from auditor.formats.words import STATES

    yield _clean(told["environment"])
    for run in told["runs"]:
        numbers = f"{run['open']:>5} open {run['drifted']:>4} drifted {run['unknown']:>4} unknown"
        marks = [
            f"{run['new']} new" if run["new"] else "",
            f"{run['resolved']} resolved" if run["resolved"] else "",
            "code alone" if run["declared_only"] else "",
            "" if run["complete"] else "incomplete",
        ]
        word = STATES.get(run["state"], "?")
        told_ = f"  {run['finished'][:16]}  {word:<13} {numbers}  {', '.join(filter(None, marks))}"
        yield _clean(told_.rstrip())
    yield _clean(f"  {told['told']}")


def _clean(text: object) -> str:
    from auditor.formats.words import clean

    return clean(text)


_UNITS: Final = {"min": 60, "h": 3_600, "d": 86_400}


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d{1,6})(min|h|d)", text)
    if not found:
        raise click.BadParameter(f"{text!r} is no time span, as 26h, 90min or 2d", param_hint="--max-age")
    return int(found[1]) * _UNITS[found[2]]
