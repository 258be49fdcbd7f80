"""What the auditor knows about a kind of resource, as data and pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.calls import Call
from auditor.model.data_sources import Found
from auditor.model.drift import Drift
from auditor.model.facts import Resource
from auditor.model.values import Reason, Unknown, Value


class Dormant(StrEnum):
    """When a written child of a block has no effect, because the block's `enabled` is not declared true."""

    DISABLED = "disabled"
    """Whenever the block is disabled."""
    DISABLED_AND_UNSET = "disabled_and_unset"
    """While the block is disabled and live has no value either."""


class Replaced(StrEnum):
    """When a difference of an attribute that replaces the resource does so, where it does not always."""

    WRITTEN = "written"
    """Only where the code gives it a value; taking it out of the code changes nothing but the state."""
    COMES_OR_GOES = "comes_or_goes"
    """Where the block comes or goes, whatever becomes of what is in it."""


class Equivalence(StrEnum):
    """Which different texts or numbers mean the same thing."""

    KEY_ID = "key_id"
    """A key's ARN and its bare id."""
    KEY_ID_STORED_BARE = "key_id_stored_bare"
    """The same; but the provider stores the bare id, so that plan takes an ARN for another text."""
    NO_MAXIMUM = "no_maximum"
    """-1, 0 and absent: no limit."""


class Shape(StrEnum):
    """How an attribute's value is built."""

    STRING = "string"
    BOOL = "bool"
    NUMBER = "number"
    MAP = "map"
    """Map of strings."""
    SET = "set"
    """Set of strings: a sorted tuple."""
    LIST = "list"
    """List of strings, in order."""
    JSON = "json"
    """A policy document as text."""
    BLOCK = "block"
    """One nested block, or none: a mapping, or absent."""
    BLOCKS = "blocks"
    """A set of nested blocks: a mapping by the block's identity."""


class Attribute(Struct, frozen=True, kw_only=True):
    """An attribute of a kind, with what decides how its two sides compare."""

    name: str
    shape: Shape
    doc: str
    default: Value = None
    """What the provider takes where the attribute is omitted."""
    required: bool = False
    computed: bool = False
    """Optional and computed: omitted means that the live value stays."""
    replaces: bool = False
    """A difference makes Terraform replace the resource."""
    compared: bool = True
    """False: never read back by the provider, or decided by AWS alone."""
    aws_default: Value = None
    """What AWS itself takes where nobody says anything; `{account}` in a text is the resource's account."""
    protects: Value = None
    """The live value that protects data; a planned change away from it carries a risk."""
    replaced: Replaced | None = None
    """Of an attribute that replaces: when, if not always."""
    kept: bool = False
    """Only the state has it, because AWS does not tell it: with a state, plan compares the code with what that has."""
    apart_from_null: bool = False
    """None in a state is another value than the default: the provider's newer framework keeps them apart."""
    by_text: bool = False
    """Plan compares texts as they are; while both mean the same, a refresh keeps the one that was last applied."""
    passenger: bool = False
    """`false` in the place of none replaces the resource as soon as plan changes anything else."""
    equivalence: Equivalence | None = None
    dormant: Dormant | None = None
    needs: tuple[str, Value] | None = None
    """A sibling of the whole resource and the declared value it must have, or this attribute has no effect in AWS."""
    names_only: bool = False
    """For `blocks`: plan sees which elements there are, not what is in them."""
    service_made: str = ""
    """Part of a live value that tells that AWS put its own in the place of whatever was asked for."""
    autoscaled: bool = False
    """Autoscaling moves the live value between bounds that the kind's fact `bounds` tells by path."""
    own_region_apart: bool = False
    """For `blocks` by Region: AWS may list the resource's own Region among them, or not."""
    key_reference: bool = False
    """Holds a key's ARN: absent is the account's default key, and the ARN of an alias is the key it points to."""
    only_with: str = ""
    """Plan drops a difference here, unless this sibling differs too."""
    keys_of: tuple[str, ...] = ()
    """For `blocks`: what they are the keys of; one that only a key or a block of the same side needs comes with it."""
    identity: str = ""
    """For `blocks`: the child that identifies an element (`name`, `region_name`)."""
    children: tuple[Attribute, ...] = ()
    api: str = ""
    """Where the live value stands: the operation, as `dynamodb:DescribeTable`."""
    field: str = ""
    """And its path inside the answer, as `Table.TableClassSummary.TableClass`."""


def _nothing_listed(_answers: Answers, _scope: Scope, /) -> Unknown:
    return Unknown(Reason.NOT_SUPPORTED, "AWS has no list of these")


def _not_told(_answers: Answers, _scope: Scope, name: str, /) -> Unknown:
    return Unknown(Reason.NOT_READ, f"nothing was read of {name}")


def never_its_own(_resource: Resource, _scope: Scope, /) -> bool:
    """No resource of the kind counts as unmanaged."""
    return False


def _never(_planned: Mapping[str, Value], _refreshed: Mapping[str, Value] | None, /) -> tuple[str, ...]:
    return ()


def _no_trap(_declared: Mapping[str, Value], _ignored: tuple[str, ...], /) -> tuple[tuple[str, str], ...]:
    return ()


def _no_doubt(_answers: Answers, _scope: Scope, _declared: Iterable[Resource], /) -> Iterable[Request]:
    return ()


