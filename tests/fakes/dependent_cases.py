"""Several resources that refer to one another, of which one is created or replaced: code, state and what AWS has."""

from plan_cases import ACCOUNT, ANSWERS, REGION
from random_companions import described, key_metadata

from auditor.compare import compare
from auditor.declared import declared, names
from auditor.hcl import load
from auditor.kinds import kinds
from auditor.model.answers import Answer, Answers, Scope
from auditor.state import State

POLICY = '{"Version": "2012-10-17", "Statement": []}'
ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table"
TABLE = """
resource "aws_dynamodb_table" "t" {{
  name         = "{name}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "{key}"
  attribute {{
    name = "{key}"
    type = "S"
  }}
  {more}
}}
"""


def key(name, state="Enabled"):
    told = {
        "DescribeKey": key_metadata(name, KeyState=state),
        "GetKeyPolicy": POLICY,
        "GetKeyRotationStatus": {"KeyRotationEnabled": False},
        "ListResourceTags": {},
    }
    return {"type": "aws_kms_key", "live": {"kms": {name: told}}}


def encrypted(name, key_id):
    there = described(name, REGION)
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key_id}"
    there["DescribeTable"]["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}
    return {"type": "aws_dynamodb_table", "live": there}


def alias(name, key_id):
    entry = {"AliasName": name, "AliasArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:{name}", "TargetKeyId": key_id}
    return {"type": "aws_kms_alias", "live": {"ListAliases": [entry]}}


def policy_of(name):
    return {
        "type": "aws_dynamodb_resource_policy",
        "live": {"GetResourcePolicy": {f"{ARN}/{name}": {"Policy": POLICY}}},
    }


def tagged(name):
    there = described(name, REGION)
    there["ListTagsOfResource"] = {"Owner": "a"}
    return {"type": "aws_dynamodb_tag", "live": {"dynamodb": {REGION: {name: there}}}}


def composite(name, rule):
    entry = {"AlarmName": name, "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}", "AlarmRule": rule}
    entry |= {"ActionsEnabled": True, "AlarmActions": [], "OKActions": [], "InsufficientDataActions": []}
    live = {"CompositeAlarms": {name: entry}, "cloudwatch ListTagsForResource": {name: {}}}
    return {"type": "aws_cloudwatch_composite_alarm", "live": live}


def selection(plan):
    told = {"SelectionName": "s", "IamRoleArn": "arn:aws:iam::111122223333:role/b", "Resources": [f"{ARN}/t"]}
    told = {"BackupSelection": told, "BackupPlanId": plan, "SelectionId": "sel"}
    return {"type": "aws_backup_selection", "live": {"selections": {"sel": told}}}


ENCRYPTION = """
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.k.arn
  }
"""
CASES = {
    "a key that is pending deletion": {
        "code": 'resource "aws_kms_key" "k" {}\n'
        'resource "aws_kms_alias" "a" {\n name = "alias/k"\n target_key_id = aws_kms_key.k.key_id\n}\n'
        + TABLE.format(name="t1", key="id", more=ENCRYPTION),
        "pieces": [key("k1", "PendingDeletion"), alias("alias/k", "k1"), encrypted("t1", "k1")],
        "state": {
            "aws_kms_key.k": {"id": "k1", "key_id": "k1", "arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k1"},
            "aws_kms_alias.a": {"id": "alias/k", "name": "alias/k", "target_key_id": "k1"},
            "aws_dynamodb_table.t": {"id": "t1", "name": "t1"},
        },
    },
    "a table that is replaced": {
        "code": TABLE.format(name="t2", key="pk", more="")
        + 'resource "aws_dynamodb_resource_policy" "p" {\n resource_arn = aws_dynamodb_table.t.arn\n'
        ' policy = jsonencode({ Version = "2012-10-17", Statement = [] })\n}\n'
        'resource "aws_dynamodb_tag" "g" {\n resource_arn = aws_dynamodb_table.t.arn\n key = "Owner"\n value = "a"\n}\n'
        'resource "aws_dynamodb_tag" "i" {\n resource_arn = aws_dynamodb_table.t.arn\n key = "Owner"\n value = "a"\n'
        " lifecycle {\n  ignore_changes = [resource_arn]\n }\n}\n"
        'resource "aws_dynamodb_contributor_insights" "c" {\n table_name = aws_dynamodb_table.t.name\n}\n',
        "pieces": [
            {"type": "aws_dynamodb_table", "live": described("t2", REGION)},
            policy_of("t2"),
            tagged("t2"),
            {
                "type": "aws_dynamodb_contributor_insights",
                "live": {"DescribeContributorInsights": [{"TableName": "t2", "ContributorInsightsStatus": "ENABLED"}]},
            },
        ],
        "state": {
            "aws_dynamodb_table.t": {"id": "t2", "name": "t2"},
            "aws_dynamodb_resource_policy.p": {
                "id": f"{ARN}/t2",
                "resource_arn": f"{ARN}/t2",
                "policy": POLICY,
                "confirm_remove_self_resource_access": False,
            },
            "aws_dynamodb_tag.g": {"id": f"{ARN}/t2,Owner", "resource_arn": f"{ARN}/t2", "key": "Owner"},
            "aws_dynamodb_tag.i": {"id": f"{ARN}/t2,Owner", "resource_arn": f"{ARN}/t2", "key": "Owner"},
            "aws_dynamodb_contributor_insights.c": {
                "id": f"name:t2/index:/{ACCOUNT}",
                "table_name": "t2",
                "index_name": "",
            },
        },
    },
    "what belongs to a table that is replaced, and must stay": {
        "code": TABLE.format(name="t3", key="pk", more="")
        + 'resource "aws_dynamodb_tag" "g" {\n resource_arn = aws_dynamodb_table.t.arn\n key = "Owner"\n value = "a"\n'
        " lifecycle {\n  prevent_destroy = true\n }\n}\n"
        'resource "aws_dynamodb_tag" "i" {\n resource_arn = aws_dynamodb_table.t.arn\n key = "Owner"\n value = "a"\n'
        " lifecycle {\n  prevent_destroy = true\n  ignore_changes  = [resource_arn]\n }\n}\n",
        "pieces": [{"type": "aws_dynamodb_table", "live": described("t3", REGION)}, tagged("t3")],
        "state": {
            "aws_dynamodb_table.t": {"id": "t3", "name": "t3"},
            "aws_dynamodb_tag.g": {"id": f"{ARN}/t3,Owner", "resource_arn": f"{ARN}/t3", "key": "Owner"},
            "aws_dynamodb_tag.i": {"id": f"{ARN}/t3,Owner", "resource_arn": f"{ARN}/t3", "key": "Owner"},
        },
    },
    "an alarm that is gone": {
        "code": 'resource "aws_cloudwatch_metric_alarm" "m" {\n alarm_name = "m"\n evaluation_periods = 1\n'
        ' comparison_operator = "GreaterThanThreshold"\n threshold = 1\n metric_name = "x"\n namespace = "y"\n'
        ' period = 60\n statistic = "Sum"\n}\n'
        'resource "aws_cloudwatch_composite_alarm" "c" {\n alarm_name = "c"\n'
        ' alarm_rule = "ALARM(${aws_cloudwatch_metric_alarm.m.arn})"\n}\n'
        'resource "aws_cloudwatch_composite_alarm" "n" {\n alarm_name = "n"\n'
        ' alarm_rule = "ALARM(${aws_cloudwatch_metric_alarm.m.alarm_name})"\n}\n'
        'resource "aws_cloudwatch_composite_alarm" "a" {\n alarm_name = "a"\n alarm_rule = "ALARM(m)"\n'
        " tags = { watched = aws_cloudwatch_metric_alarm.m.arn }\n}\n",
        "pieces": [
            composite("c", f"ALARM(arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:m)"),
            composite("n", "ALARM(m)"),
            composite("a", "ALARM(m)"),
        ],
        "state": {
            "aws_cloudwatch_metric_alarm.m": {"id": "m", "alarm_name": "m"},
            "aws_cloudwatch_composite_alarm.c": {"id": "c", "alarm_name": "c"},
            "aws_cloudwatch_composite_alarm.n": {"id": "n", "alarm_name": "n"},
            "aws_cloudwatch_composite_alarm.a": {"id": "a", "alarm_name": "a"},
        },
    },
    "a backup plan that is gone": {
        "code": 'resource "aws_backup_plan" "p" {\n name = "p"\n'
        ' rule {\n  rule_name = "r"\n  target_vault_name = "main"\n }\n}\n'
        'resource "aws_backup_selection" "s" {\n name = "s"\n plan_id = aws_backup_plan.p.id\n'
        f' iam_role_arn = "arn:aws:iam::111122223333:role/b"\n resources = ["{ARN}/t"]\n}}\n',
        "pieces": [selection("p1")],
        "state": {
            "aws_backup_plan.p": {"id": "p1", "name": "p"},
            "aws_backup_selection.s": {"id": "sel", "name": "s", "plan_id": "p1"},
        },
    },
}


class Named:
    """What the answers of a piece ask of a resource."""

    def __init__(self, name):
        self.identity = self
        self.name = name


def answers(pieces):
    """All answers; lists of one request become one."""
    found = {}
    for piece in pieces:
        name = next(iter(piece["live"].get("GetResourcePolicy", {None: None})))
        for answer in ANSWERS[piece["type"]](piece, Named(name)):
            found.setdefault(answer.request, []).append(answer)
    return Answers({request: _joined(each) for request, each in found.items()})


def _joined(answers):
    """Several answers to one request as one, with the lists of all."""
    whole = [answer for answer in answers if answer.ok]
    if len(whole) < 2:
        return whole[0] if whole else answers[0]
    if not all(isinstance(value, list) for answer in whole for value in answer.pages[0].values()):
        return whole[0]
    lists = {name: [] for answer in whole for name in answer.pages[0]}
    for name, items in lists.items():
        for answer in whole:
            items += [each for each in answer.pages[0].get(name, ()) if each not in items]
    return Answer(whole[0].request, (lists,))


def comparisons(case, folder, given):
    """By address: the comparison; `given`: with the state."""
    (folder / "main.tf").write_text(f'provider "aws" {{\n region = "{REGION}"\n}}\n{case["code"]}', encoding="utf-8")
    found = declared(load(folder, account=ACCOUNT, region=REGION), kinds(), account=ACCOUNT, region=REGION)
    applied = None
    if given:
        scalars = {f"{address}.{name}": value for address, own in case["state"].items() for name, value in own.items()}
        state = State("s", 1, "", scalars, case["state"])
        found, applied = state.bind(found), state.applied
    scope = Scope(ACCOUNT, REGION, declared=names(found))
    told = answers(case["pieces"])
    live = [each for kind in kinds() for each in kind.read(told, scope)]
    return {each.address: each for each in compare(found, live, told, kinds(), scope, applied=applied) if each.address}
