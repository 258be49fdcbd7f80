# Alarms on what a table does when it is too small or DynamoDB is unwell, and one topic that tells people.
# CloudWatch takes any dimensions without complaint and never sends data to those a metric is not published with:
# throttle events and consumed capacity carry TableName (an index: and GlobalSecondaryIndexName), system errors carry
# TableName and Operation.

locals {
  # What has a throughput of its own: each table, and each index beside it.
  table_throughputs = {
    for name in keys(var.tables) : name => { TableName = local.table_names[name] }
  }
  index_throughputs = merge([
    for name, table in var.tables : {
      for index in keys(table.global_secondary_indexes) : "${name}-${index}" => {
        TableName                = local.table_names[name]
        GlobalSecondaryIndexName = index
      }
    }
  ]...)
  throughputs = merge(local.table_throughputs, local.index_throughputs)

  # Ten, which is as many metrics as one alarm takes.
  operations = [
    "BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem",
    "Query", "Scan", "TransactGetItems", "TransactWriteItems", "UpdateItem",
  ]

  # An alarm on consumed capacity goes off at this share of max_capacity.
  consumed_capacity_share = 0.8
}

resource "aws_cloudwatch_metric_alarm" "read_throttle_events" {
  for_each = local.throughputs

  alarm_name          = "${local.prefix}-${each.key}-read-throttle-events"
  alarm_description   = "Reads are refused for lack of read capacity."
  namespace           = "AWS/DynamoDB"
  metric_name         = "ReadThrottleEvents"
  dimensions          = each.value
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "write_throttle_events" {
  for_each = local.throughputs

  alarm_name          = "${local.prefix}-${each.key}-write-throttle-events"
  alarm_description   = "Writes are refused for lack of write capacity."
  namespace           = "AWS/DynamoDB"
  metric_name         = "WriteThrottleEvents"
  dimensions          = each.value
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "system_errors" {
  for_each = local.table_names

  alarm_name          = "${local.prefix}-${each.key}-system-errors"
  alarm_description   = "DynamoDB answers with internal errors (HTTP 500), whichever the operation."
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "total"
    label       = "System errors of all operations"
    expression  = "SUM(FILL(METRICS(), 0))"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.operations

    content {
      id          = lower(metric_query.value)
      return_data = false

      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = "SystemErrors"
        period      = 60
        stat        = "Sum"

        dimensions = {
          TableName = each.value
          Operation = metric_query.value
        }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "consumed_read_capacity" {
  for_each = var.tables

  alarm_name          = "${local.prefix}-${each.key}-consumed-read-capacity"
  alarm_description   = "Reads come near the most the table may take."
  namespace           = "AWS/DynamoDB"
  metric_name         = "ConsumedReadCapacityUnits"
  dimensions          = local.table_throughputs[each.key]
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  threshold           = each.value.max_capacity.read * 60 * local.consumed_capacity_share
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "consumed_write_capacity" {
  for_each = var.tables

  alarm_name          = "${local.prefix}-${each.key}-consumed-write-capacity"
  alarm_description   = "Writes come near the most the table may take."
  namespace           = "AWS/DynamoDB"
  metric_name         = "ConsumedWriteCapacityUnits"
  dimensions          = local.table_throughputs[each.key]
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  threshold           = each.value.max_capacity.write * 60 * local.consumed_capacity_share
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_sns_topic" "alarms" {
  name              = "${local.prefix}-dynamodb-alarms"
  kms_master_key_id = aws_kms_key.alarms.arn
}

data "aws_iam_policy_document" "alarms_topic" {
  statement {
    sid       = "PublishingByCloudWatch"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

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

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.alarms_topic.json
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarm_email_addresses

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}
