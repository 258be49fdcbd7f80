"""Facts of a resource with two sides: attributes by Terraform's names, and whether each side exists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from operator import attrgetter
from typing import Final, Unpack

from msgspec import Struct
from msgspec.structs import replace

from auditor.model.catalogue import FactSpec, FactType
from auditor.model.drift import Comparison, Existence, Plan
from auditor.model.facts import ApiField, Identity, Origin, Resource
from auditor.model.members import LiveOrigins
from auditor.model.results import Subject
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown, Value
from auditor.subjects.definition import Definition, LazyFacts, Makers, More, at_path, names_of, origin_of, spec
from auditor.subjects.material import DeclaredEnvironment, Index, Material


class Sides(Struct, frozen=True):
    """Both sides of one resource, with everything around it."""

    comparison: Comparison
    declared: Resource | Value
    """The declared resource, or what facts of the declared side are without one."""
    live: Resource | Value
    """The live resource, or what facts of the live side are without one."""
    index: Index
    material: Material

    @property
    def environment(self) -> DeclaredEnvironment:
        """The environment it belongs to."""
        return self.material.environment


def sides_of(comparison: Comparison, index: Index, material: Material) -> Sides:
    """Both sides as facts see them: one that is not there is not applicable, one that can't be told unknown."""
    return Sides(
        comparison,
        _side(comparison.declared, Existence.UNMANAGED, comparison, _NOT_TOLD),
        _side(comparison.live, Existence.MISSING, comparison, index.unread),
        index,
        material,
    )


_NOT_TOLD: Final = Unknown(Reason.NOT_EVALUABLE, "it is not known whether the code declares it")


def _side(found: Resource | None, lacking: Existence, comparison: Comparison, untold: Unknown) -> Resource | Value:
    if found is not None:
        return found
    if comparison.existence is lacking:
        return NOT_APPLICABLE
    return untold if comparison.cause is None else comparison.cause


Definitions = tuple[Definition[Sides], ...]


def declared_exists(sides: Sides) -> Value:
    """Whether the code declares the resource; unknown where count or for_each is."""
    found = sides.declared
    if isinstance(found, Resource):
        return True if found.undetermined is None else found.undetermined
    return False if found is NOT_APPLICABLE else found


def live_exists(sides: Sides) -> Value:
    """Whether AWS has the resource."""
    found = sides.live
    if isinstance(found, Resource):
        return True
    return False if found is NOT_APPLICABLE else found


def existence(source: str) -> Definitions:
    """The facts that tell on which sides a resource exists; `source` is what AWS answers if it does."""
    return (
        of_sides(
            spec("declared.exists", FactType.BOOL, "Whether the code declares it.", "evaluated code"), declared_exists
        ),
        of_sides(spec("live.exists", FactType.BOOL, "Whether AWS has it.", source), live_exists),
    )


def of_sides(fact: FactSpec, value: Callable[[Sides], Value]) -> Definition[Sides]:
    """A fact that an analysis of both sides and what is around them tells; dated where it is an answer's."""
    origin = origin_of(fact)
    if not isinstance(origin, ApiField):
        return Definition(fact, value, lambda _: origin)

    def dated(sides: Sides) -> Origin:
        live = sides.comparison.live
        return live.origins.beside(origin) if live is not None and isinstance(live.origins, LiveOrigins) else origin

    return Definition(fact, value, dated)


def of_live(fact: FactSpec, value: Callable[[Resource], Value]) -> Definition[Sides]:
    """A fact of the live resource alone."""

    def of(sides: Sides) -> Value:
        live = sides.live
        return value(live) if isinstance(live, Resource) else live

    return of_sides(fact, of)


def of_declared(fact: FactSpec, value: Callable[[Resource], Value]) -> Definition[Sides]:
    """A fact of the declared resource alone."""

    def of(sides: Sides) -> Value:
        declared = sides.declared
        return value(declared) if isinstance(declared, Resource) else declared

    path = fact.path.removeprefix("declared.")
    return replace(of_sides(fact, of), sensitive=lambda sides: hidden(sides.declared, path))


def hidden(side: Resource | Value | None, path: str) -> bool:
    """Whether the code marks the path sensitive, something inside it, or what it lies in."""
    if not isinstance(side, Resource) or not side.sensitive:
        return False
    return any(_lies_in(path, marked) or _lies_in(marked, path) for marked in side.sensitive)


def _lies_in(path: str, other: str) -> bool:
    return path.startswith(other) and path[len(other) :][:1] in ("", ".", "[")


def live_fact(
    path: str, type_: FactType, doc: str, source: str, *, name: str = "", **more: Unpack[More]
) -> Definition[Sides]:
    """A fact of a live resource that is not a Terraform attribute.

    The kind calls it by its path, with underscores; `name` is another name. One that the kind does not tell is unknown.
    """
    told = name or path.removeprefix("live.").replace(".", "_")
    fact = spec(path, type_, doc, source, **more)
    untold = Unknown(Reason.NOT_SUPPORTED, f"{path} is not among what was read of this resource", api=fact.api)
    return of_live(fact, lambda live: live.facts.get(told, untold))


