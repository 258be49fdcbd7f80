# Who is told, and what makes the stack speak when the night job does not.
resource "aws_sns_topic" "verdicts" {
  name              = local.name
  kms_master_key_id = aws_kms_key.nightly.arn
}

resource "aws_sns_topic_policy" "verdicts" {
  arn = aws_sns_topic.verdicts.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.verdicts.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "Publisher"
        Effect    = "Allow"
        Principal = { AWS = aws_iam_role.publisher.arn }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.verdicts.arn
      },
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.verdicts.arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.email_addresses

  topic_arn = aws_sns_topic.verdicts.arn
  protocol  = "email"
  endpoint  = each.value
}

# S3 says that a manifest, the last file of a bundle, was created: that is what an arrival is.
resource "aws_cloudwatch_event_rule" "arrival" {
  for_each = var.environments

  name        = "${local.name}-${each.key}-arrival"
  description = "A report of ${each.key} has arrived"

  event_pattern = jsonencode({
    source        = ["aws.s3"]
    "detail-type" = ["Object Created"]
    detail = {
      bucket = { name = [local.bucket_name] }
      object = { key = [{ wildcard = "${each.key}/*/manifest.json" }] }
    }
  })
}

resource "aws_cloudwatch_event_target" "arrival" {
  for_each = var.environments

  rule = aws_cloudwatch_event_rule.arrival[each.key].name
  arn  = aws_cloudwatch_log_group.arrivals.arn
}

resource "aws_cloudwatch_log_group" "arrivals" {
  name              = "/aws/events/${local.name}-arrivals"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.nightly.arn
}

resource "aws_cloudwatch_log_resource_policy" "arrivals" {
  policy_name = "${local.name}-arrivals"

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["delivery.logs.amazonaws.com", "events.amazonaws.com"] }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.arrivals.arn}:*"
    }]
  })
}

resource "aws_cloudwatch_metric_alarm" "no_report" {
  for_each = var.environments

  alarm_name          = "${local.name}-${each.key}-no-report"
  alarm_description   = "No report of ${each.key} has arrived for ${var.report_age_hours} hours: the night job did not run, was not done, or could not deliver."
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.arrival[each.key].name }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = var.report_age_hours
  datapoints_to_alarm = var.report_age_hours
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.verdicts.arn]
  ok_actions          = [aws_sns_topic.verdicts.arn]
}

resource "aws_cloudwatch_metric_alarm" "not_started" {
  alarm_name          = "${local.name}-not-started"
  alarm_description   = "A task of the nightly audit could not be started; the message in the queue says why."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.not_started.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.verdicts.arn]
  ok_actions          = [aws_sns_topic.verdicts.arn]
}
