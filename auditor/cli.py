"""The command line: one function for each command, and the exit code.

Everything heavy (botocore, hcl2, jinja2, the pipeline) is imported by the command that needs it, so that help answers
at once.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click
from msgspec.structs import replace

from auditor import __version__, streams
from auditor.adopt_command import adopt
from auditor.code_commands import declared, evaluate
from auditor.evidence_commands import diff, diff_snapshots, history, replay, verify
from auditor.model.errors import AuditorError, ReportError, SourceError
from auditor.options import (
    AWS,
    CODE,
    EARLIER,
    ENVIRONMENT,
    PATH,
    RESULT,
    STATE,
    Given,
    GroupInOrder,
    InOrder,
    delivery_of,
    environments_of,
    format_of,
    inputs_of,
    option,
    options,
    settings_of,
    time_of,
)
from auditor.rule_commands import loaded, rules

if TYPE_CHECKING:
    from types import FrameType

    from auditor.estate import Other
    from auditor.settings import Environment, Settings
    from auditor.terminal import Delivery

NOT_DONE: Final = 1
INCOMPLETE: Final = 3
FINDINGS: Final = 4
GARBAGE: Final = 100_000
"""Objects before a collection: a run makes many that stay and next to none in cycles."""
INTERRUPTED: Final = 130
_KEY_BYTES: Final = 32
"""Of the key that covers what a redacted reading must not show: as long as the digest."""


class RunByDefault(click.Group):
    """`audit --env prod` is `audit run --env prod`: options before any command belong to `run`."""

    command_class = InOrder
    group_class = GroupInOrder

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` first where the first argument is an option of its own."""
        if args and args[0].startswith("-") and args[0] not in {"-h", "--help", "--version"}:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=RunByDefault, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="audit")
def cli() -> None:
    """Audit DynamoDB estates that Terraform declares: what the code says, what AWS says, where they differ.

    `audit --env prod` is short for `audit run --env prod`. Every option can be set as AUDIT_<OPTION>.

    \b
    Exit codes of run and demo:
      0  complete, and no finding at or above --fail-on
      1  the audit was not done
      2  wrong usage
      3  incomplete: something could not be read or decided; no counted finding
      4  findings at or above --fail-on
    130  interrupted
    """  # noqa: D301 - click's mark for lines that stay as they are


