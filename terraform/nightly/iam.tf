# Five roles, each with what its job needs. The task itself may do nothing but put on the others: the auditor those that
# read, in the accounts of the environments (auditing_role/), the publisher the one that writes reports.
locals {
  by_service = {
    for service in ["ecs-tasks", "scheduler"] : service => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Service = "${service}.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      }]
    })
  }
}

resource "aws_iam_role" "execution" {
  name               = "${local.name}-execution"
  description        = "Starts the containers of the nightly audit"
  assume_role_policy = local.by_service["ecs-tasks"]
}

resource "aws_iam_role_policy" "execution" {
  name = "start"
  role = aws_iam_role.execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = "${local.arn}:ecr:${var.region}:${var.account_id}:repository/*"
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.task.arn}:*"
      },
    ]
  })
}

resource "aws_iam_role" "task" {
  name               = "${local.name}-task"
  description        = "Puts on the auditing roles and the publisher"
  assume_role_policy = local.by_service["ecs-tasks"]
}

resource "aws_iam_role_policy" "task" {
  name = "assume"
  role = aws_iam_role.task.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sts:AssumeRole"
      Resource = concat([for each in var.environments : each.role_arn], [aws_iam_role.publisher.arn])
    }]
  })
}

resource "aws_iam_role" "publisher" {
  name        = "${local.name}-publisher"
  description = "Delivers reports; reads nothing of any estate"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.task.arn }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "publisher" {
  name = "deliver"
  role = aws_iam_role.publisher.id

  # s3:GetObject is what HeadObject asks for: the digest that S3 computed is read back. s3:ListBucket makes the answer
  # for a report that is not there a 404 instead of a denial.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${local.bucket_arn}/*"
      },
      {
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.bucket_arn
      },
      {
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.verdicts.arn
      },
      {
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = aws_kms_key.nightly.arn
      },
    ]
  })
}

resource "aws_iam_role" "scheduler" {
  name               = "${local.name}-scheduler"
  description        = "Starts the task of the nightly audit"
  assume_role_policy = local.by_service["scheduler"]
}

resource "aws_iam_role_policy" "scheduler" {
  name = "start"
  role = aws_iam_role.scheduler.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "ecs:RunTask"
        Resource  = "${local.arn}:ecs:${var.region}:${var.account_id}:task-definition/${local.name}:*"
        Condition = { ArnEquals = { "ecs:cluster" = aws_ecs_cluster.nightly.arn } }
      },
      {
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = [aws_iam_role.execution.arn, aws_iam_role.task.arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = aws_sqs_queue.not_started.arn
      },
    ]
  })
}
