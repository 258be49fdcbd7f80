"""What plan would do, by the code alone: nothing is known of it but where the provider refuses whatever AWS has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from auditor.compare.overrides import LeftOut
from auditor.model.drift import Comparison, Existence, Plan
from auditor.model.facts import Resource
from auditor.model.kind import Kind
from auditor.model.values import Unknown


def of_code(declared: Iterable[Resource], kinds: Iterable[Kind], cause: Unknown) -> tuple[Comparison, ...]:
    """The comparisons of resources of these kinds, without AWS; `cause` says why it is not known."""
    by_type = {kind.type: kind for kind in kinds}
    return tuple(_of(each, by_type[each.kind], cause) for each in declared if each.kind in by_type)


def _of(declared: Resource, kind: Kind, cause: Unknown) -> Comparison:
    certain, new = refusals(declared, kind, cause)
    return Comparison(
        kind=declared.kind,
        identity=declared.identity,
        address=declared.address,
        existence=Existence.UNDETERMINED,
        plan=Plan.ERROR if certain else Plan.UNDETERMINED,
        declared=declared,
        live=None,
        cause=cause,
        note="; ".join(certain) if certain else _NEW + "; ".join(new) if new else "",
    )


def refusals(declared: Resource, kind: Kind, cause: Unknown) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why the provider refuses a resource: whatever AWS has, and only where it is to be created.

    With every value of AWS unknown, what is refused still is refused for certain.
    """
    if declared.undetermined is not None:
        return (), ()
    stored = {attribute.name: cause for attribute in kind.attributes}
    planned = LeftOut(declared.ignored).planned(declared.values, stored)
    certain = (*declared.refused, *kind.invalid(planned, stored))
    return certain, tuple(why for why in kind.invalid(declared.values, None) if why not in certain)


_NEW: Final = "refused while there is none yet: "
