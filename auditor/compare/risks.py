"""The risk of the next plan: one that fails, and one that a single change by hand would make fail or destroy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.compare.overrides import LeftOut, steps
from auditor.model.drift import Drift, Plan, Reality, Risk
from auditor.model.facts import Fact, Resource
from auditor.model.kind import Kind
from auditor.model.values import Value

KEPT: Final = "it would be replaced, and its lifecycle says prevent_destroy"


def kept(declared: Resource) -> bool:
    """Whether Terraform refuses to destroy a resource, and so to replace it."""
    return declared.facts.get("prevent_destroy") is True


def refused_anew(kind: Kind, declared: Resource, bound: Mapping[str, Value]) -> tuple[str, ...]:
    """Why Terraform refuses to plan a resource from nothing in the place of the one that is there."""
    return (*declared.refused, *kind.invalid(bound, None), *((KEPT,) if kept(declared) else ()))


def remade(declared: Resource, live: Resource, words: str, plan: Plan = Plan.REPLACE) -> Drift:
    """A replacement that no attribute forces, as a drift of the resource as a whole; or that it can't be told."""
    return replace(failing(declared, live, words), plan=plan, risk=Risk.REPLACES if plan is Plan.REPLACE else None)


def failing(declared: Resource, live: Resource, words: str) -> Drift:
    """The plan that fails, as a drift of the resource as a whole."""
    return Drift(
        path="",
        plan=Plan.ERROR,
        reality=Reality.EQUAL,
        declared=Fact("present", declared.origin("")),
        live=Fact("present", live.origin("")),
        risk=Risk.FAILS,
        note=words,
    )


class NextPlan(Struct, frozen=True):
    """What Terraform's validation meets at one resource: planned values, after `ignore_changes`."""

    kind: Kind
    declared: Resource
    live: Resource
    bound: Mapping[str, Value]
    """What the code says, with references bound."""
    stored: Mapping[str, Value]
    left_out: LeftOut

    @property
    def planned(self) -> Mapping[str, Value]:
        """What the code says, with what AWS has in the place of what it leaves out."""
        return self.left_out.planned(self.bound, self.stored)

    def refusals(self, *, anew: bool) -> tuple[str, ...]:
        """Why Terraform refuses the plan; `anew`: it would replace the resource, which it then plans from nothing."""
        told = (*self.declared.refused, *self.kind.invalid(self.planned, self.stored))
        return told if told or not anew else refused_anew(self.kind, self.declared, self.bound)

    def risks(self, refusals: tuple[str, ...]) -> Iterator[Drift]:
        """The plan that fails, told as a drift of the resource as a whole; else what it takes to make it fail."""
        if refusals:
            edited = self._refused_anyway()
            words = "Terraform refuses this code" if edited else "a change in AWS makes the next plan fail, unedited"
            yield failing(self.declared, self.live, f"{words}: {'; '.join(refusals)}")
            return
        for name, words in self.kind.traps(self.declared.values, self.declared.ignored):
            yield Drift(
                path=name,
                plan=Plan.NO_OP,
                reality=Reality.EQUAL,
                declared=Fact(self.declared.values.get(name), self.declared.origin(name)),
                live=Fact(self.live.values.get(name), self.live.origin(name)),
                risk=Risk.TRAP,
                note=words,
            )

    def _refused_anyway(self) -> bool:
        """Whether Terraform would refuse the plan too if AWS had what the code says."""
        if self.declared.refused:
            return True
        ignored = {steps(path)[0] for path in self.declared.ignored}
        said = {name: value for name in self.stored if (value := self.bound.get(name)) is not None or name in ignored}
        as_said = {**self.stored, **said}
        return bool(self.kind.invalid(self.left_out.planned(self.bound, as_said), as_said))
