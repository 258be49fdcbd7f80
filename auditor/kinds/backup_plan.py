"""AWS Backup plans, read only where code declares or a rule wants them; facts: arn, id, version, created, last_run.

AWS lets several plans have the same name. Where that is so, what a plan of this name says is unknown: only Terraform's
state knows which of them it manages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.members import LiveOrigins, items, keyed, own_tags, sources, tag_map
from auditor.model.values import Reason, Unknown, Value

TYPE: Final = "aws_backup_plan"
LIST: Final = "backup:ListBackupPlans"
GET: Final = "backup:GetBackupPlan"
TAGS: Final = "backup:ListTags"
PLANS: Final = Request.of(LIST)


def _of(name: str, field: str, doc: str, shape: Shape = Shape.STRING, **more: Any) -> Attribute:  # noqa: ANN401 - as Attribute takes them
    return Attribute(name=name, shape=shape, doc=doc, api=GET, field=f"BackupPlan.{field}", **more)


def _lifecycle(field: str) -> Attribute:
    return _of(
        "lifecycle",
        field,
        "What becomes of a recovery point.",
        Shape.BLOCK,
        children=(
            _of("cold_storage_after", f"{field}.MoveToColdStorageAfterDays", "Days until it moves.", Shape.NUMBER),
            _of("delete_after", f"{field}.DeleteAfterDays", "Days until it is deleted.", Shape.NUMBER),
            _of(
                "opt_in_to_archive_for_supported_resources",
                f"{field}.OptInToArchiveForSupportedResources",
                "Whether it may move to the archive.",
                Shape.BOOL,
                computed=True,
                aws_default=False,
            ),
        ),
    )


ATTRIBUTES: Final = (
    _of("name", "BackupPlanName", "Name.", required=True, replaces=True),
    _of(
        "rule",
        "Rules",
        "When and where to.",
        Shape.BLOCKS,
        required=True,
        identity="rule_name",
        children=(
            _of("rule_name", "Rules[].RuleName", "Name.", required=True),
            _of("target_vault_name", "Rules[].TargetBackupVaultName", "Vault.", required=True),
            _of("schedule", "Rules[].ScheduleExpression", "When."),
            _of("schedule_expression_timezone", "Rules[].ScheduleExpressionTimezone", "Zone.", default="Etc/UTC"),
            _of("start_window", "Rules[].StartWindowMinutes", "Minutes to start in.", Shape.NUMBER, default=60),
            _of("completion_window", "Rules[].CompletionWindowMinutes", "To end in.", Shape.NUMBER, default=180),
            _of(
                "enable_continuous_backup",
                "Rules[].EnableContinuousBackup",
                "Whether it can be restored to any second.",
                Shape.BOOL,
                default=False,
            ),
            _of("recovery_point_tags", "Rules[].RecoveryPointTags", "Tags of recovery points.", Shape.MAP),
            _lifecycle("Rules[].Lifecycle"),
            _of(
                "copy_action",
                "Rules[].CopyActions",
                "Copies to other vaults.",
                Shape.BLOCKS,
                identity="destination_vault_arn",
                children=(
                    _of(
                        "destination_vault_arn",
                        "Rules[].CopyActions[].DestinationBackupVaultArn",
                        "Vault.",
                        required=True,
                    ),
                    _lifecycle("Rules[].CopyActions[].Lifecycle"),
                ),
            ),
        ),
    ),
    _of(
        "advanced_backup_setting",
        "AdvancedBackupSettings",
        "Settings by type of resource.",
        Shape.BLOCKS,
        identity="resource_type",
        children=(
            _of("resource_type", "AdvancedBackupSettings[].ResourceType", "Type.", required=True),
            _of("backup_options", "AdvancedBackupSettings[].BackupOptions", "Options.", Shape.MAP, required=True),
        ),
    ),
    Attribute(name="tags", shape=Shape.MAP, doc="Tags, without those that AWS makes.", api=TAGS, field="Tags"),
)
SOURCES: Final = {"": (LIST, "BackupPlansList[]"), **sources(ATTRIBUTES)}


def requests(scope: Scope) -> Iterator[Request]:
    """The list of plans."""
    if TYPE in scope.declared or LIST in scope.wanted:
        yield PLANS


def follow(scope: Scope, answer: Answer) -> Iterator[Request]:
    """The plans whose name is declared, or all where a rule wants them."""
    if answer.request == PLANS:
        for entry in items(answer, "BackupPlansList"):
            if LIST in scope.wanted or entry["BackupPlanName"] in scope.names(TYPE):
                yield Request.of(GET, BackupPlanId=entry["BackupPlanId"])
                yield Request.of(TAGS, ResourceArn=entry["BackupPlanArn"])


def read(answers: Answers, scope: Scope) -> Iterator[Resource]:
    """The plans of the list, by name."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for entry in items(answers.get(PLANS), "BackupPlansList"):
        by_name.setdefault(entry["BackupPlanName"], []).append(entry)
    return (_plan(name, entries, answers, scope) for name, entries in sorted(by_name.items()))


