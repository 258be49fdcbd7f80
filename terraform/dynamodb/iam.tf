# Policies for the roles of applications; roles belong to the applications and attach what they need. Data access and
# use of the key are apart: a role that reads or writes takes its data policy and the key policy. None of them can
# change or delete a table, switch off its recovery or touch its key.

data "aws_iam_policy_document" "read" {
  statement {
    sid = "ReadItems"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:ConditionCheckItem",
      "dynamodb:DescribeTable",
      "dynamodb:GetItem",
      "dynamodb:Query",
      "dynamodb:Scan",
    ]
    resources = concat(values(local.table_arns), [for arn in values(local.table_arns) : "${arn}/index/*"])
  }
}

data "aws_iam_policy_document" "write" {
  statement {
    sid = "WriteItems"
    actions = [
      "dynamodb:BatchWriteItem",
      "dynamodb:ConditionCheckItem",
      "dynamodb:DeleteItem",
      "dynamodb:DescribeTable",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    ]
    resources = values(local.table_arns)
  }
}

data "aws_iam_policy_document" "key_use" {
  statement {
    sid       = "UseKeyThroughDynamoDB"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = [aws_kms_key.dynamodb.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["dynamodb.${var.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_policy" "read" {
  name        = "${local.prefix}-dynamodb-read"
  description = "Read items of the tables of ${local.prefix} and of their indexes"
  policy      = data.aws_iam_policy_document.read.json
}

resource "aws_iam_policy" "write" {
  name        = "${local.prefix}-dynamodb-write"
  description = "Write items of the tables of ${local.prefix}"
  policy      = data.aws_iam_policy_document.write.json
}

resource "aws_iam_policy" "key_use" {
  name        = "${local.prefix}-dynamodb-key-use"
  description = "Use the key of the tables of ${local.prefix}, through DynamoDB only"
  policy      = data.aws_iam_policy_document.key_use.json
}
