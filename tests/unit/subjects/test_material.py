from sample_material import KEY_ARN, LISTS, NAME, alarm, both, declared, failed, key, live, material

from auditor.model.answers import Request
from auditor.model.values import Reason, Unknown
from auditor.subjects.material import index_of, metrics_of, table_of


def test_what_tables_are_looked_up_by():
    index = index_of(material(both(declared(), live()), live=(key(), alarm("a"), alarm("b", table="other"))))
    assert set(index.keys) == {KEY_ARN}
    assert index.tables_by_key == {KEY_ARN: (NAME,)}
    assert {name: len(found) for name, found in index.alarms.items()} == {NAME: 1, "other": 1}


def test_gaps():
    request = Request.of("kms:DescribeKey", KeyId="x")
    none = Request.of("dynamodb:GetResourcePolicy", ResourceArn="x")
    answers = failed(request) | failed(none, "PolicyNotFoundException", Reason.FAILED)
    index = index_of(material(answers=answers))
    assert index.gap("kms:DescribeKey").action == "kms:DescribeKey"
    assert index.gap("dynamodb:GetResourcePolicy") is None
    assert index.gap(next(iter(LISTS)).api) is None
    assert index.gap("dax:DescribeClusters").reason is Reason.NOT_READ


def test_metrics():
    query = {"metric": {"metric_name": "M", "namespace": "AWS/DynamoDB", "dimensions": {"TableName": "t"}}}
    assert [table_of(metric) for metric in metrics_of(alarm())] == [NAME]
    math = alarm(metric_name=None, metric_query={"m": query, "e": {"expression": "m * 2", "metric": None}})
    assert [table_of(metric) for metric in metrics_of(math)] == ["t"]
    assert metrics_of(alarm(metric_name=None, metric_query=(query,))) == (query["metric"],)
    assert metrics_of(alarm(metric_name=None, metric_query=Unknown(Reason.FAILED))) == ()


def test_metrics_of_another_namespace_are_about_no_table():
    assert table_of({"namespace": "AWS/Lambda", "dimensions": {"TableName": "t"}}) == ""
    assert table_of({"namespace": "AWS/DynamoDB", "dimensions": Unknown(Reason.FAILED)}) == ""
