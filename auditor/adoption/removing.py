"""Missing resources taken out of code: the element of the map that makes one, or the block that declares it alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from auditor.adoption.origins import Changes
from auditor.adoption.search import Adoption, Search, Trial, name_of
from auditor.adoption.texts import unified, why_not
from auditor.hcl import edit
from auditor.hcl.resource_instance import ResourceInstance
from auditor.model.drift import Comparison, Moved


def take_out(search: Search, comparison: Comparison) -> Adoption:
    """The edit by which code declares no longer what AWS does not have; taken, where it changes nothing else.

    Whether the resource should be there is not ours to say: who wants it applies, who does not takes it out.
    """
    if comparison.moved is Moved.CODE:
        return Adoption(comparison=comparison, paths=("",), reason=_NOT_MADE)
    instance = search.trial.proposer.instances.get(comparison.address)
    best: Adoption | None = None
    for changes in _ways(search.trial, instance) if instance is not None else ():
        found = _tried(search, comparison, changes)
        if found is not None and (best is None or (found.alone and not best.alone)):
            best = found
    if best is not None:
        return best
    place = comparison.declared.place if comparison.declared is not None else None
    barred = why_not(place.file) if place is not None else ""
    return Adoption(comparison=comparison, paths=("",), place=place, reason=barred or _REFERRED_TO)


_NOT_MADE: Final = "it is not made yet: the next apply makes it"
_REFERRED_TO: Final = "it can't be taken out by itself: other code refers to it, or makes it along with others"


def _ways(trial: Trial, instance: ResourceInstance) -> Iterator[Changes]:
    """The element that its key comes from; the whole block, where it makes nothing else."""
    texts, repetition = trial.proposer.texts, instance.repetition
    origin = repetition.value.origin if repetition.value is not None else None
    while origin is not None and origin.previous is not None:
        origin = origin.previous
    layout = texts.layout(origin.source) if origin is not None else None
    element = layout.element_at(origin.offset) if layout is not None and origin is not None else None
    if layout is not None and element is not None:
        yield (edit.without_element(layout, element),)
    own = texts.layout(instance.block.source)
    block = own.block_at(instance.block.offset) if own is not None else None
    if own is not None and block is not None and not repetition.suffix:
        yield (edit.without_block(own, block),)


def _tried(search: Search, comparison: Comparison, changes: Changes) -> Adoption | None:
    """What comes of it; None where the code does not hold without, or has it still."""
    texts = search.trial.proposer.texts.with_changes(changes) if search.budget > 0 else None
    if texts is None:
        return None
    search.budget -= 1
    edited = {**search.edited, **texts}
    trial = search.world.try_(edited)
    if trial is None or trial.complaints - search.trial.complaints:
        return None
    name = name_of(comparison)
    declared = {each.address for each in trial.comparisons if each.address}
    if name in declared:
        return None
    others = {each.address for each in search.trial.comparisons if each.address} - declared - {name}
    before = {file.path: file.text for file in search.trial.code.files}
    shown = {path.relative_to(search.trial.base).as_posix(): text for path, text in texts.items()}
    new = trial.drifts - search.trial.drifts
    adoption = Adoption(
        comparison=comparison,
        paths=("",),
        place=comparison.declared.place if comparison.declared is not None else None,
        diff="".join(unified(path, before[path], text) for path, text in shown.items()),
        others=tuple(sorted({*others, *(f"{where} {path}".rstrip() for where, path in new)})),
        elsewhere=tuple(sorted(search.world.elsewhere(edited) - search.world.elsewhere(search.edited))),
        used_by=search.world.used_by(texts),
    )
    if search.world.tells(adoption.diff):
        return None
    if adoption.alone:
        search.trial, search.edited = trial, edited
    return adoption
