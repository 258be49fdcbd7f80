locals {
  tables = merge(aws_dynamodb_table.on_demand, aws_dynamodb_table.provisioned)
}

output "table_names" {
  description = "Names of the tables, by their short names."
  value       = { for name, table in local.tables : name => table.name }
}

output "table_arns" {
  description = "ARNs of the tables, by their short names."
  value       = { for name, table in local.tables : name => table.arn }
}

output "stream_arns" {
  description = "ARNs of the streams of the tables that have one, by their short names."
  value       = { for name, table in local.tables : name => table.stream_arn if table.stream_enabled }
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the tables."
  value       = aws_kms_key.dynamodb.arn
}

output "alarm_topic_arn" {
  description = "ARN of the topic all alarms notify."
  value       = aws_sns_topic.alarms.arn
}

output "policy_arns" {
  description = "ARNs of the IAM policies for the roles of applications."
  value = {
    read    = aws_iam_policy.read.arn
    write   = aws_iam_policy.write.arn
    key_use = aws_iam_policy.key_use.arn
  }
}
