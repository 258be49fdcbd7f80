"""The commands about past runs: verify a bundle, replay it, compare two, and tell their history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

from auditor.options import PATH, options

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
    from auditor.formats.words import clean
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
            click.echo(f"{word:<6} {clean(test.what)}: {clean(test.detail)}")
        for title, lines in (("proves", found.proves), ("does not prove", found.proves_not)):
            if lines and found.sound:
                click.echo("\n".join(("", title, *(f"  {clean(line)}" for line in lines))))
    ctx.exit(0 if found.sound else FAILED)


@click.command()
@click.argument("folder", type=PATH)
@click.pass_context
def replay(ctx: click.Context, folder: Path) -> None:
    """Make the reports of a bundle again from its snapshot, sources and rules, and compare them byte by byte.

    Exit code 0: all are the same; 1: one differs, and the first difference is told.
    """
    from auditor.formats.words import clean
    from auditor.replay import replay as again

    done = again(folder)
    for report in done.reports:
        if report.same:
            click.echo(f"same   {clean(report.name)}")
        else:
            click.echo(f"DIFFERS {clean(report.name)}: at {clean(report.where)}")
            click.echo(f"  was    {clean(report.was)}\n  now    {clean(report.now)}")
    if done.tool:
        click.echo(f"  note   the bundle was written by {clean(done.tool)}, which may judge otherwise", err=True)
    for path in done.covered:
        click.echo(f"  note   sensitive texts are covered in {clean(path)}: what depends on one can differ", err=True)
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
    from auditor.formats.words import clean, shown

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
        click.echo(f"{clean(place)}: {shown(row['before'])} -> {shown(row['after'])}")
    click.echo(f"{len(rows)} differences", err=True)
