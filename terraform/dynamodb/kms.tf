# One key for the tables of the environment, one for the alarm topic: CloudWatch must be able to use the second and
# has no business with the first.

locals {
  account_root = "arn:aws:iam::${var.account_id}:root"

  # Everything but cryptographic use and grants.
  key_administration = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:Describe*",
    "kms:DisableKey*",
    "kms:EnableKey*",
    "kms:Get*",
    "kms:List*",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
  ]
}

# Naming the account hands each decision to its IAM policies, within what is allowed here: to administer the key, and
# to use it through DynamoDB in this Region. Nobody can decrypt with it by hand.
data "aws_iam_policy_document" "dynamodb_key" {
  statement {
    sid       = "Administration"
    actions   = local.key_administration
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.account_root]
    }
  }

  statement {
    sid = "UseThroughDynamoDB"
    actions = [
      "kms:CreateGrant",
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey*",
      "kms:ReEncrypt*",
    ]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.account_root]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["dynamodb.${var.region}.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "dynamodb" {
  description             = "Encrypts the DynamoDB tables of ${local.prefix}"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.dynamodb_key.json

  # With the key go all tables and all their backups, in every environment. Deletion protection of a table does not
  # cover that, and nothing brings a deleted key back.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "dynamodb" {
  name          = "alias/${local.prefix}-dynamodb"
  target_key_id = aws_kms_key.dynamodb.key_id
}

data "aws_iam_policy_document" "alarms_key" {
  statement {
    sid       = "Administration"
    actions   = local.key_administration
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.account_root]
    }
  }

  statement {
    sid       = "PublishingByCloudWatch"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }
  }
}

resource "aws_kms_key" "alarms" {
  description             = "Encrypts the alarm topic of ${local.prefix}"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.alarms_key.json
}

resource "aws_kms_alias" "alarms" {
  name          = "alias/${local.prefix}-alarms"
  target_key_id = aws_kms_key.alarms.key_id
}