def _no_calls(_planned: Mapping[str, Value], _live: Resource, _drift: Drift, /) -> tuple[Call, ...]:
    return ()


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of resource: everything about it stands in one module of `auditor/kinds/`."""

    type: str
    """Terraform type."""
    attributes: tuple[Attribute, ...]
    identity: str
    """The attributes whose values, joined by `/`, are the resource's name in AWS: see `name`."""
    requests: Callable[[Scope], Iterable[Request]]
    """What to ask AWS first, given the scope."""
    follow: Callable[[Scope, Answer], Iterable[Request]]
    """What a whole answer leads to: the key of a table that was just described."""
    read: Callable[[Answers, Scope], Iterable[Resource]]
    """Pure: all live resources of this kind in the answers; what was not answered becomes Unknown inside them."""
    refresh: Callable[[Resource, Answers], Resource]
    """Pure: what the provider would have stored after reading this live resource; feeds the `plan` verdict only."""
    permissions: tuple[str, ...]
    """IAM actions that `requests` and `follow` need."""
    confirm: Callable[[Answers, Scope, Iterable[Resource]], Iterable[Request]] = _no_doubt
    """Pure: what to ask by itself once all has come, because a list about many things is late: where it leaves one out,
    or says otherwise than the declared resources."""
    listed: Callable[[Answers, Scope], tuple[str, ...] | Unknown] = _nothing_listed
    """Pure: the names that AWS lists in this account and Region; Unknown where the list is not whole."""
    absence: Callable[[Answers, Scope, str], Unknown | None] = _not_told
    """Pure: for a declared name that `read` has nothing of: None where AWS said that it is not there."""
    belongs: Callable[[Resource, Scope], bool] = never_its_own
    """Pure: whether a live resource lies in the environment's name space, so that undeclared means unmanaged."""
    invalid: Callable[[Mapping[str, Value], Mapping[str, Value] | None], tuple[str, ...]] = _never
    """Pure: why the provider refuses planned values, given the refreshed ones; none of a resource that is created."""
    put_back: Callable[[Mapping[str, Value], Resource, Drift], tuple[Call, ...]] = _no_calls
    """Pure: the calls that give a live resource again what is planned at a drift, both sides of which are known."""
    data_source: Callable[[Answers, Scope, str], Found] | None = None
    """Pure: what the data source of the same type finds by this name, id or ARN; its attributes as the provider has
    them, apart from the one it is found by."""
    traps: Callable[[Mapping[str, Value], tuple[str, ...]], tuple[tuple[str, str], ...]] = _no_trap
    """Pure: of declared values and `ignore_changes`, what one change by hand turns into a plan that fails or destroys:
    attribute and words."""
    name_of_id: Callable[[str], str] = str
    """Pure: the name that the id of an `import` block tells; empty where it tells none."""
    pointed_at_by: tuple[tuple[str, str], ...] = ()
    """(kind, attribute) of resources that lead to one whose name AWS makes: an alias leads to its key."""
    known_by: frozenset[str] = frozenset()
    """Of such a resource: the attributes by which one knows it, because a person wrote them onto it."""
    built_of: frozenset[str] = frozenset()
    """The attributes that stay when a resource is made again under another name."""
    companions: tuple[tuple[str, str, str], ...] = ()
    """(kind, its attribute that refers here, attribute here) of resources that declare a part of this one."""
    elsewhere: bool = False
    """Its resources may lie in other Regions than the environment's, and are read there."""
    wanted: frozenset[str] = frozenset()
    """Those of the permissions that are needed only where a rule wants them."""
    optional: frozenset[str] = frozenset()
    """Those of the permissions that are needed only where the code declares the kind, or a rule wants them."""

    def name(self, values: Mapping[str, Value], region: str) -> str | Unknown | None:
        """The name in AWS that follows from declared values; None where a part of it is not declared.

        An omitted part has its default, a part called `region` is the resource's Region, and of a key's ARN only the
        id counts. Of several parts those that are empty are left out, outer slashes too: a policy of the path `/` is
        known by its name alone.
        """
        by_name = {attribute.name: attribute for attribute in self.attributes}
        parts: list[str] = []
        for name in self.identity.split("/"):
            attribute = by_name.get(name)
            value = region if attribute is None and name == "region" else values.get(name)
            if value is None and attribute is not None:
                value = attribute.default
            if isinstance(value, Unknown):
                return value
            if not isinstance(value, str):
                return None
            bare = attribute is not None and attribute.equivalence is Equivalence.KEY_ID_STORED_BARE
            parts.append(value.rpartition("key/")[2] if bare else value)
        return parts[0] if len(parts) == 1 else "/".join(filter(None, (part.strip("/") for part in parts)))

    def noted_name(self, attributes: Mapping[str, Any], region: str) -> str | None:
        """The name that a state's attributes tell; of what is to be imported, the `id` alone is there.

        Of a kind with the Region in its names, none is told without it.
        """
        told = attributes.get("id")
        if isinstance(told, str) and attributes.keys() == {"id"}:
            return self.name_of_id(told) or None
        if not region and "region" in self.identity.split("/"):
            return None
        name = self.name(attributes, region)
        return name if isinstance(name, str) and name else None
