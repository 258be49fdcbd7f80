import pytest

from auditor.aws.operations import OPERATIONS, find, of_permissions


def test_every_operation_is_a_read():
    assert all(operation.name.startswith(("Describe", "List", "Get")) for operation in OPERATIONS.values())


def test_no_operation_reads_data():
    data = {"GetItem", "GetRecords", "GetParametersForImport"}  # metrics are numbers about tables, not what is in them
    assert not data & {operation.name for operation in OPERATIONS.values()}


def test_an_operation_is_found_by_its_api_and_by_its_permission():
    operation = OPERATIONS["resourcegroupstaggingapi:GetResources"]
    assert find("resourcegroupstaggingapi:GetResources") is operation
    assert find("tag:GetResources") is operation
    assert operation.permission == "tag:GetResources"
    assert find("dynamodb:DescribeTable").permission == "dynamodb:DescribeTable"


def test_an_unknown_operation_is_not_found():
    assert find("dynamodb:Scan") is None


def test_permissions_become_operations_once_and_sorted():
    found = of_permissions(["kms:DescribeKey", "dynamodb:DescribeTable", "kms:DescribeKey"])
    assert [operation.api for operation in found] == ["dynamodb:DescribeTable", "kms:DescribeKey"]


def test_a_permission_without_an_operation_is_a_defect():
    with pytest.raises(KeyError, match="dynamodb:Scan"):
        of_permissions(["dynamodb:Scan"])


def test_service_and_name_are_the_parts_of_the_api():
    operation = OPERATIONS["application-autoscaling:DescribeScalableTargets"]
    assert (operation.service, operation.name) == ("application-autoscaling", "DescribeScalableTargets")