def attribute(path: str, type_: FactType, doc: str, source: str, *, omitted: str, **more: Unpack[More]) -> Definitions:
    """Both sides of a Terraform attribute.

    `source` is where the live value stands, `omitted` what it means that the code does not say it.
    """
    names = tuple(path.split("."))
    live = spec(f"live.{path}", type_, doc, source, **more)
    declared = replace(live, path=f"declared.{path}", api="", field=path, absence=omitted)

    def of(fact: FactSpec, side: Callable[[Sides], Resource | Value]) -> Definition[Sides]:
        untold = origin_of(fact)

        def value(sides: Sides) -> Value:
            found = side(sides)
            return at_path(found.values, names) if isinstance(found, Resource) else found

        def origin(sides: Sides) -> Origin:
            found = side(sides)
            return found.origin(path) if isinstance(found, Resource) else untold

        return Definition(fact, value, origin, lambda sides: hidden(side(sides), path))

    return of(declared, attrgetter("declared")), of(live, attrgetter("live"))


def blocks(path: str, attribute_name: str, doc: str, source: str) -> Definitions:
    """Both sides of the identities of a set of blocks: names of indexes, Regions of replicas."""

    def names(resource: Resource) -> Value:
        return names_of(resource.values.get(attribute_name))

    return (
        of_declared(spec(f"declared.{path}", FactType.STRINGS, doc, attribute_name), names),
        of_live(spec(f"live.{path}", FactType.STRINGS, doc, source), names),
    )


def of_environment(path: str, type_: FactType, doc: str, value: Callable[[Sides], Value]) -> Definition[Sides]:
    """A fact of the environment that the resource belongs to."""
    return of_sides(spec(path, type_, doc, "audit.toml, or the folder's name"), value)


SURROUNDINGS: Final[Definitions] = (
    of_environment("environment.name", FactType.STRING, "Name of the environment.", lambda s: s.environment.name),
    of_environment("environment.tier", FactType.STRING, "Tier of the environment.", lambda s: s.environment.tier),
    of_environment(
        "environment.region", FactType.STRING, "Region that was audited.", lambda s: s.comparison.identity.region
    ),
)
"""Facts that every subject with two sides has."""


def subjects_of(
    type_: str, kinds: Collection[str], material: Material, makers: Makers[Sides], index: Index
) -> Iterator[Subject]:
    """One subject for each comparison of some kinds; all kinds where none is named."""
    for comparison in material.comparisons:
        if not kinds or comparison.kind in kinds:
            yield _subject(type_, sides_of(comparison, index, material), makers, comparison)


def subject_around(type_: str, sides: Sides, makers: Makers[Sides]) -> Subject:
    """A resource that belongs to no comparison and that the environment's tables lean on: rules about drift skip it."""
    return _subject(type_, sides, makers)


def outside(kind: str, identity: Identity, live: Resource | None, cause: Unknown | None) -> Comparison:
    """What stands for the comparison of a resource outside the environment's name space; it is not compared.

    Without a live resource, `cause` tells why it could not be read.
    """
    return Comparison(kind, identity, "", Existence.UNMANAGED, Plan.NO_OP, declared=None, live=live, cause=cause)


def _subject(type_: str, sides: Sides, makers: Makers[Sides], compared: Comparison | None = None) -> Subject:
    comparison = sides.comparison
    declared = comparison.declared
    name = comparison.identity.name
    return Subject(
        type=type_,
        name=name if isinstance(name, str) else comparison.address,
        identity=identity_text(comparison.kind, comparison.identity),
        facts=LazyFacts(makers, sides),
        address=comparison.address,
        place=declared.place if declared is not None else None,
        tags=tags_of(comparison),
        comparison=compared,
    )


def identity_text(kind: str, identity: Identity) -> str:
    """What a subject is known by from audit to audit; empty while its name is unknown.

    Tables are known by account, Region and name; of other kinds the type stands before the name, so that an alarm
    that is called like a table is not taken for it.
    """
    if not isinstance(identity.name, str):
        return ""
    return str(identity) if kind == TABLE else f"{identity.account}/{identity.region}/{kind}/{identity.name}"


TABLE: Final = "aws_dynamodb_table"


def tags_of(comparison: Comparison) -> Mapping[str, str]:
    """The tags of the live resource, else of the declared one; those of unknown or sensitive value are left out."""
    for side in (comparison.live, comparison.declared):
        tags = side.values.get("tags") if side is not None else None
        if isinstance(tags, Mapping):
            return {
                key: value
                for key, value in tags.items()
                if isinstance(value, str) and not hidden(comparison.declared, f'tags["{key}"]')
            }
    return {}
