"""Where a table stands and whose key it is given: account and Region by its ARN, environments that share the key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.facts import Resource
from auditor.model.values import NOT_APPLICABLE, Unknown, Value
from auditor.subjects.definition import decided, lifted, spec
from auditor.subjects.encryption import only_own_keys
from auditor.subjects.sides import Definitions, Sides, of_declared, of_environment, of_live, of_sides

_ARN: Final = "dynamodb:DescribeTable Table.TableArn"
_KEY: Final = "dynamodb:DescribeTable Table.SSEDescription.KMSMasterKeyArn"


def _part_of_arn(live: Resource, number: int) -> Value:
    return lifted(live.facts.get("arn"), lambda arn: str(arn).split(":")[number])


def _key_declared(sides: Sides) -> Value:
    """Whether the environment's own code makes the key; unknown where one of its keys could not be found live."""
    arn = _live_key(sides)
    if not isinstance(arn, str):
        return arn
    if arn in sides.index.declared_keys:
        return True
    return next(iter(sides.index.lost_keys), False)


def _key_elsewhere(sides: Sides) -> Value:
    """Other environments whose tables name the same key; an Unknown stands for one of which this can't be told."""
    arn = _live_key(sides)
    if not isinstance(arn, str):
        return arn
    return decided(found for name, keys in sides.index.keys_elsewhere.items() for found in _naming(arn, name, keys))


def _naming(arn: str, name: str, keys: tuple[Value, ...]) -> Iterator[Value]:
    if arn in (key for key in keys if isinstance(key, str)):
        yield name
        return
    yield from [key for key in keys if isinstance(key, Unknown) and not only_own_keys(key)][:1]


def _live_key(sides: Sides) -> Value:
    live = sides.live
    if not isinstance(live, Resource):
        return live
    arn = live.facts.get("key_arn")
    return NOT_APPLICABLE if arn is None else arn


PLACEMENT: Final[Definitions] = (
    of_live(
        spec("live.region", FactType.STRING, "Region in its ARN.", _ARN),
        lambda live: _part_of_arn(live, 3),
    ),
    of_live(
        spec("live.account", FactType.STRING, "Account in its ARN.", _ARN),
        lambda live: _part_of_arn(live, 4),
    ),
    of_declared(
        spec("declared.region", FactType.STRING, "Region of its provider, else of the environment.", "provider block"),
        lambda declared: declared.identity.region,
    ),
    of_environment(
        "environment.account",
        FactType.STRING,
        "Account of the environment, by option, audit.toml or the provider.",
        lambda sides: sides.material.run.expected_account,
    ),
    of_declared(
        spec(
            "declared.prevent_destroy",
            FactType.BOOL,
            "Whether Terraform refuses to destroy it.",
            "lifecycle.prevent_destroy",
            absence="never: false where it is not said",
        ),
        lambda declared: declared.facts.get("prevent_destroy", False),
    ),
    of_live(
        spec("live.key_arn", FactType.STRING, "ARN of the key that encrypts it.", _KEY, absence="a key that AWS owns"),
        lambda live: live.facts.get("key_arn"),
    ),
    of_sides(
        spec(
            "live.key.declared",
            FactType.BOOL,
            "Whether the environment's own code makes the key.",
            "keys of the code, by the ARN of the live one",
            absence="a key that AWS owns",
        ),
        _key_declared,
    ),
    of_sides(
        spec(
            "live.key.environments",
            FactType.STRINGS,
            "Other environments whose tables name this key by its ARN.",
            "code of the other environments",
            absence="a key that AWS owns",
        ),
        _key_elsewhere,
    ),
)
"""Facts of tables about account, Region and key, and whether code alone can destroy them."""
