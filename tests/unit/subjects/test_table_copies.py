from sample_material import NAME, both, declared, failed, live, material, users, value

from auditor.model.answers import Answer, Request
from auditor.model.values import Reason, Unknown

DESTINATIONS = Request.of("dynamodb:DescribeKinesisStreamingDestination", TableName=NAME)


def test_replicas():
    told = {"eu-west-1": {"region_name": "eu-west-1", "point_in_time_recovery": True, "kms_key_arn": None}}
    assert value(users(replica=told), "live.replicas") == (
        {"name": "eu-west-1", "point_in_time_recovery": True, "kms_key_arn": None},
    )
    assert value(users(), "live.replicas") == ()
    unknown = Unknown(Reason.DENIED)
    assert value(users(replica=unknown), "live.replicas") is unknown


def destinations(answers):
    return value(material(both(declared(), live()), answers=answers), "live.kinesis_destinations")


def test_kinesis_destinations_that_are_not_switched_off():
    entries = [{"StreamArn": "s", "DestinationStatus": "ACTIVE"}, {"StreamArn": "t", "DestinationStatus": "DISABLED"}]
    told = {DESTINATIONS: Answer(DESTINATIONS, ({"KinesisDataStreamDestinations": entries},))}
    assert destinations(told) == ({"name": "s", "status": "ACTIVE"},)
    assert destinations(failed(DESTINATIONS)).code == "AccessDeniedException"
