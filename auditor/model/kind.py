"""What the auditor knows about a kind of resource, as data and pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Resource
from auditor.model.values import Value


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
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
    identity: str = ""
    """For `blocks`: the child that identifies an element (`name`, `region_name`)."""
    children: tuple[Attribute, ...] = ()
    api: str = ""
    """Where the live value stands: the operation, as `dynamodb:DescribeTable`."""
    field: str = ""
    """And its path inside the answer, as `Table.TableClassSummary.TableClass`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of resource: everything about it stands in one module of `auditor/kinds/`."""

    type: str
    """Terraform type."""
    attributes: tuple[Attribute, ...]
    identity: str
    """The attribute whose value is the resource's name in AWS."""
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
