"""A fast, read-only stand-in for the AWS control-plane APIs that an audit reads, with faults on demand.

    with FakeServer(tables=50, seed=3, drift=0.2) as aws:
        boto3.client("dynamodb", endpoint_url=aws.url, ...)
        aws.configure(latency_ms=5, faults=["DescribeContinuousBackups=denied:1:orders"])
        aws.stats()["calls"]

It is not a DynamoDB: no items, no writes. The answers fit botocore's service models (tests/contract), fields that AWS
leaves out are left out here, and `World.spec` with its `drifted` is the answer key.
"""

from fakeaws.faults import AWS_RATES, FAULTS
from fakeaws.server import FakeServer
from fakeaws.world import World

__all__ = ["AWS_RATES", "FAULTS", "FakeServer", "World"]
