"""The attributes of KMS keys, and the operations that tell of them."""

from __future__ import annotations

import json
from typing import Final

from auditor.model.answers import Request
from auditor.model.kind import Attribute, Shape

TYPE: Final = "aws_kms_key"
DESCRIBE: Final = "kms:DescribeKey"
ROTATION: Final = "kms:GetKeyRotationStatus"
POLICY: Final = "kms:GetKeyPolicy"
TAGS: Final = "kms:ListResourceTags"
GRANTS: Final = "kms:ListGrants"
ROTATIONS: Final = "kms:ListKeyRotations"
ALIASES: Final = Request.of("kms:ListAliases")

# What KMS gives to a key that is created without a policy (KMS developer guide, default key policy).
_DEFAULT_POLICY: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [
            {
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": {"AWS": "{account}"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }
)

ATTRIBUTES: Final = (
    Attribute(
        name="description",
        shape=Shape.STRING,
        doc="Description.",
        computed=True,
        api=DESCRIBE,
        field="KeyMetadata.Description",
    ),
    Attribute(
        name="key_usage",
        shape=Shape.STRING,
        doc="What the key is for.",
        default="ENCRYPT_DECRYPT",
        replaces=True,
        api=DESCRIBE,
        field="KeyMetadata.KeyUsage",
    ),
    Attribute(
        name="customer_master_key_spec",
        shape=Shape.STRING,
        doc="Type of key material.",
        default="SYMMETRIC_DEFAULT",
        replaces=True,
        api=DESCRIBE,
        field="KeyMetadata.KeySpec",
    ),
    Attribute(
        name="custom_key_store_id",
        shape=Shape.STRING,
        doc="Key store of the customer's own.",
        replaces=True,
        api=DESCRIBE,
        field="KeyMetadata.CustomKeyStoreId",
    ),
    Attribute(
        name="xks_key_id",
        shape=Shape.STRING,
        doc="Key in an external store.",
        replaces=True,
        api=DESCRIBE,
        field="KeyMetadata.XksKeyConfiguration.Id",
    ),
    Attribute(
        name="multi_region",
        shape=Shape.BOOL,
        doc="Whether it can be replicated to other Regions.",
        computed=True,
        replaces=True,
        api=DESCRIBE,
        field="KeyMetadata.MultiRegion",
    ),
    Attribute(
        name="is_enabled",
        shape=Shape.BOOL,
        doc="Whether it can be used.",
        default=True,
        protects=True,
        api=DESCRIBE,
        field="KeyMetadata.Enabled",
    ),
    Attribute(
        name="enable_key_rotation",
        shape=Shape.BOOL,
        doc="Whether its material is renewed regularly.",
        default=False,
        protects=True,
        api=ROTATION,
        field="KeyRotationEnabled",
    ),
    Attribute(
        name="rotation_period_in_days",
        shape=Shape.NUMBER,
        doc="Days between renewals.",
        computed=True,
        aws_default=365,
        needs=("enable_key_rotation", True),
        api=ROTATION,
        field="RotationPeriodInDays",
    ),
    Attribute(
        name="policy",
        shape=Shape.JSON,
        doc="Key policy.",
        computed=True,
        aws_default=_DEFAULT_POLICY,
        api=POLICY,
        field="Policy",
    ),
    Attribute(
        name="tags",
        shape=Shape.MAP,
        doc="Tags, without those that AWS makes.",
        api=TAGS,
        field="Tags",
    ),
    Attribute(
        name="deletion_window_in_days",
        shape=Shape.NUMBER,
        doc="Days until a deletion is final; acts then only.",
        compared=False,
        kept=True,
    ),
    Attribute(
        name="bypass_policy_lockout_safety_check",
        shape=Shape.BOOL,
        doc="Acts when the policy is written only.",
        default=False,
        compared=False,
        kept=True,
    ),
    Attribute(name="timeouts", shape=Shape.BLOCK, doc="How long Terraform waits.", compared=False),
)
