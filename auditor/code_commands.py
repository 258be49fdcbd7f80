"""The commands about code alone: `audit declared` and `audit eval`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.model.errors import SourceError
from auditor.options import (
    CODE,
    DIRECTORY,
    ENVIRONMENT,
    PATH,
    Given,
    InOrder,
    adjusted,
    environments_of,
    inputs_of,
    option,
    options,
    settings_of,
)

if TYPE_CHECKING:
    from auditor.hcl import Configuration


@click.command(cls=InOrder)
@options(
    ENVIRONMENT,
    DIRECTORY,
    CODE,
    option("--why", nargs=2, metavar="ADDRESS PATH", help="Print where the value at this path comes from, instead."),
)
def declared(**given: Any) -> None:  # noqa: ANN401 - the options above
    """Print what the code declares, as JSON: values as Terraform plans them, unknowns by path, origins."""
    from auditor import hcl
    from auditor.indented import pieces
    from auditor.masking import masked

    code = _configuration(given)
    if given["why"]:
        _print_why(code, *given["why"])
        return
    document = masked(hcl.declared_document(code), hcl.sensitive_texts(code))
    sys.stdout.writelines(pieces(document))
    click.echo()


@click.command(name="eval", cls=InOrder)
@click.argument("expression", required=False)
@options(
    option("--json", "rows", type=PATH, metavar="FILE", help='Complete a list of {"expr": ...}.'),
    ENVIRONMENT,
    DIRECTORY,
    CODE,
)
def evaluate(expression: str | None, rows: Path | None, **given: Any) -> None:  # noqa: ANN401 - the options above
    """Evaluate an expression in the scope of an environment or directory (default: the current one)."""
    from auditor.hcl import console

    if (expression is None) is (rows is None):
        raise click.UsageError("give one expression, or --json FILE")
    directory = given["directory"] if given["names"] else given["directory"] or Path()
    scope = _configuration({**given, "directory": directory}).console_scope()
    if expression is not None:
        click.echo(console.evaluate_text(expression, scope))
    elif rows is not None:
        click.echo(json.dumps(console.eval_rows(_rows(rows), scope), indent=1, ensure_ascii=False))


def _configuration(given: Given) -> Configuration:
    from auditor import pipeline
    from auditor.settings import Environment

    settings = settings_of(given)
    if given["directory"] is not None:
        environment = adjusted(Environment(name="", root=given["directory"].resolve()), given)
    elif len(chosen := environments_of(settings, given)) == 1:
        environment = chosen[0]
    else:
        raise click.UsageError("give one environment")
    return pipeline.configuration(settings, environment, inputs_of(given).variables)


def _print_why(configuration: Configuration, address: str, path: str) -> None:
    """Print the places that decided a value, the deciding one first, and then each that handed it on."""
    from auditor.declared import declared as resources_of
    from auditor.formats.words import clean
    from auditor.hcl import sensitive_texts
    from auditor.hcl.why import why
    from auditor.kinds import kinds
    from auditor.masking import masked_text

    secrets = sensitive_texts(configuration)
    resources = resources_of(configuration, kinds(), account="", region="")
    keyed = {resource.address: resource.origins for resource in resources}
    for reason in why(configuration, address, path, keyed.get(address)):
        click.echo(clean(f"{reason.path}  {reason.otherwise}".rstrip()))
        for place, line in reason.places:
            click.echo(clean(f"  {place}  {masked_text(line, secrets)}"))


def _rows(file: Path) -> Sequence[Mapping[str, Any]]:
    hint = 'it must be a list of {"expr": "..."}'
    try:
        if file.exists() and not file.is_file():
            raise SourceError(f"{file} is no regular file", hint=hint)
        rows = json.loads(file.read_bytes())
    except OSError as error:
        raise SourceError(f"{file} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise SourceError(f"{file} is not JSON: {error}", hint=hint) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "expr" in row for row in rows):
        raise SourceError(f"{file} holds no expressions", hint=hint)
    return rows
