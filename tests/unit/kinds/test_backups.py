"""The three kinds of AWS Backup: plans by name, selections by plan, vaults with the default key."""

from msgspec.structs import replace

from auditor.kinds import backup_plan, backup_selection, backup_vault
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.values import Reason, Unknown

SCOPE = Scope(
    "111122223333",
    "eu-west-1",
    declared={"aws_backup_plan": ("daily",), "aws_backup_selection": (), "aws_backup_vault": ("main",)},
)
PLAN = {"BackupPlanId": "p1", "BackupPlanName": "daily", "BackupPlanArn": "arn:plan"}
RULE = {"RuleName": "night", "TargetBackupVaultName": "main", "Lifecycle": {"DeleteAfterDays": 35}}
PLANS = Answer(backup_plan.PLANS, ({"BackupPlansList": [PLAN]},))
GET = Answer(
    Request.of("backup:GetBackupPlan", BackupPlanId="p1"),
    ({"BackupPlan": {"BackupPlanName": "daily", "Rules": [RULE]}},),
)
TAGS = Answer(Request.of("backup:ListTags", ResourceArn="arn:plan"), ({"Tags": {"Team": "a", "aws:made": "x"}},))
SELECTIONS = Request.of("backup:ListBackupSelections", BackupPlanId="p1")
SELECTION = Request.of("backup:GetBackupSelection", BackupPlanId="p1", SelectionId="s1")


def answers(*several):
    return Answers({answer.request: answer for answer in several})


def test_nothing_is_asked_that_nobody_declares_or_wants():
    for module in (backup_plan, backup_selection, backup_vault):
        assert list(module.KIND.requests(Scope("1", "r"))) == []


def test_only_declared_plans_are_asked_for_their_content():
    other = {"BackupPlanId": "p2", "BackupPlanName": "other", "BackupPlanArn": "arn:other"}
    listed = replace(PLANS, pages=({"BackupPlansList": [PLAN, other]},))
    assert list(backup_plan.KIND.follow(SCOPE, listed)) == [GET.request, TAGS.request]
    wanting = replace(SCOPE, wanted=frozenset({"backup:ListBackupPlans"}))
    assert len(list(backup_plan.KIND.follow(wanting, listed))) == 4


def test_a_plan_is_read_with_its_rules_by_name():
    (plan,) = backup_plan.KIND.read(answers(PLANS, GET, TAGS), SCOPE)
    assert plan.values["rule"]["night"]["lifecycle"]["delete_after"] == 35
    assert plan.values["rule"]["night"]["copy_action"] == {}
    assert plan.values["tags"] == {"Team": "a"}
    assert plan.facts["id"] == "p1"


def test_of_two_plans_of_a_name_nothing_else_is_told():
    listed = replace(PLANS, pages=({"BackupPlansList": [PLAN, {**PLAN, "BackupPlanId": "p2"}]},))
    (plan,) = backup_plan.KIND.read(answers(listed, GET, TAGS), SCOPE)
    assert isinstance(plan.values["rule"], Unknown)
    assert isinstance(plan.facts["id"], Unknown)


def test_rules_of_one_name_are_not_taken_for_one():
    twice = replace(GET, pages=({"BackupPlan": {"Rules": [RULE, RULE]}},))
    (plan,) = backup_plan.KIND.read(answers(PLANS, twice, TAGS), SCOPE)
    assert isinstance(plan.values["rule"], Unknown)


def test_selections_are_read_by_plan():
    entry = {"BackupPlanId": "p1", "SelectionId": "s1", "SelectionName": "tables"}
    listed = Answer(SELECTIONS, ({"BackupSelectionsList": [entry]},))
    tag = {"ConditionType": "STRINGEQUALS", "ConditionKey": "Backup", "ConditionValue": "daily"}
    told = Answer(SELECTION, ({"BackupSelection": {"IamRoleArn": "arn:role", "ListOfTags": [tag]}},))
    assert list(backup_selection.KIND.follow(SCOPE, PLANS)) == [SELECTIONS]
    assert list(backup_selection.KIND.follow(SCOPE, listed)) == [SELECTION]
    (found,) = backup_selection.KIND.read(answers(PLANS, listed, told), SCOPE)
    assert found.identity.name == "p1/tables"
    assert found.values["selection_tag"] == {"Backup": {"key": "Backup", "type": "STRINGEQUALS", "value": "daily"}}
    assert found.values["condition"] is None
    assert backup_selection.KIND.absence(answers(PLANS, listed), SCOPE, "p1/other") is None
    assert backup_selection.KIND.absence(answers(PLANS), SCOPE, "p1/other") is not None
    assert backup_selection.KIND.absence(answers(PLANS), SCOPE, "gone/other") is None


def vault(key):
    entry = {"BackupVaultName": "main", "BackupVaultArn": "arn:vault", "EncryptionKeyArn": key}
    listed = Answer(backup_vault.VAULTS, ({"BackupVaultList": [entry]},))
    (found,) = backup_vault.KIND.read(answers(listed), SCOPE)
    return found


def test_the_default_key_for_backups_is_stored_as_none():
    alias = {"AliasName": "alias/aws/backup", "TargetKeyId": "d"}
    aliases = Answer(backup_vault.ALIASES, ({"Aliases": [alias]},))
    default, own = vault("arn:aws:kms:eu-west-1:1:key/d"), vault("arn:aws:kms:eu-west-1:1:key/own")
    assert backup_vault.KIND.refresh(default, answers(aliases)).values["kms_key_arn"] is None
    assert backup_vault.KIND.refresh(own, answers(aliases)) == own
    denied = Answer(backup_vault.ALIASES, ok=False, reason=Reason.DENIED, code="AccessDenied")
    assert isinstance(backup_vault.KIND.refresh(own, answers(denied)).values["kms_key_arn"], Unknown)
    assert isinstance(own.values["tags"], Unknown)
