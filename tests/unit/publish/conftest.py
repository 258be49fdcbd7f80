"""A bundle on disk, and an AWS stand-in with a bucket and a topic that tells a queue."""

import json
import shutil
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from auditor.demo.stand_in.server import MotoServer
from auditor.formats import json as report

REGION = "eu-west-1"
ACCOUNT = "444455556666"


@pytest.fixture
def folder(made, tmp_path):
    """The bundle of the third of three nights."""
    nights = shutil.copytree(made[1][0].parent, tmp_path / "out")
    return max(nights.iterdir())


@pytest.fixture
def document(folder):
    """Its report."""
    return report.decode((folder / "report.json").read_bytes())


@dataclass
class Aws:
    """The stand-in, and the clients of somebody who looks at it."""

    server: MotoServer
    s3: Any
    sns: Any
    sqs: Any
    topic: str
    queue: str

    def messages(self):
        """What the topic's subscriber has got and not seen yet."""
        got = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"]) for each in got]

    def objects(self, bucket="reports"):
        listed = self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {each["Key"]: self.s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed}


@pytest.fixture
def aws(monkeypatch):
    with MotoServer(ACCOUNT) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        session = boto3.Session(region_name=REGION)
        clients = SimpleNamespace(**{name: session.client(name) for name in ("s3", "sns", "sqs")})
        clients.s3.create_bucket(
            Bucket="reports",
            ObjectLockEnabledForBucket=True,
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
        topic = clients.sns.create_topic(Name="verdicts")["TopicArn"]
        queue = clients.sqs.create_queue(QueueName="subscriber")["QueueUrl"]
        arn = clients.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        clients.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        yield Aws(server=server, topic=topic, queue=queue, **vars(clients))
