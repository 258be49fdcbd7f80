"""Code, states and what AWS has, in small pieces, for plans that a state decides; our comparisons of such a case."""

import json
import re

from dependent_cases import POLICY, answers, key
from plan_cases import ACCOUNT, REGION, failed
from random_companions import described

from auditor.compare import compare
from auditor.estate import estate
from auditor.inputs import Variables
from auditor.kinds import kinds
from auditor.model.answers import Answer, Answers
from auditor.settings import Environment, Settings

PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'
BUILT_IN = 'provider["terraform.io/builtin/terraform"]'
VERSIONS = {"aws_dynamodb_table": 1, "aws_cloudwatch_metric_alarm": 1}
_ADDRESS = re.compile(r"(?:(module\..*?)\.)?(aws_\w+|terraform_data)\.(\w+)(?:\[(.*)\])?")
ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table"
POLICY_ARN = f"arn:aws:iam::{ACCOUNT}:policy"


def table(label="t", name="t", *, key_="id", more="", lifecycle="", head=""):
    cycle = f"  lifecycle {{\n{lifecycle}\n  }}\n" if lifecycle else ""
    said = name if name.startswith(("each", "var", '"')) else json.dumps(name)
    return (
        f'resource "aws_dynamodb_table" "{label}" {{\n{head}\n  name = {said}\n'
        f'  billing_mode = "PAY_PER_REQUEST"\n  hash_key = "{key_}"\n'
        f'  attribute {{\n    name = "{key_}"\n    type = "S"\n  }}\n{more}\n{cycle}}}\n'
    )


def there(name, **more):
    return {"type": "aws_dynamodb_table", "live": described(name, REGION, **more)}


def noted(address, attributes, **more):
    """A resource of one instance as a state has it."""
    module, type_, name, index = _ADDRESS.fullmatch(address).groups()
    own = {"schema_version": VERSIONS.get(type_, 0), "attributes": attributes, "sensitive_attributes": []} | more
    own |= {"index_key": json.loads(index)} if index is not None else {}
    found = {"mode": "managed", "type": type_, "name": name, "instances": [own]}
    found["provider"] = BUILT_IN if type_ == "terraform_data" else PROVIDER
    return found | ({"module": module} if module else {})


def kept(address="aws_dynamodb_table.t", name="t", **more):
    attributes = more.pop("attributes", {})
    return noted(address, {"id": name, "name": name, "arn": f"{ARN}/{name}"} | attributes, **more)


def moved(former, now):
    return f"moved {{\n  from = {former}\n  to = {now}\n}}\n"


def removed(former, destroy=None):
    cycle = "" if destroy is None else f"  lifecycle {{\n    destroy = {json.dumps(destroy)}\n  }}\n"
    return f"removed {{\n  from = {former}\n{cycle}}}\n"


def imports(to, id_, each=""):
    return f"import {{\n{each}\n  to = {to}\n  id = {id_}\n}}\n"


def module(call="", inside=None, name="m"):
    return {
        "main.tf": f'module "{name}" {{\n  source = "./m"\n{call}\n}}\n',
        "m/main.tf": table() if inside is None else inside,
    }


def with_root(files, text):
    return files | {"main.tf": files["main.tf"] + text}


def data(label, value, replaced_by=None, **more):
    said = None if value is None else {"value": value, "type": "string"}
    types = ["tuple", ["string" if isinstance(each, str) else "number" for each in replaced_by or ()]]
    trigger = None if replaced_by is None else {"value": replaced_by, "type": types}
    attributes = {"id": "d1", "input": said, "output": said, "triggers_replace": trigger}
    return noted(f"terraform_data.{label}", attributes, **more)


def recovering(name, days):
    told = {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": days}
    told = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": told}
    return {"type": "aws_dynamodb_table", "live": described(name, REGION) | {"DescribeContinuousBackups": told}}


def told_key(name, **more):
    piece = key(name)
    piece["live"]["kms"][name]["DescribeKey"] |= more
    return piece


KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key"


def kept_key(address, name, **more):
    return noted(address, {"id": name, "key_id": name, "arn": f"{KEY_ARN}/{name}"}, **more)


def alarm(name, **more):
    entry = {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}",
        "ActionsEnabled": True,
        "MetricName": "x",
        "Namespace": "y",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "missing",
        "AlarmActions": [],
        "OKActions": [],
        "InsufficientDataActions": [],
    } | more
    return {
        "type": "aws_cloudwatch_metric_alarm",
        "live": {"DescribeAlarms": {name: entry}, "cloudwatch ListTagsForResource": {name: {}}},
    }


