output "task_role_arn" {
  description = "Who puts on the auditing roles: `trusted_role_arn` of auditing_role."
  value       = aws_iam_role.task.arn
}

output "reports_bucket" {
  description = "Where the reports are: ENVIRONMENT/RUN/report.html."
  value       = aws_s3_bucket.reports.bucket
}

output "topic_arn" {
  description = "Where verdicts and alarms are told."
  value       = aws_sns_topic.verdicts.arn
}
