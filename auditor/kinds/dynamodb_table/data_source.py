"""The data source aws_dynamodb_table: a table by its name, with what the provider reads of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from auditor.kinds.dynamodb_table.asking import of_table
from auditor.kinds.dynamodb_table.attributes import DESCRIBE
from auditor.kinds.dynamodb_table.reading import table
from auditor.kinds.dynamodb_table.regionwide import Regionwide
from auditor.model.answers import Answers, Scope
from auditor.model.data_sources import Found
from auditor.model.members import untold
from auditor.model.values import NOT_APPLICABLE, Value

_AS_LIVE: Final = (
    "billing_mode",
    "deletion_protection_enabled",
    "hash_key",
    "name",
    "range_key",
    "read_capacity",
    "stream_enabled",
    "stream_view_type",
    "table_class",
    "tags",
    "write_capacity",
)
_BLOCKS: Final = ("attribute", "global_secondary_index", "local_secondary_index", "replica")
_BLOCK: Final = ("on_demand_throughput", "point_in_time_recovery", "ttl")


def data_source(answers: Answers, scope: Scope, name: str) -> Found:
    """The table, out of the same answers as a declared one."""
    answer = answers.get(of_table(DESCRIBE, name))
    if answer.code == "ResourceNotFoundException":
        return None
    if not answer.ok:
        return answer.unknown
    live = table(name, answer, answers, scope, Regionwide.of(answers))
    stream = live.facts["stream_arn"]
    found = {attribute: live.values[attribute] for attribute in _AS_LIVE}
    found |= {name: _blocks(live.values[name]) for name in _BLOCKS}
    found |= {name: _block(live.values[name]) for name in _BLOCK}
    return {
        **found,
        "arn": live.facts["arn"],
        "id": name,
        "stream_arn": stream,
        "stream_label": stream.rpartition("/")[2] if isinstance(stream, str) else stream,
        "server_side_encryption": _encryption(answer.pages[0]["Table"]),
    }


def _encryption(described: Mapping[str, Any]) -> Value:
    found = described.get("SSEDescription")
    if found is None:
        unknown = untold(described, "SSEDescription")
        return () if unknown is None else unknown
    return ({"enabled": found.get("Status") == "ENABLED", "kms_key_arn": found.get("KMSMasterKeyArn")},)


def _blocks(blocks: Value) -> Value:
    """Blocks by identity as the provider lists them."""
    return tuple(map(_plain, blocks.values())) if isinstance(blocks, Mapping) else blocks


def _block(block: Value) -> Value:
    """One block, or none."""
    if block is None or block is NOT_APPLICABLE:
        return ()
    return (_plain(block),) if isinstance(block, Mapping) else block


def _plain(block: Value) -> Value:
    """A block with blocks inside; what does not apply is not set."""
    if not isinstance(block, Mapping):
        return block
    return {
        name: None if value is NOT_APPLICABLE else _block(value) if name in _BLOCK else value
        for name, value in block.items()
    }