def alarm_code(label, name, more="", lifecycle=""):
    cycle = f"  lifecycle {{\n{lifecycle}\n  }}\n" if lifecycle else ""
    return (
        f'resource "aws_cloudwatch_metric_alarm" "{label}" {{\n  alarm_name = "{name}"\n  evaluation_periods = 1\n'
        f'  comparison_operator = "GreaterThanThreshold"\n  threshold = 1\n  metric_name = "x"\n'
        f'  namespace = "y"\n  period = 60\n  statistic = "Sum"\n{more}\n{cycle}}}\n'
    )


def kept_alarm(address, name, **more):
    return noted(
        address, {"id": name, "alarm_name": name, "arn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"}, **more
    )


def policy(name):
    told = {
        "PolicyName": name,
        "PolicyId": "ANPA1",
        "Arn": f"{POLICY_ARN}/{name}",
        "Path": "/",
        "DefaultVersionId": "v1",
    }
    there = {"Policy": told, "Tags": {}, "Document": POLICY}
    return {"type": "aws_iam_policy", "live": {"policies": {told["Arn"]: there}}}


def policy_code(named):
    return f'resource "aws_iam_policy" "p" {{\n  {named}\n  policy = {json.dumps(POLICY)}\n}}\n'


def kept_policy(name, prefix=""):
    arn = f"{POLICY_ARN}/{name}"
    own = {"id": arn, "arn": arn, "name": name, "name_prefix": prefix, "path": "/", "policy": POLICY}
    return noted("aws_iam_policy.p", own)


def kept_selection():
    role = f"arn:aws:iam::{ACCOUNT}:role/b"
    own = {"id": "sel", "name": "s", "plan_id": "p1", "iam_role_arn": role, "resources": [f"{ARN}/t"]}
    return noted("aws_backup_selection.s", own)


def triggers(*references):
    return f"    replace_triggered_by = [{', '.join(references)}]"


def settled(case):
    return {"main.tf": case["code"]} if isinstance(case["code"], str) else case["code"]


def document(case):
    return {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": f"0e6b4a0e-0000-4000-8000-{ACCOUNT}",
        "outputs": {},
        "resources": joined(case["state"]),
    }


def joined(resources):
    """Instances of one resource belong together."""
    found = {}
    for each in resources:
        same = found.setdefault((each.get("module"), each["type"], each["name"]), each | {"instances": []})
        same["instances"] = same["instances"] + each["instances"]
    return list(found.values())


def write(case, folder, head):
    for name, text in settled(case).items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text((head if name == "main.tf" else "") + text, encoding="utf-8")
    (folder / "terraform.tfstate").write_text(json.dumps(document(case)), encoding="utf-8")


def comparisons(case, folder):
    """Our comparisons, all of them."""
    write(case, folder, f'provider "aws" {{\n  region = "{REGION}"\n}}\n')
    environment = Environment(name="e", root=folder, account=ACCOUNT, region=REGION, scope=("nothing-else",))
    settings = Settings(project="p", root=folder, file=None, environments={"e": environment})
    here = estate(settings, environment, Variables(state=folder / "terraform.tfstate"))
    scope = here.scope(())
    told = read(case["pieces"], scope, here.resources)
    live = [each for kind in kinds() for each in kind.read(told, scope)]
    noted = here.state
    return compare(
        *(here.resources, live, told, kinds(), scope),
        applied=noted.applied,
        tainted=noted.tainted,
        protected=here.code.protects,
    )


_NONE = {
    "dynamodb:DescribeTable": "ResourceNotFoundException",
    "dynamodb:GetResourcePolicy": "PolicyNotFoundException",
    "dynamodb:ListTagsOfResource": "ResourceNotFoundException",
    "iam:GetPolicy": "NoSuchEntity",
    "kms:DescribeKey": "NotFoundException",
}
"""What AWS says of one thing that is not there."""


def read(pieces, scope, resources):
    """The answers to all that an audit asks: empty lists, and no such thing, where no piece has any."""
    there, told = answers(pieces), {}
    waiting = [request for kind in kinds() for request in kind.requests(scope)]
    while waiting:
        for request in waiting:
            told[request] = there.by_request.get(request) or _none(request)
        whole = [told[request] for request in waiting if told[request].ok]
        following = {new for answer in whole for kind in kinds() for new in kind.follow(scope, answer)}
        doubtful = {new for kind in kinds() for new in kind.confirm(Answers(told), scope, resources)}
        waiting = (following - told.keys()) or (doubtful - told.keys())
    return Answers(told)


def _none(request):
    code = _NONE.get(request.api)
    return failed(request, code) if code else Answer(request, ({},))
