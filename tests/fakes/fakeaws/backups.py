"""AWS Backup's answers: one plan with one selection, and one vault, with names of the environment."""

from __future__ import annotations

from fakeaws.world import EPOCH, ApiError, Body, Where, World

PLAN = "11111111-2222-4333-8444-555555555555"
SELECTION = "66666666-7777-4888-8999-aaaaaaaaaaaa"
ROUTES = (
    ("/backup/plans/{BackupPlanId}/selections/{SelectionId}", "GetBackupSelection"),
    ("/backup/plans/{BackupPlanId}/selections/", "ListBackupSelections"),
    ("/backup/plans/{BackupPlanId}/", "GetBackupPlan"),
    ("/backup/plans/", "ListBackupPlans"),
    ("/backup-vaults/", "ListBackupVaults"),
    ("/tags/{ResourceArn}/", "ListTags"),
    ("/resources/{ResourceArn}/recovery-points/", "ListRecoveryPointsByResource"),
)
"""Paths of the service model."""


def name(world: World) -> str:
    return f"{world.project}-{world.env}-daily"


def _plan_arn(where: Where) -> str:
    return where.arn("backup", f"backup-plan:{PLAN}")


def _only_plan(asked: Body) -> None:
    if asked["BackupPlanId"] != PLAN:
        raise ApiError(400, "ResourceNotFoundException", "Failed reading Backup plan with provided id")


def list_backup_plans(world: World, _asked: Body, where: Where) -> Body:
    plan = {"BackupPlanId": PLAN, "BackupPlanName": name(world), "BackupPlanArn": _plan_arn(where), "VersionId": "v1"}
    return {"BackupPlansList": [plan | {"CreationDate": EPOCH}]}


def get_backup_plan(world: World, asked: Body, where: Where) -> Body:
    _only_plan(asked)
    rule = {
        "RuleName": "daily",
        "TargetBackupVaultName": name(world),
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 180,
        "EnableContinuousBackup": False,
        "Lifecycle": {"DeleteAfterDays": 35},
    }
    plan = {"BackupPlanName": name(world), "Rules": [rule]}
    return {"BackupPlan": plan, "BackupPlanId": PLAN, "BackupPlanArn": _plan_arn(where), "VersionId": "v1"}


def list_backup_selections(_world: World, asked: Body, _where: Where) -> Body:
    _only_plan(asked)
    return {"BackupSelectionsList": [{"SelectionId": SELECTION, "SelectionName": "tables", "BackupPlanId": PLAN}]}


def get_backup_selection(_world: World, asked: Body, where: Where) -> Body:
    _only_plan(asked)
    selection = {
        "SelectionName": "tables",
        "IamRoleArn": f"arn:aws:iam::{where.account}:role/backup",
        "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "Backup", "ConditionValue": "daily"}],
    }
    return {"BackupSelection": selection, "SelectionId": SELECTION, "BackupPlanId": PLAN}


def list_backup_vaults(world: World, _asked: Body, where: Where) -> Body:
    arn = where.arn("backup", f"backup-vault:{name(world)}")
    return {"BackupVaultList": [{"BackupVaultName": name(world), "BackupVaultArn": arn, "NumberOfRecoveryPoints": 3}]}


def list_tags(world: World, _asked: Body, _where: Where) -> Body:
    return {"Tags": {"Environment": world.env}}


def list_recovery_points_by_resource(_world: World, _asked: Body, _where: Where) -> Body:
    return {"RecoveryPoints": []}


OPERATIONS = {
    "ListBackupPlans": list_backup_plans,
    "GetBackupPlan": get_backup_plan,
    "ListBackupSelections": list_backup_selections,
    "GetBackupSelection": get_backup_selection,
    "ListBackupVaults": list_backup_vaults,
    "ListTags": list_tags,
    "ListRecoveryPointsByResource": list_recovery_points_by_resource,
}
