"""Facts of tables about the resource policies of the table and of its stream, on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from auditor.model.answers import Request
from auditor.model.catalogue import FactType
from auditor.model.facts import Resource
from auditor.model.values import NOT_APPLICABLE, Unknown, Value
from auditor.subjects.definition import Definition, decided, spec
from auditor.subjects.material import refers
from auditor.subjects.policy_statements import PolicyFindings, findings_of
from auditor.subjects.sides import Definitions, Sides, of_sides

API: Final = "dynamodb:GetResourcePolicy"
TYPE: Final = "aws_dynamodb_resource_policy"
NOTHING: Final = PolicyFindings(0, (), ())


def _attached(sides: Sides, fact: str) -> Value | PolicyFindings:
    """What the policy attached to the ARN in a live fact gives away; not applicable where there is no such ARN."""
    live = sides.live
    if not isinstance(live, Resource):
        return live
    arn = live.facts.get(fact)
    if not isinstance(arn, str):
        return NOT_APPLICABLE if arn is None else arn
    attached = sides.index.resource_policies.get(arn)
    if attached is not None:
        return findings_of(attached.values.get("policy"))
    request, answers = Request.of(API, ResourceArn=arn), sides.material.answers
    return NOTHING if answers.told(request) else answers.unknown(request)


def of_table(sides: Sides) -> Value | PolicyFindings:
    """What the live policy of the table gives away."""
    return _attached(sides, "arn")


def of_stream(sides: Sides) -> Value | PolicyFindings:
    """What the live policy of the table's stream gives away."""
    return _attached(sides, "stream_arn")


def declared(sides: Sides) -> Value | PolicyFindings:
    """What the declared policies of the table and of its stream give away together."""
    table = sides.declared
    if not isinstance(table, Resource):
        return table
    found = list(_of_declared(table, sides))
    if not found:
        return NOTHING
    unknown = tuple(each for each in found if not isinstance(each, PolicyFindings))
    whole = [each for each in found if isinstance(each, PolicyFindings)]
    return PolicyFindings(
        statements=sum(each.statements for each in whole),
        public=(*(label for each in whole for label in each.public), *unknown),
        accounts=(*(name for each in whole for name in each.accounts), *unknown),
    )


def _of_declared(table: Resource, sides: Sides) -> Iterator[Value | PolicyFindings]:
    tail = f":table/{table.identity.name}"
    for policy in sides.index.declared.get(TYPE, ()):
        arn = policy.values.get("resource_arn")
        if refers(arn, table.address) or (
            isinstance(arn, str) and f"{arn}/".partition("/stream/")[0].rstrip("/").endswith(tail)
        ):
            yield findings_of(policy.values.get("policy"))
        elif isinstance(arn, Unknown) and not arn.references:
            yield arn


def foreign(found: PolicyFindings, sides: Sides) -> tuple[Value, ...]:
    """Accounts and organisations other than the own account."""
    own = sides.comparison.identity.account
    return tuple(account for account in found.accounts if account != own)


def _of_policy(
    path: str,
    doc: str,
    policy: Callable[[Sides], Value | PolicyFindings],
    value: Callable[[PolicyFindings, Sides], tuple[Value, ...]],
    source: str = f"{API} Policy",
) -> Definition[Sides]:
    def of(sides: Sides) -> Value:
        found = policy(sides)
        return decided(value(found, sides)) if isinstance(found, PolicyFindings) else found

    return of_sides(spec(path, FactType.STRINGS, doc, source, absence="never: no policy gives an empty list"), of)


PUBLIC: Final = "Statements that allow everybody and that no condition and no denial really restricts."
FOREIGN: Final = "Other accounts, and organisations, that it allows something."
BROAD: Final = "Allowing statements that do not name their actions: wildcards, or all but some."

POLICIES: Final[Definitions] = (
    _of_policy("live.resource_policy.public_statements", PUBLIC, of_table, lambda found, _: found.public),
    _of_policy("live.resource_policy.foreign_accounts", FOREIGN, of_table, foreign),
    _of_policy("live.resource_policy.broad_statements", BROAD, of_table, lambda found, _: found.broad),
    _of_policy("live.stream_policy.public_statements", PUBLIC, of_stream, lambda found, _: found.public),
    _of_policy("live.stream_policy.foreign_accounts", FOREIGN, of_stream, foreign),
    _of_policy(
        "declared.resource_policy.public_statements",
        PUBLIC,
        declared,
        lambda found, _: found.public,
        "declared policies of the table and of its stream",
    ),
    _of_policy(
        "declared.resource_policy.foreign_accounts",
        FOREIGN,
        declared,
        foreign,
        "declared policies of the table and of its stream",
    ),
)
