"""What rules tell people to type, against botocore's service models and the grammar of Terraform."""

import re
import shlex
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from auditor.hcl.parser import parse
from auditor.hcl.source import SourceFile
from auditor.policy.load import load_rules
from auditor.subjects.facts import catalogue

RULES = load_rules([Path(__file__).resolve().parents[2] / "rules"], catalogue())
SESSION = botocore.session.Session()
GLOBAL = {"region", "query", "cli-input-json"}
SERVICES = {
    "amazondynamodb": "dynamodb",
    "AmazonCloudWatch": "cloudwatch",
    "autoscaling": "application-autoscaling",
    "aws-backup": "backup",
    "kms": "kms",
    "STS": "sts",
}
NEEDED = {"put-metric-alarm": {"evaluation-periods", "threshold", "comparison-operator", "alarm-actions"}}
"""What an operation needs for what it is told for, beside what its model demands."""

each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])


def commands(rule):
    told = rule.remediation["aws_cli"]
    return [] if told.lower().startswith("none") else re.split(r"\s*(?:;|&&|\n)\s*", told)


def waiters(service):
    model = SESSION.get_waiter_model(service)
    return {xform_name(name, "-") for name in model.waiter_names}


@each_rule
def test_every_command_exists_with_its_options_and_all_that_it_must_have(rule):
    for command in commands(rule):
        aws, service, operation, *words = shlex.split(command)
        assert aws == "aws"
        if operation == "wait":
            assert words[0] in waiters(service)
            continue
        names = {xform_name(name, "-"): name for name in SESSION.get_service_model(service).operation_names}
        assert operation in names
        shape = SESSION.get_service_model(service).operation_model(names[operation]).input_shape
        members = {xform_name(name, "-") for name in shape.members}
        options = {word[2:] for word in words if word.startswith("--")}
        assert options <= members | GLOBAL | {f"no-{name}" for name in members}
        if "cli-input-json" not in options:
            demanded = {xform_name(name, "-") for name in shape.required_members}
            assert demanded | NEEDED.get(operation, set()) <= options


@each_rule
def test_terraform_code_is_code(rule):
    told = rule.remediation["terraform"]
    if re.match(r'[a-z_]+( "[^"]*")? (\{|= )', told):
        parse(SourceFile("remedy.tf", f"{told}\n"))


@each_rule
def test_every_page_of_an_api_is_of_an_operation_or_a_type_of_it(rule):
    for reference in rule.references:
        page = re.fullmatch(r"https://docs\.aws\.amazon\.com/([^/]+)/.*/API_(\w+)\.html", reference)
        if page is None:
            continue
        model = SESSION.get_service_model(SERVICES[page[1]])
        assert page[2] in {*model.operation_names, *model.shape_names}
