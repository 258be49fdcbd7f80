"""Adoption on pairs of code and answers: the search for edits over the code of a case of `plan_cases`."""

from plan_cases import ACCOUNT, PROVIDERS, REGION, code_of, compared

from auditor.adoption.search import Search, Trial, World
from auditor.declared import declared
from auditor.hcl import load
from auditor.kinds import kinds
from auditor.model.errors import AuditorError

BUDGET = 300


def search_of(case, folder):
    """The search over a case's code, which is written into `folder`."""
    provider = case.get("provider", "plain")
    region = provider.removeprefix("region ") if provider.startswith("region ") else REGION
    text = f'provider "aws" {{\n region = "{region}"\n {PROVIDERS[provider]}\n}}\n{code_of(case)}'
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(text, encoding="utf-8")
    return search_in(folder, case)


def search_in(folder, case):
    """The search over the code in a folder, which has the one resource of a case."""

    def trial(edited):
        code = load(folder, account=ACCOUNT, region=REGION, edited=edited)
        (resource,) = declared(code, kinds(), account=ACCOUNT, region=REGION)
        errors = frozenset(str(each) for each in code.diagnostics if each.severity == "error")
        return Trial(code, folder.resolve(), (compared(case, resource),), errors)

    def try_(edited):
        try:
            return trial(edited)
        except AuditorError:
            return None

    world = World(
        try_=try_,
        elsewhere=lambda _: frozenset(),
        used_by=lambda _: (),
        kinds={kind.type: kind for kind in kinds()},
        tells=lambda _: False,
    )
    return Search(world, trial({}), BUDGET)
