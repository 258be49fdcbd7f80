# A schedule, and so a task, for each environment: one that fails never costs another.
resource "aws_scheduler_schedule_group" "nightly" {
  name = local.name
}

resource "aws_scheduler_schedule" "nightly" {
  for_each = var.environments

  name                         = each.key
  group_name                   = aws_scheduler_schedule_group.nightly.name
  description                  = "Audits ${each.key}"
  schedule_expression          = each.value.schedule
  schedule_expression_timezone = var.timezone

  # Spread over a quarter of an hour: environments of one account share AWS's quotas.
  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = aws_ecs_cluster.nightly.arn
    role_arn = aws_iam_role.scheduler.arn

    input = jsonencode({
      containerOverrides = [
        { name = "earlier", environment = [{ name = "AUDIT_PUBLISH_BRING_BACK", value = each.key }] },
        { name = "audit", environment = [{ name = "AUDIT_ENV", value = each.key }] },
      ]
    })

    ecs_parameters {
      # Without its revision: the task of the night is the latest.
      task_definition_arn = aws_ecs_task_definition.nightly.arn_without_revision
      launch_type         = "FARGATE"
      task_count          = 1

      network_configuration {
        subnets          = var.subnet_ids
        security_groups  = [aws_security_group.task.id]
        assign_public_ip = var.assign_public_ip
      }
    }

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 5
    }

    dead_letter_config {
      arn = aws_sqs_queue.not_started.arn
    }
  }
}

# What could not be started after all attempts, with the reason.
resource "aws_sqs_queue" "not_started" {
  name                      = "${local.name}-not-started"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}
