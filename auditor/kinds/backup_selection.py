"""What AWS Backup plans back up, read only where code declares or a rule wants it; facts: id, plan, created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, answers_of, items, keyed, sources, unredacted
from auditor.model.values import Unknown, Value

TYPE: Final = "aws_backup_selection"
PLANS: Final = Request.of("backup:ListBackupPlans")
LIST: Final = "backup:ListBackupSelections"
GET: Final = "backup:GetBackupSelection"
_CONDITIONS: Final = (
    ("string_equals", "StringEquals"),
    ("string_not_equals", "StringNotEquals"),
    ("string_like", "StringLike"),
    ("string_not_like", "StringNotLike"),
)


def _of(name: str, field: str, doc: str, shape: Shape = Shape.STRING, **more: Any) -> Attribute:  # noqa: ANN401 - as Attribute takes them
    of_selection = f"BackupSelection.{field}"
    return Attribute(name=name, shape=shape, doc=doc, replaces=True, api=GET, field=of_selection, **more)


ATTRIBUTES: Final = (
    Attribute(name="plan_id", shape=Shape.STRING, doc="The plan.", required=True, replaces=True),
    _of("name", "SelectionName", "Name.", required=True),
    _of("iam_role_arn", "IamRoleArn", "Role that AWS Backup takes.", required=True),
    _of("resources", "Resources", "ARNs, or patterns of them.", Shape.SET),
    _of("not_resources", "NotResources", "What is left out.", Shape.SET, computed=True),
    _of(
        "selection_tag",
        "ListOfTags",
        "Tags of which one is enough.",
        Shape.BLOCKS,
        identity="key",
        children=(
            _of("key", "ListOfTags[].ConditionKey", "Key.", required=True),
            _of("type", "ListOfTags[].ConditionType", "STRINGEQUALS.", required=True),
            _of("value", "ListOfTags[].ConditionValue", "Value.", required=True),
        ),
    ),
    _of(
        "condition",
        "Conditions",
        "Tags that are all needed.",
        Shape.BLOCK,
        computed=True,
        children=tuple(
            _of(
                name,
                f"Conditions.{field}",
                "Conditions of one operator.",
                Shape.BLOCKS,
                identity="key",
                children=(
                    _of("key", f"Conditions.{field}[].ConditionKey", "Key.", required=True),
                    _of("value", f"Conditions.{field}[].ConditionValue", "Value.", required=True),
                ),
            )
            for name, field in _CONDITIONS
        ),
    ),
)
SOURCES: Final = {"": (GET, "BackupSelection"), **sources(ATTRIBUTES)}


def _asked(scope: Scope) -> bool:
    return TYPE in scope.declared or LIST in scope.wanted


def requests(scope: Scope) -> Iterator[Request]:
    """The list of plans, of which each has selections."""
    if _asked(scope):
        yield PLANS


def follow(scope: Scope, answer: Answer) -> Iterator[Request]:
    """The selections of the declared plans, or of all where a rule wants them."""
    if answer.request == PLANS and _asked(scope):
        for entry in items(answer, "BackupPlansList"):
            if LIST in scope.wanted or _declared(entry, scope):
                yield Request.of(LIST, BackupPlanId=entry["BackupPlanId"])
    elif answer.request.api == LIST:
        for entry in items(answer, "BackupSelectionsList"):
            yield Request.of(GET, BackupPlanId=entry["BackupPlanId"], SelectionId=entry["SelectionId"])


def _declared(plan: Mapping[str, Any], scope: Scope) -> bool:
    """By the plan's name, or by its id in the name of a selection."""
    ids = {name.partition("/")[0] for name in scope.names(TYPE)}
    return plan["BackupPlanName"] in scope.names("aws_backup_plan") or plan["BackupPlanId"] in ids


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """The selections that were told."""
    for answer in sorted(answers_of(answers, LIST), key=lambda answer: answer.request):
        for entry in items(answer, "BackupSelectionsList"):
            plan, own = entry["BackupPlanId"], entry["SelectionId"]
            told = answers.get(Request.of(GET, BackupPlanId=plan, SelectionId=own))
            yield Resource(
                side=Side.LIVE,
                kind=TYPE,
                identity=Identity(scope.account, scope.region, f"{plan}/{entry['SelectionName']}"),
                values={"plan_id": plan, "name": entry["SelectionName"], **_content(told)},
                origins=LiveOrigins(SOURCES, {LIST: answer, GET: told}),
                facts={"id": own, "plan": plan, "created": entry.get("CreationDate")},
            )


def _content(answer: Answer) -> dict[str, Value]:
    if not answer.ok:
        names = (attribute.name for attribute in ATTRIBUTES if attribute.name not in ("plan_id", "name"))
        return dict.fromkeys(names, answer.unknown)
    selection = answer.pages[0]["BackupSelection"]
    tags = (
        {
            "key": tag["ConditionKey"],
            "type": tag.get("ConditionType"),
            "value": unredacted(tag.get("ConditionValue")),
        }
        for tag in selection.get("ListOfTags") or ()
    )
    return {
        "iam_role_arn": selection.get("IamRoleArn"),
        "resources": tuple(sorted(selection.get("Resources") or ())),
        "not_resources": tuple(sorted(selection.get("NotResources") or ())),
        "selection_tag": keyed(tags, "key"),
        "condition": _conditions(selection.get("Conditions") or {}),
    }


def _conditions(conditions: Mapping[str, Any]) -> Value:
    found = {
        name: keyed(
            (
                {"key": each["ConditionKey"], "value": unredacted(each.get("ConditionValue"))}
                for each in conditions[field]
            ),
            "key",
        )
        for name, field in _CONDITIONS
        if conditions.get(field)
    }
    return found or None


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def absence(answers: Answers, _scope: Scope, name: str) -> Unknown | None:
    """Missing where the plan's whole list lacks it, or where there is no such plan."""
    plans = answers.get(PLANS)
    plan = name.partition("/")[0]
    if not plans.ok:
        return plans.unknown
    if all(entry["BackupPlanId"] != plan for entry in items(plans, "BackupPlansList")):
        return None
    answer = answers.get(Request.of(LIST, BackupPlanId=plan))
    return None if answer.ok else answer.unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="plan_id/name",
    name_of_id=lambda _told: "",
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(GET, LIST, "backup:ListBackupPlans"),
    optional=frozenset({GET, LIST, "backup:ListBackupPlans"}),
    absence=absence,
)