def _plan(name: str, entries: list[Mapping[str, Any]], answers: Answers, scope: Scope) -> Resource:
    entry = entries[0]
    plan = answers.get(Request.of(GET, BackupPlanId=entry["BackupPlanId"]))
    tags = answers.get(Request.of(TAGS, ResourceArn=entry["BackupPlanArn"]))
    facts: dict[str, Value] = {
        "arn": entry["BackupPlanArn"],
        "id": entry["BackupPlanId"],
        "version": entry.get("VersionId"),
        "created": entry.get("CreationDate"),
        "last_run": entry.get("LastExecutionDate"),
    }
    values: dict[str, Value] = {"name": name, **_content(plan), "tags": tag_map(tags)}
    if len(entries) > 1:
        which = Unknown(Reason.NOT_SUPPORTED, f"{len(entries)} plans are named {name}", api=LIST)
        facts = dict.fromkeys(facts, which)
        values = {"name": name, **dict.fromkeys(values.keys() - {"name"}, which)}
    return Resource(
        side=Side.LIVE,
        kind=TYPE,
        identity=Identity(scope.account, scope.region, name),
        values=values,
        origins=LiveOrigins(SOURCES, {LIST: answers.get(PLANS), GET: plan, TAGS: tags}),
        facts=facts,
    )


def _content(answer: Answer) -> dict[str, Value]:
    if not answer.ok:
        return {"rule": answer.unknown, "advanced_backup_setting": answer.unknown}
    plan = answer.pages[0]["BackupPlan"]
    settings = (
        {"resource_type": each["ResourceType"], "backup_options": each.get("BackupOptions") or {}}
        for each in plan.get("AdvancedBackupSettings") or ()
    )
    return {
        "rule": keyed(map(_rule, plan.get("Rules") or ()), "rule_name"),
        "advanced_backup_setting": keyed(settings, "resource_type"),
    }


def _rule(rule: Mapping[str, Any]) -> Mapping[str, Value]:
    copies = (
        {"destination_vault_arn": copy["DestinationBackupVaultArn"], "lifecycle": _days(copy.get("Lifecycle"))}
        for copy in rule.get("CopyActions") or ()
    )
    return {
        "rule_name": rule["RuleName"],
        "target_vault_name": rule.get("TargetBackupVaultName"),
        "schedule": rule.get("ScheduleExpression"),
        "schedule_expression_timezone": rule.get("ScheduleExpressionTimezone"),
        "start_window": rule.get("StartWindowMinutes"),
        "completion_window": rule.get("CompletionWindowMinutes"),
        "enable_continuous_backup": rule.get("EnableContinuousBackup", False),
        "recovery_point_tags": own_tags(rule.get("RecoveryPointTags") or {}),
        "lifecycle": _days(rule.get("Lifecycle")),
        "copy_action": keyed(copies, "destination_vault_arn"),
    }


def _days(lifecycle: Mapping[str, Any] | None) -> Value:
    if not lifecycle:
        return None
    return {
        "cold_storage_after": lifecycle.get("MoveToColdStorageAfterDays"),
        "delete_after": lifecycle.get("DeleteAfterDays"),
        "opt_in_to_archive_for_supported_resources": lifecycle.get("OptInToArchiveForSupportedResources"),
    }


def refresh(live: Resource, _answers: Answers) -> Resource:
    """As AWS tells it."""
    return live


def absence(answers: Answers, _scope: Scope, _name: str) -> Unknown | None:
    """Missing where a whole list lacks it."""
    answer = answers.get(PLANS)
    return None if answer.ok else answer.unknown


KIND: Final = Kind(
    type=TYPE,
    attributes=ATTRIBUTES,
    identity="name",
    name_of_id=lambda _told: "",
    requests=requests,
    follow=follow,
    read=read,
    refresh=refresh,
    permissions=(GET, LIST, TAGS),
    optional=frozenset({GET, LIST, TAGS}),
    absence=absence,
)
