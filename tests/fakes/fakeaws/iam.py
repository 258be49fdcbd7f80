"""IAM's answers: every policy whose name begins as those of the environment do exists."""

from __future__ import annotations

import json
from urllib.parse import quote

from fakeaws.world import ApiError, Body, Where, World


def get_policy(world: World, asked: Body, _where: Where) -> Body:
    arn = asked["PolicyArn"]
    name = arn.rpartition("/")[2]
    if not name.startswith(f"{world.project}-{world.env}-"):
        raise ApiError(404, "NoSuchEntity", f"Policy {arn} was not found.")
    path = arn.partition(":policy")[2].removesuffix(name)
    tags = [{"Key": "Environment", "Value": world.env}]
    policy = {"PolicyName": name, "Arn": arn, "Path": path, "DefaultVersionId": "v1", "AttachmentCount": 1}
    return {"Policy": policy | {"Tags": tags}}


def get_policy_version(_world: World, asked: Body, where: Where) -> Body:
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": where.arn("dynamodb", "table/*")}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    version = {"Document": quote(document), "VersionId": asked["VersionId"], "IsDefaultVersion": True}
    return {"PolicyVersion": version}


OPERATIONS = {"GetPolicy": get_policy, "GetPolicyVersion": get_policy_version}
