"""The whole audit of the estate's prod against a local stand-in, beside the real `terraform plan` where it is present.

Both see the same stand-in, which answers one request at a time, and the same applied estate.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from measuring import AUDIT, PATHS, Row, Size, median, once, row, serving

BOUNDS = {"wall": 1.0, "megabytes": 120.0}
OF_PLAN = 1 / 3.1
"""The bound again, whatever the machine: where `terraform plan` takes 3.1 s, the audit takes less than one."""


def serve(filled: bool) -> None:
    """Serve the stand-in, with the estate created in it or empty, until stdin ends."""
    from auditor.demo.estate import Hand, create
    from auditor.demo.stand_in.server import MotoServer
    from auditor.estate import estate
    from auditor.inputs import Variables
    from auditor.settings import load

    settings = load(Path.cwd())
    prod = settings.environment("prod")
    with MotoServer(prod.account) as server:
        if filled:
            create(estate(settings, prod, Variables()).resources, Hand(server.url, prod.region))
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def rows(size: Size) -> Iterator[Row]:
    """Yield the figures: with terraform where it is present, else of the audit alone."""
    sys.path.append(str(PATHS[1]))
    from terraform_runs import EstateCopy, environment_variables, why_not

    reason = "a small run does without" if size.tiny else why_not()
    with tempfile.TemporaryDirectory() as folder, serving("estate:serve", bool(reason)) as url:
        if reason:
            yield from _audits(size, url, folder)
            yield Row("terraform plan", note=f"not measured: {reason}")
            return
        copy = EstateCopy.make(Path(folder) / "dynamodb", url)
        copy.run("prod", "init", "-input=false", "-no-color")
        copy.run("prod", "apply", "-input=false", "-no-color", "-auto-approve")
        audits = list(_audits(size, url, folder))
        yield from audits
        command = ("terraform", "plan", "-input=false", "-no-color", "-detailed-exitcode")
        variables = environment_variables(Path(folder), url)
        place = copy.folder / "envs" / "prod"
        # What applied the estate used a provider that runs already; a plan by hand starts its own.
        once(("terraform", "init", "-input=false", "-no-color"), cwd=place, **variables)
        taken = median(size, lambda: once(command, cwd=place, **variables))
        share = audits[0].wall / taken.wall
        told = row("terraform plan", taken, f"the audit takes {share:.2f} of its wall")
        yield replace(told, bound=f"< {OF_PLAN:.2f} of its wall", holds=share < OF_PLAN)


def _audits(size: Size, url: str, folder: str) -> Iterator[Row]:
    command = (*AUDIT, "--env", "prod", "--out", f"{folder}/out", "-qq", "--exit-zero")
    for what, more, bounds in (
        ("audit --env prod", (), BOUNDS),
        ("the same, --no-second-reader", ("--no-second-reader",), BOUNDS),
        ("the same, --declared-only", ("--declared-only",), None),
    ):
        taken = median(size, partial(once, (*command, *more), AWS_ENDPOINT_URL=url))
        yield row(what, taken, bounds=bounds)