@cli.command()
@click.argument("files", nargs=-1, type=PATH)
@options(
    ENVIRONMENT,
    RESULT,
    option("--snapshot", type=PATH, metavar="FILE", help="Judge this reading; AWS is not asked."),
    option("--edits", is_flag=True, help="Put the edit of code that takes each drift over into the report."),
    option("--declared-only", is_flag=True, help="Judge the code alone; AWS is not asked."),
    CODE,
    STATE,
    EARLIER,
    AWS,
    option("--no-second-reader", is_flag=True, help="Do not compare our reading of the code with python-hcl2's."),
    option("--now", metavar="TIME", help="Take this as the time of the run (RFC 3339)."),
    option("--jobs", type=click.IntRange(min=1), metavar="N", help="Environments at a time (default: at most 8)."),
)
@click.pass_context
def run(ctx: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - the options above
    """Audit environments: read code and AWS, compare, judge, report.

    With --declared-only and changed FILES, only the environments that these files decide, and nothing is written.
    """
    settings = settings_of(given)
    chosen = environments_of(settings, given)
    delivery = delivery_of(settings, given)
    if len(chosen) > 1 and delivery.kept:
        ctx.exit(_side_by_side(settings, chosen, given, delivery))
    ctx.exit(_leaving(_one_by_one(settings, chosen, given, delivery), given))


def _side_by_side(settings: Settings, chosen: Sequence[Environment], given: Given, delivery: Delivery) -> int:
    """Audit environments in processes of their own, and write the roll-up of all."""
    from auditor import estate, rollup, side_by_side
    from auditor.formats import html
    from auditor.terminal import color_of, deliver_rollup

    known = estate.evaluated(settings, inputs_of(given).variables)
    html.prepare()
    delivery = replace(delivery, color=color_of(given["color"], sys.stdout))

    def work(environment: Environment, tell_folder: Callable[[Path], None]) -> int:
        own = delivery.of(environment.name)
        return _ending(lambda: _audited(settings, environment, given, own, known=known, tell_folder=tell_folder))

    ended = side_by_side.audit(chosen, work, given["jobs"])
    document = rollup.document(
        ended,
        project=settings.project,
        now=time_of(given["now"]),
        out=delivery.out,
        earlier=lambda name: delivery.of(name).bundles(name),
    )
    deliver_rollup(document, delivery)
    return max(_leaving(each["exit_code"], given) for each in document["environments"])


def _one_by_one(settings: Settings, chosen: Sequence[Environment], given: Given, delivery: Delivery) -> int:
    from auditor.terminal import tell

    codes = []
    for environment in chosen:
        try:
            codes.append(_audited(settings, environment, given, delivery))
        except AuditorError as error:
            if len(chosen) == 1:
                raise
            tell(error, environment.name)
            codes.append(NOT_DONE)
    if not chosen:
        click.echo("these files decide no environment", err=True)
    return max(codes, default=0)


def _audited(
    settings: Settings,
    environment: Environment,
    given: Given,
    delivery: Delivery,
    *,
    known: Mapping[str, Other] | None = None,
    tell_folder: Callable[[Path], None] = lambda _: None,
) -> int:
    from auditor import pipeline
    from auditor.formats.html import prepare
    from auditor.terminal import deliver, deliver_partial

    inputs = replace(inputs_of(given), meanwhile=prepare if delivery.kept else None)
    if delivery.kept:
        delivery.verify_place(environment.name, inputs.now.isoformat())
    try:
        outcome = pipeline.audit(settings, environment, inputs, known)
    except pipeline.Interrupted as interrupt:
        deliver_partial(interrupt, delivery)
        return INTERRUPTED
    return deliver(outcome, delivery, tell_folder)


def _leaving(code: int, given: Given) -> int:
    return 0 if given["exit_zero"] and code in (INCOMPLETE, FINDINGS) else code


@cli.group(invoke_without_command=True)
@options(
    ENVIRONMENT,
    option("--out", type=PATH, metavar="FILE", help="The file (default: ENV.jsonl.gz)."),
    option("--redact", is_flag=True, help="Pseudonyms for account ids, users, roles and tag values."),
    CODE,
    STATE,
    AWS,
)
@click.pass_context
def snapshot(ctx: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - the options above
    """Read AWS and save the answers, to be judged later by `audit run --snapshot FILE`."""
    from auditor import pipeline
    from auditor.aws import redaction
    from auditor.aws import snapshot as file
    from auditor.bundle import write_file

    if ctx.invoked_subcommand is not None:
        return
    settings = settings_of(given)
    chosen = environments_of(settings, given)
    if given["out"] and len(chosen) > 1:
        raise click.UsageError("--out names one file; give one environment")
    for environment in chosen:
        target = given["out"] or Path(f"{environment.name}.jsonl.gz")
        if not target.absolute().parent.is_dir():
            raise ReportError(f"{target} can't be written: there is no folder {target.parent}")
        try:
            taken, interrupted = pipeline.snapshot(settings, environment, inputs_of(given)), False
        except pipeline.Interrupted as interrupt:
            taken, interrupted = interrupt.partial, True
        if given["redact"]:
            hide = pipeline.hiding(settings, environment, inputs_of(given))
            taken = redaction.redacted(taken, os.urandom(_KEY_BYTES), hide)
        write_file(target, file.encode(taken))
        click.echo(f"{target}  {len(taken.answers.by_request)} answers{'' if taken.complete else ', cut short'}")
        if interrupted:
            ctx.exit(INTERRUPTED)


snapshot.add_command(diff_snapshots)


for command in (adopt, declared, evaluate, rules, verify, replay, history, diff):
    cli.add_command(command)


@cli.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Print the page of a rule: why it matters, what is tested, how to fix it."""
    import difflib

    from auditor.policy.explain import explain as page
    from auditor.subjects.facts import catalogue

    by_id = {each.id: each for each in loaded()}
    if rule.upper() not in by_id:
        close = difflib.get_close_matches(rule.upper(), by_id, n=1)
        raise click.UsageError(
            f"no rule {rule!r}" + (f"; did you mean {close[0]}?" if close else "; see audit rules list")
        )
    click.echo(page(by_id[rule.upper()], catalogue()), nl=False)


@cli.command()
@options(ENVIRONMENT, CODE, STATE, EARLIER)
def permissions(**given: Any) -> None:  # noqa: ANN401 - the options above
    """Print the least-privilege IAM policy of the role that audits an environment."""
    import json

    from auditor import pipeline

    settings = settings_of(given)
    for environment in environments_of(settings, given):
        click.echo(json.dumps(pipeline.permissions(settings, environment, inputs_of(given)), indent=2))


@cli.command()
@click.argument("report", type=PATH, required=False)
@options(
    option("--format", "format_", metavar="F", default="html", help="The format to render (default: html)."),
    option("--schema", is_flag=True, help="Print the JSON Schema of the report instead."),
    option("--out", type=PATH, metavar="FILE", help="Write to this file instead of stdout."),
)
def render(report: Path | None, format_: str, *, schema: bool, out: Path | None) -> None:
    """Render a JSON report in another format."""
    from auditor.bundle import write_file
    from auditor.formats import formats, rendered_again
    from auditor.shipped import shipped
    from auditor.terminal import out as put

    if schema:
        content = (shipped("reports") / "schema" / "report.v1.json").read_bytes()
    elif report is None:
        raise click.UsageError("name a report.json")
    else:
        chosen = format_of(formats(), format_, "--format")
        content = rendered_again(_read(report), chosen, str(report))
    if out is None:
        put(content)
    else:
        write_file(out, content)


@cli.command()
@options(RESULT)
@click.pass_context
def demo(ctx: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - the options above
    """Audit a demonstration estate that was changed by hand, on an AWS stand-in on this computer."""
    from auditor import demo as demonstration
    from auditor.terminal import deliver

    with demonstration.running(inputs_of(given)) as (settings, outcome, changes):
        click.echo("changed by hand:\n" + "".join(f"  {change}\n" for change in changes), err=True)
        # A folder of its own: a demonstration must never be taken for a run of the environment it is named after.
        delivery = delivery_of(settings, given)
        if delivery.dated:
            delivery = replace(delivery, out=Path("reports/out/demo"))
        code = deliver(outcome, delivery)
    ctx.exit(_leaving(code, given))


def _read(file: Path) -> bytes:
    try:
        if file.exists() and not file.is_file():
            raise SourceError(f"{file} is no regular file")
        return file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file} can't be read: {error.strerror}") from error


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(GARBAGE)
    streams.open_closed()
    signal.signal(signal.SIGTERM, _stopped)
    given = None if arguments is None else list(arguments)
    code = _ending(lambda: cli.main(args=given, prog_name="audit", standalone_mode=False))
    gc.freeze()  # what the run holds goes with the process: the interpreter need not look through it at its end
    sys.exit(code)


def _stopped(number: int, _: FrameType | None) -> NoReturn:
    """SIGTERM ends a run as Ctrl-C does; a second one, sent to the processes of a group one by one, changes nothing."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _ending(work: Callable[[], object]) -> int:
    """Do some work, and give the exit code; every error is told once, without a traceback."""
    try:
        code = work()
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone: say nothing.
        streams.turn_off(sys.stdout)
        return NOT_DONE
    except AuditorError as error:
        from auditor.terminal import tell

        tell(error)
        return NOT_DONE
    except Exception as error:  # noqa: BLE001 - the last line of defence: a defect is told in one line
        if not streams.tell_full(error):
            if os.environ.get("AUDIT_DEBUG"):
                import traceback

                traceback.print_exc()
            click.echo(f"error: a defect of the auditor: {type(error).__name__}: {error}", err=True)
            click.echo("  hint   please report it with the output of AUDIT_DEBUG=1", err=True)
        return NOT_DONE
    return code if isinstance(code, int) else 0
