"""The calls that put something back are ones that AWS's service models and the AWS CLI take."""

import json
import shlex
import subprocess
import sys

import botocore.session
import plan_cases
import pytest
import random_pairs
from botocore import xform_name
from botocore.validate import ParamValidator

from auditor.formats.commands import aws_cli
from auditor.model.drift import Reality

SESSION = botocore.session.get_session()
PAIRS = 300
REGION = "ap-southeast-1"


@pytest.fixture(scope="module")
def drifts(root, tmp_path_factory):
    """All drifts of the recorded plans and of some random pairs, with the kind."""
    files = [root / "tests/fixtures/plan" / name for name in ("cases.json", "found.json")]
    cases = [case for file in files for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]
    cases += map(random_pairs.pair, range(PAIRS))
    configured = plan_cases.configured(cases, tmp_path_factory.mktemp("roots"))
    compared = [plan_cases.compared(case, configured[case["id"]]) for case in cases]
    return [(comparison.kind, drift) for comparison in compared for drift in comparison.drifts]


def test_every_call_is_one_that_aws_takes(drifts):
    told = set()
    for kind, drift in drifts:
        for call in drift.put_back:
            service, operation = call.api.split(":")
            model = SESSION.get_service_model(service).operation_model(operation)
            report = ParamValidator().validate(json.loads(json.dumps(call.input)), model.input_shape)
            # The pairs' indexes have names of two letters, of which AWS takes none.
            complaints = [line for line in report.generate_report().splitlines() if "IndexName, value: 2" not in line]
            assert not complaints, (call, complaints)
            told.add((kind, drift.path.partition(".")[0].partition("[")[0]))
            words = shlex.split(aws_cli(call, REGION))
            assert words[:3] == ["aws", service, xform_name(operation, "-")]
            assert json.loads(words[-1]) == call.input
    assert {path for kind, path in told if kind == "aws_dynamodb_table"} == {
        "billing_mode",
        "deletion_protection_enabled",
        "global_secondary_index",
        "on_demand_throughput",
        "point_in_time_recovery",
        "read_capacity",
        "server_side_encryption",
        "stream_enabled",
        "stream_view_type",
        "table_class",
        "tags",
        "ttl",
        "write_capacity",
    }
    assert {kind for kind, _ in told} >= {"aws_kms_key", "aws_cloudwatch_metric_alarm", "aws_appautoscaling_target"}


def test_nothing_is_put_back_that_is_not_known_to_differ(drifts):
    assert not [drift for _, drift in drifts if drift.put_back and drift.reality is not Reality.DIFFERENT]


def test_the_cli_takes_a_command(drifts):
    """The real AWS CLI reads the input as the operation's; a skeleton in place of a request asks nobody."""
    call = next(each for _, drift in drifts for each in drift.put_back if each.api == "dynamodb:UpdateTimeToLive")
    words = shlex.split(aws_cli(call, REGION))[1:]
    program = "import sys; from awscli.clidriver import main; sys.exit(main())"
    command = [sys.executable, "-c", program, *words, "--generate-cli-skeleton", "output"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "TimeToLiveSpecification" in json.loads(done.stdout)
