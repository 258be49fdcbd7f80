"""Data sources that the code itself decides: the caller's account, the Region, the partition, policy documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from auditor.hcl import types, values
from auditor.hcl.completion import completed_blocks
from auditor.hcl.errors import EvaluationError
from auditor.hcl.policy_document import DEFAULT_VERSION, policy_document
from auditor.hcl.providers import ProviderConfiguration
from auditor.hcl.schema import data_schema
from auditor.hcl.values import Undecided, Value

_PARTITIONS: Final = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
    ("", "aws", "amazonaws.com"),
)
"""What the names of its Regions begin with, its own name, its DNS suffix."""
_PRINCIPALS_OF_PARTITION: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "aws-cn": ("codedeploy", "elasticmapreduce", "logs"),
        "aws-iso": ("cloudhsm", "config", "logs", "workspaces"),
        "aws-iso-b": ("dms", "logs"),
    }
)
"""Services whose principal has the suffix of the partition (AWS provider 5.100.0); that of all others is the usual."""
_ARN_PARTS: Final = 6
_ALLOW: Final = values.string("Allow")


class Surrounding(Struct, frozen=True):
    """What the run knows without asking AWS."""

    account: str
    region: Value | None
    """Of the data source's provider."""
    provider: ProviderConfiguration | None


def read(type_: str, written: Mapping[str, Value], known: Surrounding) -> Mapping[str, Value]:
    """The computed attributes that can be told, and arguments that reading changes; empty for every other data source.

    Raises:
        EvaluationError: where the configuration is not one the provider takes.
    """
    reader = _READERS.get(type_)
    return reader(written, known) if reader else MappingProxyType({})


def partition_of(region: str) -> tuple[str, str, str]:
    """Partition, DNS suffix and reversed DNS prefix of a Region."""
    name, suffix = next((name, suffix) for start, name, suffix in _PARTITIONS if region.startswith(start))
    return name, suffix, ".".join(reversed(suffix.split(".")))


def _caller_identity(_: Mapping[str, Value], known: Surrounding) -> Mapping[str, Value]:
    if not known.account:
        return {}
    account = values.string(known.account)
    return {"account_id": account, "id": account}


def _region(written: Mapping[str, Value], known: Surrounding) -> Mapping[str, Value]:
    region = written.get("name") or known.region
    if region is None or not isinstance(region.content, str):
        return {}
    suffix = partition_of(region.content)[1]
    endpoint = values.string(f"ec2.{region.content}.{suffix}")
    return {"name": region, "id": region, "endpoint": endpoint}


def _partition(_: Mapping[str, Value], known: Surrounding) -> Mapping[str, Value]:
    if known.region is None or not isinstance(known.region.content, str):
        return {}
    name, suffix, prefix = (values.string(text) for text in partition_of(known.region.content))
    return {"partition": name, "id": name, "dns_suffix": suffix, "reverse_dns_prefix": prefix}


def _default_tags(_: Mapping[str, Value], known: Surrounding) -> Mapping[str, Value]:
    if known.provider is None:
        return {}
    tags = known.provider.default_tags
    identifier = {name: value for name, value in _partition({}, known).items() if name == "id"}
    return {"tags": values.mapping({}) if tags.is_null else tags, **identifier}


def _arn(written: Mapping[str, Value], _: Surrounding) -> Mapping[str, Value]:
    arn = written.get("arn")
    if arn is None or not isinstance(arn.content, str):
        return {}
    parts = arn.content.split(":", 5)
    if len(parts) != _ARN_PARTS or parts[0] != "arn":
        raise EvaluationError(
            "Invalid ARN", f"{arn.content!r} is not an ARN: arn:partition:service:region:account:resource."
        )
    names = ("partition", "service", "region", "account", "resource")
    found = {name: values.string(part, arn.origin) for name, part in zip(names, parts[1:], strict=True)}
    return {name: value.marked(arn.marks) for name, value in found.items()} | {"id": arn}


def _service_principal(written: Mapping[str, Value], known: Surrounding) -> Mapping[str, Value]:
    service, region = written.get("service_name"), written.get("region") or known.region
    if service is None or region is None:
        return {}
    if not isinstance(service.content, str) or not isinstance(region.content, str):
        return {}
    partition, suffix, _ = partition_of(region.content)
    if service.content not in _PRINCIPALS_OF_PARTITION.get(partition, ()):
        suffix = "amazonaws.com"
    return {
        "region": region,
        "suffix": values.string(suffix),
        "name": values.string(f"{service.content}.{suffix}", service.origin),
        "id": values.string(f"{service.content}.{region.content}.{suffix}"),
    }


def _policy_document(written: Mapping[str, Value], _: Surrounding) -> Mapping[str, Value]:
    causes = [cause for item in written.values() for cause in values.causes_of(item)]
    if causes:
        cause = values.merged(causes)
        texts = {name: _json(item) for name, item in written.items()}
        made = {} if _untold(texts) else policy_document(texts)
        return {
            name: values.unknown(types.STRING, cause, not_null=True).told(made.get(name, "") if name != "id" else "")
            for name in ("json", "minified_json", "id")
        }
    origin = next((item.origin for item in written.values() if item.origin), None)
    marks = frozenset(mark for item in written.values() for mark in values.marks_deep(item))
    made = policy_document({name: _json(item) for name, item in written.items()})
    computed = {name: values.string(text, origin).marked(marks) for name, text in made.items()}
    return {**computed, **_as_read(written)}


def _as_read(written: Mapping[str, Value]) -> Mapping[str, Value]:
    """What the provider writes into arguments when it reads a policy document: its defaults, and what is empty."""
    schema = data_schema("aws_iam_policy_document")
    if schema is None:
        raise TypeError("policy documents are not described")
    nested = schema.blocks["statement"]
    version = written.get("version")
    found = {"version": values.string(DEFAULT_VERSION)} if version is None or version.is_null else {}
    statements = completed_blocks(written.get("statement"), nested, "statement", in_set=True)
    if not statements.content:
        return {**found, "statement": values.null(nested.type)}
    items = tuple(
        Value({**item.content, "effect": _ALLOW}, None, item.marks, item.origin)
        if isinstance(item.content, values.MAPPINGS) and not item.content["effect"].content
        else item
        for item in values.items(statements)
    )
    return {**found, "statement": Value(items, nested.type, statements.marks, statements.origin)}


def _untold(tree: Any) -> bool:  # noqa: ANN401 - a JSON value, or what stands for an unknown one in it
    """Whether some part of a tree is more than known text and references."""
    if isinstance(tree, Mapping):
        return any(map(_untold, tree.values()))
    return any(map(_untold, tree)) if isinstance(tree, list) else isinstance(tree, Undecided)


def _json(value: Value) -> Any:  # noqa: ANN401 - a JSON value; what is unknown in it as text, or as itself
    content = value.content
    if isinstance(content, Undecided):
        return (content.as_text if value.type == types.STRING else "") or content
    if isinstance(content, Mapping):
        return {name: _json(item) for name, item in content.items()}
    return [_json(item) for item in content] if isinstance(content, tuple) else content


_READERS: Final[Mapping[str, Callable[[Mapping[str, Value], Surrounding], Mapping[str, Value]]]] = MappingProxyType(
    {
        "aws_caller_identity": _caller_identity,
        "aws_region": _region,
        "aws_partition": _partition,
        "aws_arn": _arn,
        "aws_service_principal": _service_principal,
        "aws_default_tags": _default_tags,
        "aws_iam_policy_document": _policy_document,
    }
)
