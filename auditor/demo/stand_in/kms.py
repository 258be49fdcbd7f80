"""What moto answers otherwise than KMS."""

from moto.kms.models import Key, kms_backends

from auditor.demo.stand_in.gaps import Answer, Request, mends, rewrites

DEFAULT_ROTATION_DAYS = 365


def key_of(request: Request) -> Key:
    """Return moto's key of a request that moto has answered."""
    backend = kms_backends[request.account][request.region]
    return backend.describe_key(backend.any_id_to_key_id(request.body["KeyId"]))


def managed_by_aws(key: Key) -> bool:
    """Return whether a key is the target of an alias that only AWS can make."""
    return any(alias.startswith("alias/aws/") for alias in key.aliases)


@mends("kms", "CreateKey", "DescribeKey", "ReplicateKey")
def key_metadata(request: Request, answer: Answer) -> None:
    """KeyManager, KeyUsage and MultiRegion as AWS has them.

    API, KeyMetadata: KeyManager "AWS" for the keys of services, which moto calls CUSTOMER, so that alias/aws/dynamodb
    would pass for a key of the account. CreateKey without KeyUsage or MultiRegion takes ENCRYPT_DECRYPT and false.
    """
    metadata = answer.body.get("KeyMetadata") or answer.body["ReplicaKeyMetadata"]
    if metadata.get("KeyUsage") is None:
        metadata["KeyUsage"] = "ENCRYPT_DECRYPT"
    metadata["MultiRegion"] = bool(metadata.get("MultiRegion"))
    if request.operation == "DescribeKey" and managed_by_aws(key_of(request)):
        metadata["KeyManager"] = "AWS"
    for name in [name for name, value in metadata.items() if value is None]:
        del metadata[name]


@mends("kms", "EnableKeyRotation")
def rotation_period(request: Request, _answer: Answer) -> None:
    """Remember RotationPeriodInDays, which moto drops (API: 90 to 2560, default 365)."""
    period = request.body.get("RotationPeriodInDays", DEFAULT_ROTATION_DAYS)
    request.remembered("rotation")[key_of(request).id] = period


@mends("kms", "GetKeyRotationStatus")
def rotation_status(request: Request, answer: Answer) -> None:
    """Add the key and the period; a key of AWS always rotates, one pending deletion never does (API)."""
    key = key_of(request)
    managed = managed_by_aws(key)
    rotates = key.key_state != "PendingDeletion" and (managed or answer.body["KeyRotationEnabled"])
    answer.body.update(KeyId=key.arn, KeyRotationEnabled=rotates)
    if rotates:
        answer.body["RotationPeriodInDays"] = request.remembered("rotation").get(key.id, DEFAULT_ROTATION_DAYS)


@mends("kms", "ListAliases")
def unused_aliases(request: Request, answer: Answer) -> None:
    """Leave out the target of an alias of AWS whose key was never used (API); moto names a key that does not exist."""
    keys = kms_backends[request.account][request.region].keys
    for alias in answer.body["Aliases"]:
        if alias["TargetKeyId"] not in keys:
            del alias["TargetKeyId"]


@rewrites("kms", "GetKeyPolicy", "PutKeyPolicy")
def default_policy(request: Request) -> None:
    """Name the policy: "default" is the only one and may be left out (API); moto answers NotFoundException."""
    request.body.setdefault("PolicyName", "default")
