"""The options of the command line, and the records they are turned into."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from msgspec.structs import replace

if TYPE_CHECKING:
    from auditor.archive import Archive
    from auditor.formats.interface import Format
    from auditor.inputs import Inputs
    from auditor.settings import Environment, Settings
    from auditor.signature import Signer
    from auditor.terminal import Delivery

Command = TypeVar("Command", bound=Callable[..., Any])
Given = Mapping[str, Any]
"""What click got for the options of a command."""

_WEEK: Final = 7 * 24 * 3600
_FAIL_ON: Final = ("critical", "high", "medium", "low", "never")


def option(*names: str, **settings: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - click's own keywords
    """A click option that AUDIT_<OPTION> can set as well."""
    long = next(name for name in names if name.startswith("--"))
    return click.option(*names, envvar="AUDIT_" + long.lstrip("-").replace("-", "_").upper(), **settings)


def options(*several: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, shown in this order."""

    def decorate(command: Command) -> Command:
        for each in reversed(several):
            command = each(command)
        return command

    return decorate


class InOrder(click.Command):
    """A command whose `--var` and `--var-file` are one list, `given`, in the order in which they were typed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put together what click keeps apart; what stands in the process environment comes first."""
        *_, order = self.make_parser(ctx).parse_args(args=list(args))
        rest = super().parse_args(ctx, args)
        kept = {name: list(ctx.params.pop(name)) for name in ("var_files", "variables") if name in ctx.params}
        if kept:
            typed = [parameter.name for parameter in order if parameter.name in kept]
            first = [name for name, those in kept.items() if name not in typed for _ in those]
            ctx.params["given"] = tuple(kept[name].pop(0) for name in (*first, *typed) if name)
        return rest


class GroupInOrder(InOrder, click.Group):
    """A group of commands with such options of its own."""


class NamedPath(click.Path):
    """A path; an empty text is none, least of all the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's
        """Refuse the empty text."""
        if value == "":
            self.fail("the path is empty", param, ctx)
        return super().convert(value, param, ctx)


class Seconds(click.FloatRange):
    """A number of seconds, of a week at most."""

    name = "number of seconds"

    def __init__(self) -> None:
        super().__init__(min=0, max=_WEEK)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's
        """Refuse `nan`, which is in any range."""
        found = super().convert(value, param, ctx)
        return self.fail(f"{value!r} is not a valid {self.name}.", param, ctx) if math.isnan(found) else found


class StatePath(NamedPath):
    """A path, or a place in a bucket."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's
        """Keep `s3://bucket/key` apart from paths."""
        from auditor.state import StateObject

        if not str(value).startswith("s3://"):
            return super().convert(value, param, ctx)
        found = StateObject.of(value)
        return found if found is not None else self.fail(f"{value!r} is not s3://BUCKET/KEY", param, ctx)


