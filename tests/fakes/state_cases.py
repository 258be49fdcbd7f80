"""Plans that a state decides: what moved, is forgotten, imported, tainted, deposed, or replaced with something else.

A case has `code` (one text, or texts by file), `state` (resources as a state of version 4 has them) and `pieces` of
what AWS has, as in dependent_cases.
"""

import json

from dependent_cases import POLICY, alias, key, policy_of, selection, tagged
from plan_cases import ACCOUNT, REGION
from random_companions import described
from state_material import (
    ARN,
    KEY_ARN,
    alarm,
    alarm_code,
    data,
    imports,
    kept,
    kept_alarm,
    kept_key,
    kept_policy,
    kept_selection,
    module,
    moved,
    noted,
    policy,
    policy_code,
    recovering,
    removed,
    table,
    there,
    told_key,
    triggers,
    with_root,
)

SAID_AS_IT_IS = """
  server_side_encryption {
    enabled = false
  }
  point_in_time_recovery {
    enabled = false
  }
  ttl {
    enabled        = false
    attribute_name = ""
  }
"""
WATCHING_M = """
resource "aws_cloudwatch_composite_alarm" "c" {
  alarm_name = "c"
  alarm_rule = "ALARM(${aws_cloudwatch_metric_alarm.m.arn})"
}
"""
TAG = """
resource "aws_dynamodb_tag" "g" {
  resource_arn = aws_dynamodb_table.t.arn
  key          = "Owner"
  value        = "a"
}
"""
PREFIXED = """
resource "aws_kms_key" "k" {
}
resource "aws_kms_alias" "a" {
  name_prefix   = "alias/k-"
  target_key_id = aws_kms_key.k.key_id
}
"""
PREFIXED_ALIAS = noted(
    "aws_kms_alias.a",
    {
        "id": "alias/k-20240101000000000000000001",
        "name": "alias/k-20240101000000000000000001",
        "name_prefix": "alias/k-",
        "target_key_id": "k1",
    },
)
MADE_UP = "p-20240101000000000000000001"
SELECTION = """
resource "aws_backup_selection" "s" {
  plan_id      = "p1"
  name         = "s"
  iam_role_arn = "arn:aws:iam::111122223333:role/b"
  resources    = ["arn:aws:dynamodb:ap-southeast-1:111122223333:table/t"]
}
"""
BACKUP_PLAN = """
resource "aws_backup_plan" "p" {
  name = "b"
  rule {
    rule_name         = "r"
    target_vault_name = "safe"
  }
}
"""
KEY_AND_ALIAS = """
resource "aws_kms_key" "k" {
}
resource "aws_kms_alias" "a" {
  name          = "alias/k"
  target_key_id = aws_kms_key.k.key_id
}
"""
MUCH = """
  read_capacity    = 5
  write_capacity   = 5
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"
  table_class      = "STANDARD_INFREQUENT_ACCESS"
  attribute {
    name = "e"
    type = "S"
  }
  global_secondary_index {
    name            = "g"
    hash_key        = "e"
    projection_type = "ALL"
    read_capacity   = 1
    write_capacity  = 1
  }
  ttl {
    enabled        = true
    attribute_name = "x"
  }
"""
EACH = '  for_each = toset(["a", "b"])'
CBD = "    create_before_destroy = true"
NEVER = "    prevent_destroy = true"
CASES = {
    # moved
    "moved within the root": {
        "code": table("n") + moved("aws_dynamodb_table.t", "aws_dynamodb_table.n"),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "moved into a module": {
        "code": with_root(module(), moved("aws_dynamodb_table.t", "module.m.aws_dynamodb_table.t")),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "moved out of a module": {
        "code": table() + moved("module.m.aws_dynamodb_table.t", "aws_dynamodb_table.t"),
        "state": [kept("module.m.aws_dynamodb_table.t")],
        "pieces": [there("t")],
    },
    "moved from count to for_each": {
        "code": table(name="each.key", head=EACH)
        + moved("aws_dynamodb_table.t[0]", 'aws_dynamodb_table.t["a"]')
        + moved("aws_dynamodb_table.t[1]", 'aws_dynamodb_table.t["b"]'),
        "state": [kept("aws_dynamodb_table.t[0]", "a"), kept("aws_dynamodb_table.t[1]", "b")],
        "pieces": [there("a"), there("b")],
    },
    "moved from count to for_each, one forgotten": {
        "code": table(name="each.key", head=EACH) + moved("aws_dynamodb_table.t[0]", 'aws_dynamodb_table.t["a"]'),
        "state": [kept("aws_dynamodb_table.t[0]", "a"), kept("aws_dynamodb_table.t[1]", "b")],
        "pieces": [there("a"), there("b")],
    },
    "moved in a chain": {
        "code": table("c")
        + moved("aws_dynamodb_table.a", "aws_dynamodb_table.b")
        + moved("aws_dynamodb_table.b", "aws_dynamodb_table.c"),
        "state": [kept("aws_dynamodb_table.a")],
        "pieces": [there("t")],
    },
    "a count that comes": {"code": table(head="  count = 1"), "state": [kept()], "pieces": [there("t")]},
    "a count that comes, of two": {
        "code": table(name='"t${count.index}"', head="  count = 2"),
        "state": [kept(name="t0")],
        "pieces": [there("t0")],
    },
    "a count that goes": {"code": table(), "state": [kept("aws_dynamodb_table.t[0]")], "pieces": [there("t")]},
    "a count that goes, of two": {
        "code": table(name="t0"),
        "state": [kept("aws_dynamodb_table.t[0]", "t0"), kept("aws_dynamodb_table.t[1]", "t1")],
        "pieces": [there("t0"), there("t1")],
    },
    "a module's count that comes": {
        "code": module("  count = 1"),
        "state": [kept("module.m.aws_dynamodb_table.t")],
        "pieces": [there("t")],
    },
    "a module's count that goes": {
        "code": module(),
        "state": [kept("module.m[0].aws_dynamodb_table.t")],
        "pieces": [there("t")],
    },
    "a module that moved to a key": {
        "code": with_root(module('  for_each = toset(["a"])'), moved("module.m", 'module.m["a"]')),
        "state": [kept("module.m.aws_dynamodb_table.t")],
        "pieces": [there("t")],
    },
    "a module that is named anew": {
        "code": with_root(module(name="n"), moved("module.m", "module.n")),
        "state": [kept("module.m.aws_dynamodb_table.t")],
        "pieces": [there("t")],
    },
    "moved onto what is there": {
        "code": table("n") + moved("aws_dynamodb_table.t", "aws_dynamodb_table.n"),
        "state": [kept(name="old"), kept("aws_dynamodb_table.n", "t")],
        "pieces": [there("t"), there("old")],
    },
    "moved and changed": {
        "code": table("n", more="  deletion_protection_enabled = true")
        + moved("aws_dynamodb_table.t", "aws_dynamodb_table.n"),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "moved and replaced": {
        "code": table("n", key_="pk") + moved("aws_dynamodb_table.t", "aws_dynamodb_table.n"),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "moved to what the code does not have": {
        "code": "locals {\n}\n" + moved("aws_dynamodb_table.t", "aws_dynamodb_table.n"),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "two that changed places": {
        "code": table("a", "t1")
        + table("b", "t2")
        + moved("aws_dynamodb_table.c", "aws_dynamodb_table.a")
        + moved("aws_dynamodb_table.d", "aws_dynamodb_table.b"),
        "state": [kept("aws_dynamodb_table.c", "t2"), kept("aws_dynamodb_table.d", "t1")],
        "pieces": [there("t1"), there("t2")],
    },
    "a key's module moved, with a reference to it": {
        "code": {
            "main.tf": 'module "n" {\n  source = "./m"\n}\n'
            + moved("module.m", "module.n")
            + table(more="  server_side_encryption {\n    enabled = true\n    kms_key_arn = module.n.arn\n  }"),
            "m/main.tf": 'resource "aws_kms_key" "k" {\n}\noutput "arn" {\n  value = aws_kms_key.k.arn\n}\n',
        },
        "state": [kept_key("module.m.aws_kms_key.k", "k1"), kept()],
        "pieces": [
            key("k1"),
            there("t", SSEDescription={"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": f"{KEY_ARN}/k1"}),
        ],
    },
    # removed
    "removed, and kept in AWS": {
        "code": removed("aws_dynamodb_table.t", destroy=False),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "removed, and destroyed": {
        "code": removed("aws_dynamodb_table.t", destroy=True),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "removed, and not said whether destroyed": {
        "code": removed("aws_dynamodb_table.t"),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "a module removed": {
        "code": removed("module.m", destroy=False),
        "state": [kept("module.m.aws_dynamodb_table.t")],
        "pieces": [there("t")],
    },
    "removed with all its instances": {
        "code": removed("aws_dynamodb_table.t", destroy=False),
        "state": [kept('aws_dynamodb_table.t["a"]', "a"), kept('aws_dynamodb_table.t["b"]', "b")],
        "pieces": [there("a"), there("b")],
    },
    "no longer in the code": {"code": "locals {\n}\n", "state": [kept()], "pieces": [there("t")]},
    "no longer in the code, and gone": {"code": "locals {\n}\n", "state": [kept()], "pieces": []},
    "no longer in the code, under a name that another has": {
        "code": table("n"),
        "state": [kept()],
        "pieces": [there("t")],
    },
    # import
    "imported by keys": {
        "code": table(name="each.key", head=EACH)
        + imports("aws_dynamodb_table.t[each.key]", "each.value", '  for_each = { a = "a", b = "b" }'),
        "state": [],
        "pieces": [there("a"), there("b")],
    },
    "imported, though the state has it": {
        "code": table() + imports("aws_dynamodb_table.t", '"t"'),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "imported and changed": {
        "code": table(more='  table_class = "STANDARD_INFREQUENT_ACCESS"') + imports("aws_dynamodb_table.t", '"t"'),
        "state": [],
        "pieces": [there("t")],
    },
    "imported and replaced": {
        "code": table(key_="pk") + imports("aws_dynamodb_table.t", '"t"'),
        "state": [],
        "pieces": [there("t")],
    },
    "imported into a module": {
        "code": with_root(module(), imports("module.m.aws_dynamodb_table.t", '"t"')),
        "state": [],
        "pieces": [there("t")],
    },
    "imported, with default encryption said": {
        "code": table(more=SAID_AS_IT_IS) + imports("aws_dynamodb_table.t", '"t"'),
        "state": [],
        "pieces": [there("t")],
    },
    "an alias imported": {
        "code": 'resource "aws_kms_alias" "a" {\n  name = "alias/k"\n  target_key_id = "k1"\n}\n'
        + imports("aws_kms_alias.a", '"alias/k"'),
        "state": [],
        "pieces": [key("k1"), alias("alias/k", "k1")],
    },
    "a key imported": {
        "code": 'resource "aws_kms_key" "k" {\n  description = "x"\n}\n' + imports("aws_kms_key.k", '"k1"'),
        "state": [],
        "pieces": [told_key("k1", Description="x")],
    },
    "an alarm imported": {
        "code": alarm_code("m", "m") + imports("aws_cloudwatch_metric_alarm.m", '"m"'),
        "state": [],
        "pieces": [alarm("m")],
    },
    # replaced with something else
    "replaced with a table that is replaced": {
        "code": table("a", "a", key_="pk") + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "replaced with a table that is updated": {
        "code": table("a", "a", more="  deletion_protection_enabled = true")
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "not replaced with a table that stays": {
        "code": table("a", "a") + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "replaced with a table that is created": {
        "code": table("a", "a") + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a")),
        "state": [kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("b")],
    },
    "replaced with an attribute that is updated": {
        "code": table("a", "a", more="  deletion_protection_enabled = true")
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a.deletion_protection_enabled")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "not replaced with an attribute that stays": {
        "code": table("a", "a", more="  deletion_protection_enabled = true")
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a.hash_key")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "replaced with an attribute that is known later": {
        "code": table("a", "a", key_="pk") + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a.arn")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "an attribute of what is created": {
        "code": table("a", "a") + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a.arn")),
        "state": [kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("b")],
    },
    "an attribute of a replaced one that stays": {
        "code": table("a", "a", key_="pk") + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a.name")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "replaced in a chain": {
        "code": table("a", "a", key_="pk")
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a"))
        + table("c", "c", lifecycle=triggers("aws_dynamodb_table.b.id")),
        "state": [kept(f"aws_dynamodb_table.{n}", n) for n in "abc"],
        "pieces": [there(n) for n in "abc"],
    },
    "replaced with data that changes": {
        "code": 'resource "terraform_data" "d" {\n  input = "2"\n}\n' + table(lifecycle=triggers("terraform_data.d")),
        "state": [data("d", "1"), kept()],
        "pieces": [there("t")],
    },
    "not replaced with data that stays": {
        "code": 'resource "terraform_data" "d" {\n  input = "1"\n}\n' + table(lifecycle=triggers("terraform_data.d")),
        "state": [data("d", "1"), kept()],
        "pieces": [there("t")],
    },
    "data that is created": {
        "code": 'resource "terraform_data" "d" {\n  input = "1"\n}\n' + table(lifecycle=triggers("terraform_data.d")),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "data's output that changes": {
        "code": 'resource "terraform_data" "d" {\n  input = "2"\n}\n'
        + table(lifecycle=triggers("terraform_data.d.output")),
        "state": [data("d", "1"), kept()],
        "pieces": [there("t")],
    },
    "replaced with the instance of its key": {
        "code": table("a", "each.key", key_="id", head=EACH, more='  deletion_protection_enabled = each.key == "a"')
        + table("b", '"x${each.key}"', head=EACH, lifecycle=triggers("aws_dynamodb_table.a[each.key]")),
        "state": [kept(f'aws_dynamodb_table.a["{n}"]', n) for n in "ab"]
        + [kept(f'aws_dynamodb_table.b["{n}"]', f"x{n}") for n in "ab"],
        "pieces": [there(n) for n in ("a", "b", "xa", "xb")],
    },
    "replaced with any instance": {
        "code": table("a", "each.key", key_="id", head=EACH, more='  deletion_protection_enabled = each.key == "a"')
        + table("b", "c", lifecycle=triggers("aws_dynamodb_table.a")),
        "state": [kept(f'aws_dynamodb_table.a["{n}"]', n) for n in "ab"] + [kept("aws_dynamodb_table.b", "c")],
        "pieces": [there(n) for n in "abc"],
    },
    "replaced with another, and must stay": {
        "code": table("a", "a", key_="pk") + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a") + "\n" + NEVER),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "replaced with another, though all is ignored": {
        "code": table("a", "a", key_="pk")
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a") + "\n    ignore_changes = all"),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "replaced with another, and refused as new: no capacity": {
        "code": table("a", "a", key_="pk")
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a")).replace('"PAY_PER_REQUEST"', '"PROVISIONED"'),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [
            there("a"),
            there(
                "b",
                BillingModeSummary={"BillingMode": "PROVISIONED"},
                ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
            ),
        ],
    },
    "replaced with another, and refused as new: no view type": {
        "code": table("a", "a", key_="pk")
        + table("b", "b", more="  stream_enabled = true", lifecycle=triggers("aws_dynamodb_table.a")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})],
    },
    "what is referred to by what is replaced with another": {
        "code": alarm_code("m", "m", lifecycle=triggers("aws_dynamodb_table.a"))
        + table("a", "a", key_="pk")
        + WATCHING_M,
        "state": [
            kept("aws_dynamodb_table.a", "a"),
            kept_alarm("aws_cloudwatch_metric_alarm.m", "m"),
            noted("aws_cloudwatch_composite_alarm.c", {"id": "c", "alarm_name": "c"}),
        ],
        "pieces": [
            there("a"),
            alarm("m"),
            {
                "type": "aws_cloudwatch_composite_alarm",
                "live": {
                    "CompositeAlarms": {
                        "c": {
                            "AlarmName": "c",
                            "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:c",
                            "AlarmRule": f"ALARM(arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:m)",
                            "ActionsEnabled": True,
                            "AlarmActions": [],
                            "OKActions": [],
                            "InsufficientDataActions": [],
                        }
                    },
                    "cloudwatch ListTagsForResource": {"c": {}},
                },
            },
        ],
    },
    # tainted, deposed
    "tainted": {"code": table(), "state": [kept(status="tainted")], "pieces": [there("t")]},
    "tainted and changed": {
        "code": table(more="  deletion_protection_enabled = true"),
        "state": [kept(status="tainted")],
        "pieces": [there("t")],
    },
    "tainted and gone": {"code": table(), "state": [kept(status="tainted")], "pieces": []},
    "tainted, and must stay": {
        "code": table(lifecycle=NEVER),
        "state": [kept(status="tainted")],
        "pieces": [there("t")],
    },
    "tainted, and all is ignored": {
        "code": table(lifecycle="    ignore_changes = all"),
        "state": [kept(status="tainted")],
        "pieces": [there("t")],
    },
    "tainted, and refused as new": {
        "code": table(more="  stream_enabled = true"),
        "state": [kept(status="tainted")],
        "pieces": [there("t", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})],
    },
    "tainted, and no longer in the code": {
        "code": "locals {\n}\n",
        "state": [kept(status="tainted")],
        "pieces": [there("t")],
    },
    "tainted, and something refers to it": {
        "code": table() + TAG,
        "state": [
            kept(status="tainted"),
            noted("aws_dynamodb_tag.g", {"id": f"{ARN}/t,Owner", "resource_arn": f"{ARN}/t", "key": "Owner"}),
        ],
        "pieces": [
            {"type": "aws_dynamodb_table", "live": described("t", REGION) | {"ListTagsOfResource": {"Owner": "a"}}}
        ],
    },
    "tainted, and another is replaced with it": {
        "code": table("a", "a") + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a")),
        "state": [kept("aws_dynamodb_table.a", "a", status="tainted"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "tainted before it is destroyed": {
        "code": table(lifecycle=CBD),
        "state": [kept(status="tainted")],
        "pieces": [there("t")],
    },
    "a tainted key": {
        "code": KEY_AND_ALIAS,
        "state": [
            kept_key("aws_kms_key.k", "k1", status="tainted"),
            noted("aws_kms_alias.a", {"id": "alias/k", "name": "alias/k", "target_key_id": "k1"}),
        ],
        "pieces": [key("k1"), alias("alias/k", "k1")],
    },
    "deposed beside the current one": {
        "code": table(),
        "state": [kept() | {"instances": kept()["instances"] + kept(name="old", deposed="00000001")["instances"]}],
        "pieces": [there("t"), there("old")],
    },
    "deposed and gone": {
        "code": table(),
        "state": [kept() | {"instances": kept()["instances"] + kept(name="old", deposed="00000001")["instances"]}],
        "pieces": [there("t")],
    },
    "deposed alone": {"code": table(), "state": [kept(name="old", deposed="00000001")], "pieces": [there("old")]},
    "deposed, and no longer in the code": {
        "code": "locals {\n}\n",
        "state": [kept(name="old", deposed="00000001")],
        "pieces": [there("old")],
    },
    # lifecycle
    "created before it is destroyed": {
        "code": table(key_="pk", lifecycle=CBD),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "created under a new name before the other is destroyed": {
        "code": table(name="n", lifecycle=CBD),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "a new name that is taken": {
        "code": table(name="n", lifecycle=CBD),
        "state": [kept()],
        "pieces": [there("t"), there("n")],
    },
    "all ignored": {
        "code": table(
            key_="pk",
            more="  deletion_protection_enabled = true\n  tags = { a = 1 }",
            lifecycle="    ignore_changes = all",
        ),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "all ignored, and gone": {"code": table(lifecycle="    ignore_changes = all"), "state": [kept()], "pieces": []},
    "must stay, and is updated": {
        "code": table(more="  deletion_protection_enabled = true", lifecycle=NEVER),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "must stay, and is gone": {"code": table(lifecycle=NEVER), "state": [kept()], "pieces": []},
    "must stay, and has another name": {
        "code": table(name="n", lifecycle=NEVER),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "must stay, and has no key of its count any more": {
        "code": table(head="  count = 0", lifecycle=NEVER),
        "state": [kept("aws_dynamodb_table.t[0]")],
        "pieces": [there("t")],
    },
    "protected from deletion and replaced": {
        "code": table(key_="pk", more="  deletion_protection_enabled = true"),
        "state": [kept()],
        "pieces": [there("t", DeletionProtectionEnabled=True)],
    },
    # modules that come and go
    "a module of which there is none any more": {
        "code": module("  count = 0"),
        "state": [kept("module.m[0].aws_dynamodb_table.t")],
        "pieces": [there("t")],
    },
    "a module of which there are two now": {
        "code": module('  count = 2\n  name = "t${count.index}"', 'variable "name" {}\n' + table(name="var.name")),
        "state": [kept("module.m[0].aws_dynamodb_table.t", "t0")],
        "pieces": [there("t0")],
    },
    "a module with other keys": {
        "code": module(
            '  for_each = toset(["b", "c"])\n  name = each.key', 'variable "name" {}\n' + table(name="var.name")
        ),
        "state": [kept('module.m["a"].aws_dynamodb_table.t', "a"), kept('module.m["b"].aws_dynamodb_table.t', "b")],
        "pieces": [there("a"), there("b")],
    },
    # states from elsewhere
    "a state of an earlier schema": {"code": table(), "state": [kept(schema_version=0)], "pieces": [there("t")]},
    "a state of an earlier schema, with a stream": {
        "code": table(),
        "state": [kept(schema_version=0, attributes={"stream_enabled": False, "stream_view_type": "KEYS_ONLY"})],
        "pieces": [there("t")],
    },
    "an alarm of an earlier schema": {
        "code": alarm_code("m", "m"),
        "state": [kept_alarm("aws_cloudwatch_metric_alarm.m", "m", schema_version=0)],
        "pieces": [alarm("m")],
    },
    "a state of another Region, where AWS has the same name": {
        "code": table(),
        "state": [kept(attributes={"arn": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t"})],
        "pieces": [there("t")],
    },
    "a state of another Region": {
        "code": table(),
        "state": [kept(attributes={"arn": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t"})],
        "pieces": [],
    },
    "a state of another account": {
        "code": table(),
        "state": [kept(attributes={"arn": f"arn:aws:dynamodb:{REGION}:999988887777:table/t"})],
        "pieces": [],
    },
    "in AWS, and not in the state": {
        "code": table(),
        "state": [kept("aws_dynamodb_table.o", "o")],
        "pieces": [there("t"), there("o")],
    },
    "much at once": {
        "code": table(more=MUCH).replace('"PAY_PER_REQUEST"', '"PROVISIONED"'),
        "state": [kept(attributes={"stream_enabled": False, "stream_view_type": ""})],
        "pieces": [there("t")],
    },
    # several kinds
    "replaced with tags that the provider adds": {
        "code": table("a", "a", more="  tags = { x = 1 }")
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a.tags_all")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "replaced with a block's argument": {
        "code": table("a", "a", more='  ttl {\n    enabled = true\n    attribute_name = "x"\n  }')
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a.ttl[0].enabled")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "not replaced with another argument of the block": {
        "code": table(
            "a", "a", more="  point_in_time_recovery {\n    enabled = true\n    recovery_period_in_days = 20\n  }"
        )
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a.point_in_time_recovery[0].enabled")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [recovering("a", 35), there("b")],
    },
    "replaced with either of two": {
        "code": table("a", "a")
        + table("c", "c", more="  deletion_protection_enabled = true")
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a", "aws_dynamodb_table.c")),
        "state": [kept(f"aws_dynamodb_table.{n}", n) for n in "abc"],
        "pieces": [there(n) for n in "abc"],
    },
    "replaced, and replaced with another": {
        "code": table("a", "a", key_="pk") + table("b", "b", key_="pk", lifecycle=triggers("aws_dynamodb_table.a")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "updated, and replaced with another": {
        "code": table("a", "a", key_="pk")
        + table("b", "b", more="  deletion_protection_enabled = true", lifecycle=triggers("aws_dynamodb_table.a")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "gone, and to be replaced with another": {
        "code": table("a", "a", key_="pk") + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a")),
        "state": [kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a")],
    },
    "imported, and to be replaced with another": {
        "code": table("a", "a", key_="pk")
        + table("b", "b", lifecycle=triggers("aws_dynamodb_table.a"))
        + imports("aws_dynamodb_table.b", '"b"'),
        "state": [kept("aws_dynamodb_table.a", "a")],
        "pieces": [there("a"), there("b")],
    },
    "data whose trigger changes": {
        "code": 'resource "terraform_data" "d" {\n  triggers_replace = ["2"]\n}\n'
        + table(lifecycle=triggers("terraform_data.d.id")),
        "state": [data("d", None, ["1"]), kept()],
        "pieces": [there("t")],
    },
    "data whose trigger stays": {
        "code": 'resource "terraform_data" "d" {\n  triggers_replace = ["1", 2]\n}\n'
        + table(lifecycle=triggers("terraform_data.d.id")),
        "state": [data("d", None, ["1", 2]), kept()],
        "pieces": [there("t")],
    },
    "data that is tainted": {
        "code": 'resource "terraform_data" "d" {\n  input = "1"\n}\n' + table(lifecycle=triggers("terraform_data.d")),
        "state": [data("d", "1", status="tainted"), kept()],
        "pieces": [there("t")],
    },
    "data that refers to what is replaced": {
        "code": 'resource "terraform_data" "d" {\n  input = aws_dynamodb_table.a.arn\n}\n'
        + table("a", "a", key_="pk")
        + table("b", "b", lifecycle=triggers("terraform_data.d")),
        "state": [data("d", f"{ARN}/a"), kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "data that refers to what stays": {
        "code": 'resource "terraform_data" "d" {\n  input = aws_dynamodb_table.a.arn\n}\n'
        + table("a", "a")
        + table("b", "b", lifecycle=triggers("terraform_data.d")),
        "state": [data("d", f"{ARN}/a"), kept("aws_dynamodb_table.a", "a"), kept("aws_dynamodb_table.b", "b")],
        "pieces": [there("a"), there("b")],
    },
    "data in a module": {
        "code": {
            "main.tf": 'module "m" {\n  source = "./m"\n}\n',
            "m/main.tf": 'resource "terraform_data" "d" {\n  input = "2"\n}\n'
            + table(lifecycle=triggers("terraform_data.d")),
        },
        "state": [data("d", "1") | {"module": "module.m"}, kept("module.m.aws_dynamodb_table.t")],
        "pieces": [there("t")],
    },
    "an alarm moved, changed and replaced with a table": {
        "code": table("a", "a", key_="pk")
        + alarm_code("n", "m", lifecycle=triggers("aws_dynamodb_table.a"))
        + moved("aws_cloudwatch_metric_alarm.m", "aws_cloudwatch_metric_alarm.n"),
        "state": [kept("aws_dynamodb_table.a", "a"), kept_alarm("aws_cloudwatch_metric_alarm.m", "m")],
        "pieces": [there("a"), alarm("m", Threshold=2.0)],
    },
    "a tainted alarm that gets a count": {
        "code": alarm_code("m", "m", "  count = 1"),
        "state": [kept_alarm("aws_cloudwatch_metric_alarm.m", "m", status="tainted")],
        "pieces": [alarm("m")],
    },
    "a count that comes, though something moved away": {
        "code": table(head="  count = 1") + moved("aws_dynamodb_table.t[5]", "aws_dynamodb_table.o") + table("o", "t2"),
        "state": [kept()],
        "pieces": [there("t")],
    },
    "a count that comes, where the state has both": {
        "code": table(head="  count = 1"),
        "state": [kept(name="o"), kept("aws_dynamodb_table.t[0]")],
        "pieces": [there("t"), there("o")],
    },
    "imported by a count": {
        "code": table(name='"t${count.index}"', head="  count = 2") + imports("aws_dynamodb_table.t[1]", '"t1"'),
        "state": [kept("aws_dynamodb_table.t[0]", "t0")],
        "pieces": [there("t0"), there("t1")],
    },
    "what waits for a tainted table's stream": {
        "code": table(more='  stream_enabled = true\n  stream_view_type = "NEW_IMAGE"')
        + 'resource "aws_dynamodb_contributor_insights" "c" {\n  table_name = aws_dynamodb_table.t.id\n}\n',
        "state": [
            kept(status="tainted"),
            noted(
                "aws_dynamodb_contributor_insights.c",
                {"id": f"name:t/index:/{ACCOUNT}", "table_name": "t", "index_name": ""},
            ),
        ],
        "pieces": [
            there("t", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}),
            {
                "type": "aws_dynamodb_contributor_insights",
                "live": {"DescribeContributorInsights": [{"TableName": "t", "ContributorInsightsStatus": "ENABLED"}]},
            },
        ],
    },
    "an alias of a made up name is gone": {
        "code": PREFIXED,
        "state": [kept_key("aws_kms_key.k", "k1"), PREFIXED_ALIAS],
        "pieces": [key("k1"), alias("alias/other", "k1")],
    },
    "an alias of a made up name": {
        "code": PREFIXED,
        "state": [kept_key("aws_kms_key.k", "k1"), PREFIXED_ALIAS],
        "pieces": [key("k1"), alias("alias/k-20240101000000000000000001", "k1")],
    },
    "a policy of a made up name": {
        "code": policy_code('name_prefix = "p-"'),
        "state": [kept_policy(MADE_UP, "p-")],
        "pieces": [policy(MADE_UP)],
    },
    "a policy of a made up name, and its prefix is another one": {
        "code": policy_code('name_prefix = "q-"'),
        "state": [kept_policy(MADE_UP, "p-")],
        "pieces": [policy(MADE_UP)],
    },
    "a policy of a made up name is gone": {
        "code": policy_code('name_prefix = "p-"'),
        "state": [kept_policy(MADE_UP, "p-")],
        "pieces": [],
    },
    "a policy of a made up name is gone, and its prefix is another one": {
        "code": policy_code('name_prefix = "q-"'),
        "state": [kept_policy(MADE_UP, "p-")],
        "pieces": [],
    },
    "a policy that is renamed": {
        "code": policy_code('name = "new"'),
        "state": [kept_policy("old")],
        "pieces": [policy("old")],
    },
    "a policy that the code has no more": {
        "code": "",
        "state": [kept_policy("old")],
        "pieces": [policy("old")],
    },
    "what the code says of a table no more": {
        "code": table(),
        "state": [
            kept(),
            noted("aws_dynamodb_tag.g", {"id": f"{ARN}/t,Owner", "resource_arn": f"{ARN}/t", "key": "Owner"}),
            noted("aws_dynamodb_resource_policy.p", {"id": f"{ARN}/t", "resource_arn": f"{ARN}/t", "policy": POLICY}),
        ],
        "pieces": [tagged("t"), policy_of("t")],
    },
    "what the code says of a key no more": {
        "code": 'resource "aws_kms_key" "k" {\n}\n',
        "state": [
            kept_key("aws_kms_key.k", "k1"),
            noted("aws_kms_key_policy.p", {"id": "k1", "key_id": "k1", "policy": POLICY}),
        ],
        "pieces": [key("k1")],
    },
    "a selection of backups that the code has no more": {
        "code": "",
        "state": [kept_selection()],
        "pieces": [selection("p1")],
    },
    "a selection of backups that is gone": {
        "code": SELECTION,
        "state": [kept_selection()],
        "pieces": [],
    },
    "a selection of backups that is renamed": {
        "code": SELECTION.replace('= "s"', '= "new"'),
        "state": [kept_selection()],
        "pieces": [selection("p1")],
    },
    "a key that is new": {
        "code": 'resource "aws_kms_key" "k" {\n}\n',
        "state": [],
        "pieces": [key("k1"), alias("alias/other", "k1")],
    },
    "a key that is new, and its alias leads to another": {
        "code": KEY_AND_ALIAS,
        "state": [],
        "pieces": [key("k1"), alias("alias/k", "k1")],
    },
    "an alias and a policy of made up names that are new": {
        "code": PREFIXED + policy_code('name_prefix = "p-"'),
        "state": [kept_key("aws_kms_key.k", "k1")],
        "pieces": [key("k1")],
    },
    "a backup plan that is new, and its selection": {
        "code": BACKUP_PLAN + SELECTION.replace('"p1"', "aws_backup_plan.p.id"),
        "state": [],
        "pieces": [],
    },
    "a table named after a key that is new": {
        "code": 'resource "aws_kms_key" "k" {\n}\n' + table(name='"t-${aws_kms_key.k.key_id}"'),
        "state": [],
        "pieces": [],
    },
    "a table named after a key or not": {
        "code": 'resource "aws_kms_key" "k" {\n}\n' + table(name='"${substr(aws_kms_key.k.key_id, 0, 1)}t"'),
        "state": [],
        "pieces": [there("t")],
    },
    "prevent_destroy in a module without an instance": {
        "code": module("  count = 0", table(lifecycle=NEVER)),
        "state": [kept("module.m[0].aws_dynamodb_table.t")],
        "pieces": [there("t")],
    },
    "prevent_destroy in a module with an instance less": {
        "code": module(
            '  for_each = toset(["a"])\n  name = each.key',
            'variable "name" {}\n' + table(name="var.name", lifecycle=NEVER),
        ),
        "state": [
            kept('module.m["a"].aws_dynamodb_table.t', "a"),
            kept('module.m["b.c"].aws_dynamodb_table.t', "b"),
        ],
        "pieces": [there("a"), there("b")],
    },
    "prevent_destroy in a module inside one without an instance": {
        "code": {
            "main.tf": 'module "m" {\n  source = "./m"\n  count = 0\n}\n',
            "m/main.tf": 'module "n" {\n  source = "./n"\n}\n',
            "m/n/main.tf": table(lifecycle=NEVER),
        },
        "state": [kept("module.m[0].module.n.aws_dynamodb_table.t")],
        "pieces": [there("t")],
    },
    "prevent_destroy in a module that the code calls no more": {
        "code": table("u", "u", lifecycle=NEVER),
        "state": [kept("module.m.aws_dynamodb_table.t"), kept("aws_dynamodb_table.u", "u")],
        "pieces": [there("t"), there("u")],
    },
    "an alarm that is renamed to what AWS has already": {
        "code": alarm_code("m", "n"),
        "state": [kept_alarm("aws_cloudwatch_metric_alarm.m", "m")],
        "pieces": [alarm("m"), alarm("n")],
    },
    "a key policy that is moved to another key": {
        "code": 'resource "aws_kms_key" "k" {\n}\nresource "aws_kms_key" "l" {\n}\n'
        'resource "aws_kms_key_policy" "p" {\n  key_id = aws_kms_key.l.key_id\n'
        f"  bypass_policy_lockout_safety_check = true\n  policy = {json.dumps(POLICY)}\n}}\n",
        "state": [
            kept_key("aws_kms_key.k", "k1"),
            kept_key("aws_kms_key.l", "k2"),
            noted(
                "aws_kms_key_policy.p",
                {"id": "k1", "key_id": "k1", "policy": POLICY, "bypass_policy_lockout_safety_check": True},
            ),
        ],
        "pieces": [key("k1"), key("k2")],
    },
}
