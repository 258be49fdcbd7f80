"""What moto answers otherwise than Application Auto Scaling and AWS Backup.

Not mended: DescribeScalableTargets and DescribeAlarms answer all in one page; moto has no backup selections, no
recovery points, and nothing of CloudTrail's events or of AWS Config's resource queries.
"""

from auditor.demo.stand_in.gaps import Answer, Request, answers, mends

SERVICE_ROLE = (
    "arn:aws:iam::{}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
)
NOT_SUSPENDED = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}


@mends("application-autoscaling", "RegisterScalableTarget")
def register_tags(request: Request, _answer: Answer) -> None:
    """Remember the tags a target is registered with (API: Tags of RegisterScalableTarget); moto drops them."""
    identity = f"{request.body['ResourceId']} {request.body['ScalableDimension']}"
    if request.body.get("Tags"):
        request.remembered("scaling-tags")[identity] = request.body["Tags"]


@mends("application-autoscaling", "DescribeScalableTargets")
def scalable_targets(request: Request, answer: Answer) -> None:
    """Add the service-linked role and the state of suspension, which AWS always tells; note the ARN of each target."""
    for target in answer.body["ScalableTargets"]:
        if not target.get("RoleARN"):
            target["RoleARN"] = SERVICE_ROLE.format(request.account)
        target["SuspendedState"] = NOT_SUSPENDED | (target.get("SuspendedState") or {})
        identity = f"{target['ResourceId']} {target['ScalableDimension']}"
        request.remembered("scaling-arns")[target["ScalableTargetARN"]] = identity


@answers("application-autoscaling", "ListTagsForResource")
def list_target_tags(request: Request) -> Answer:
    """Tell the tags of a target (API: Tags, a map); moto has no such operation."""
    identity = request.remembered("scaling-arns").get(request.body["ResourceARN"], "")
    return Answer({"Tags": request.remembered("scaling-tags").get(identity, {})})


@answers("application-autoscaling", "TagResource", "UntagResource")
def change_target_tags(request: Request) -> Answer:
    """Change the tags of a target (API)."""
    identity = request.remembered("scaling-arns").get(request.body["ResourceARN"], "")
    tags = request.remembered("scaling-tags").setdefault(identity, {})
    tags.update(request.body.get("Tags", {}))
    for name in request.body.get("TagKeys", []):
        tags.pop(name, None)
    return Answer()


@answers("backup", "ListRecoveryPointsByResource")
def recovery_points(_request: Request) -> Answer:
    """Tell of no recovery point: moto makes none (API: RecoveryPoints)."""
    return Answer({"RecoveryPoints": []})


@answers("backup", "ListProtectedResources")
def protected_resources(_request: Request) -> Answer:
    """Tell of no protected resource (API: Results)."""
    return Answer({"Results": []})


@answers("backup", "ListBackupSelections")
def backup_selections(_request: Request) -> Answer:
    """Tell of no selection: moto takes none (API: BackupSelectionsList)."""
    return Answer({"BackupSelectionsList": []})