def _archive(text: str) -> Archive:
    """The place that `s3://bucket/prefix` names."""
    from auditor.archive import Archive

    found = Archive.of(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is not s3://BUCKET/PREFIX")
    return found


PATH: Final = NamedPath(path_type=Path)
CODE = options(
    option("--account", metavar="ID", help="Account of the environment (default: audit.toml, then the provider's)."),
    option("--region", metavar="REGION", help="Its Region (default: audit.toml, then the provider's)."),
    option("--var-file", "var_files", multiple=True, type=PATH, metavar="FILE", help="A further tfvars file."),
    option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A Terraform variable."),
    option("--workspace", metavar="NAME", help="The Terraform workspace."),
    option(
        "--hcl-reader",
        "reader",
        type=click.Choice(["auditor", "python-hcl2"]),
        help="What reads the code (default: auditor, which reads all that Terraform does).",
    ),
)
ENVIRONMENT = option("--env", "names", multiple=True, metavar="NAME", help="Environment; repeatable; `all` means each.")
DIRECTORY = option("--dir", "directory", type=PATH, metavar="DIR", help="A root module, instead of an environment.")
STATE = option(
    "--state",
    type=StatePath(path_type=Path),
    metavar="FILE",
    help="Terraform's state, or `terraform show -json`: which resource is which, which side moved; also s3://B/KEY.",
)
EARLIER = option(
    "--earlier",
    type=_archive,
    metavar="s3://B/PREFIX",
    help="Earlier bundles are looked for here too, where audit-publish put them.",
)
AWS = options(
    option("--profile", metavar="NAME", help="AWS profile."),
    option("--expiry-from", type=PATH, metavar="FILE", help="Do not ask for expiry (TTL): take it from this snapshot."),
    option("--deadline", type=Seconds(), metavar="SECONDS", help="Stop reading AWS after this long."),
)
RESULT = options(
    option("--format", "stdout", metavar="F", default="text", help="The one document for stdout (default: text)."),
    option("--also", metavar="F,F", default="", help="Further formats in the bundle."),
    option(
        "--out",
        type=PATH,
        metavar="DIR",
        help="Folder of the bundle, written anew at each run (default: reports/out/ENV/TIME).",
    ),
    option("--sign", type=PATH, metavar="FILE", help="Sign the manifest with this Ed25519 private key (PEM)."),
    option("--fail-on", type=click.Choice(_FAIL_ON), help="The least severity that counts (default: low)."),
    option("--new-only", is_flag=True, help="Count and list only findings that are new since the run before."),
    option("--exit-zero", is_flag=True, help="Turn the exit codes 3 and 4 into 0."),
    option("-q", "--quiet", count=True, help="Summary only; twice: errors only."),
    option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour on a terminal."),
)


def settings_of(given: Given) -> Settings:
    """The project's settings, with the options over them."""
    from auditor import settings

    loaded = settings.load(Path.cwd())
    return replace(loaded, fail_on=given.get("fail_on") or loaded.fail_on, new_only=bool(given.get("new_only")))


def environments_of(settings: Settings, given: Given) -> tuple[Environment, ...]:
    """The environments that --env names, with the options over what audit.toml says."""
    names = [name for entry in given["names"] for name in entry.split(",")]
    files = given.get("files", ())
    if files and not given["declared_only"]:
        raise click.UsageError(f"files go with --declared-only; an environment is named by --env {files[0]}")
    names = names or (["all"] if files else [])
    if not names:
        raise click.UsageError(f"name an environment with --env: {', '.join(settings.environments) or 'none found'}")
    every = settings.environments.values()
    chosen = every if names == ["all"] else [settings.environment(name) for name in dict.fromkeys(names)]
    adjusted_ = tuple(adjusted(environment, given) for environment in chosen)
    if not files:
        return adjusted_
    from auditor.estate import decided_by

    variables = inputs_of(given).variables
    return tuple(each for each in adjusted_ if decided_by(settings, each, variables, files))


def adjusted(environment: Environment, given: Given) -> Environment:
    """An environment with the options over it."""
    from auditor.settings import ACCOUNT_ID

    over = {name: given[name] for name in ("region", "profile", "workspace") if given.get(name)}
    if given.get("account"):
        if not ACCOUNT_ID.fullmatch(given["account"]):
            raise click.BadParameter(f"{given['account']!r} is no account id: 12 digits", param_hint="--account")
        over |= {"account": given["account"], "account_source": "--account"}
    return replace(environment, **over)


def inputs_of(given: Given) -> Inputs:
    """What decides the run besides settings: here the clock is read."""
    from auditor.inputs import Inputs, Variables
    from auditor.progress import Progress
    from auditor.state import StateObject

    if given.get("snapshot") and given.get("declared_only"):
        raise click.UsageError("--declared-only judges the code alone, --snapshot a reading: give one of them")
    if given.get("edits") and given.get("declared_only"):
        raise click.UsageError("--edits are of what drifted, which --declared-only does not look for")
    if given.get("snapshot") or given.get("declared_only"):
        if given.get("expiry_from"):
            raise click.UsageError("--expiry-from goes with a reading of AWS, which is not to be asked")
        if isinstance(given.get("state"), StateObject):
            hint = "give the state as a file"
            raise click.UsageError(f"{given['state']} is read from AWS, which is not to be asked; {hint}")
        if given.get("earlier"):
            hint = "fetch a bundle by audit-publish --bring-back"
            raise click.UsageError(f"{given['earlier']} is read from AWS, which is not to be asked; {hint}")
    return Inputs(
        now=time_of(given.get("now")),
        fixed_now=bool(given.get("now")),
        command=" ".join(("audit", *sys.argv[1:])),
        variables=Variables(
            given=tuple(map(_value, given.get("given", ()))),
            environment=dict(os.environ),
            state=given.get("state"),
            reader=given.get("reader") or "auditor",
        ),
        earlier=given.get("earlier"),
        snapshot=given.get("snapshot"),
        declared_only=bool(given.get("declared_only")),
        edits=bool(given.get("edits")),
        expiry_from=given.get("expiry_from"),
        deadline=given.get("deadline"),
        second_reader=not given.get("no_second_reader"),
        progress=Progress(sys.stderr),
    )


def delivery_of(settings: Settings, given: Given) -> Delivery:
    """Where the result goes; an unknown format is told before anything is read."""
    from auditor.formats import formats
    from auditor.terminal import Delivery

    known = formats()
    wanted = ["html", "json", *filter(None, given["also"].split(",")), *settings.also]
    return Delivery(
        printed=format_of(known, given["stdout"], "--format"),
        written=tuple(format_of(known, name, "--also") for name in dict.fromkeys(wanted)),
        out=given["out"] or settings.root / "reports" / "out",
        dated=given["out"] is None,
        kept=not given.get("files"),
        fail_on=settings.fail_on,
        new_only=settings.new_only,
        quiet=given["quiet"],
        color=given["color"],
        signer=_signer(given["sign"]),
    )


def _signer(key: Path | None) -> Signer | None:
    """The signer, made before anything is read: an unusable key is told at once."""
    if key is None:
        return None
    from auditor import signature

    signature.demand_library()
    return signature.signer(key)


def format_of(known: Mapping[str, Format], name: str, option_name: str) -> Format:
    """The format of that name; a usage error where there is none."""
    if name not in known:
        raise click.BadParameter(f"no format {name!r}; there are {', '.join(known)}", param_hint=option_name)
    return known[name]


def time_of(text: str | None) -> datetime:
    """The time that --now names, or the clock's."""
    if not text:
        return datetime.now(UTC)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("not an RFC 3339 time, as 2026-01-15T02:00:00Z", param_hint="--now") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _value(given: Path | str) -> Path | tuple[str, str]:
    if isinstance(given, Path):
        return given
    name, equals, value = given.partition("=")
    if not (name and equals) or name.endswith(" "):
        raise click.BadParameter(f"{given!r} is not NAME=VALUE", param_hint="--var")
    return name, value
