# The task: one container fetches the last report, one reads and judges, one delivers; they share a folder and nothing else.
locals {
  task = {
    reports_folder = "/reports"
    user           = "10001:10001"
  }

  publishing = [
    { name = "AUDIT_PUBLISH_BUCKET", value = local.bucket_name },
    { name = "AUDIT_PUBLISH_REGION", value = var.region },
    { name = "AUDIT_PUBLISH_ROLE", value = aws_iam_role.publisher.arn },
    { name = "AUDIT_PUBLISH_TOPIC", value = aws_sns_topic.verdicts.arn },
  ]

  container = {
    image                  = var.image
    user                   = local.task.user
    readonlyRootFilesystem = true
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    mountPoints            = [{ sourceVolume = "reports", containerPath = local.task.reports_folder, readOnly = false }]
  }
}

resource "aws_ecs_cluster" "nightly" {
  name = local.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_cloudwatch_log_group" "task" {
  name              = "/ecs/${local.name}"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.nightly.arn
}

resource "aws_ecs_task_definition" "nightly" {
  family                   = local.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task_cpu
  memory                   = var.task_memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  volume {
    name = "reports"
  }

  container_definitions = jsonencode([
    # The task begins in an empty place: the last report is what tonight's is compared with.
    merge(local.container, {
      name        = "earlier"
      essential   = false
      entryPoint  = ["audit-publish"]
      command     = ["${local.task.reports_folder}/bundle"]
      environment = local.publishing
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = aws_cloudwatch_log_group.task.name
          "awslogs-region"        = var.region
          "awslogs-stream-prefix" = "earlier"
        }
      }
    }),
    # Exit codes: 0 all is well, 3 incomplete, 4 findings; the report of each is delivered. 1 and 2 leave none, and the alarm says so.
    merge(local.container, {
      name        = "audit"
      essential   = false
      dependsOn   = [{ containerName = "earlier", condition = "COMPLETE" }]
      command     = ["run", "--out", "${local.task.reports_folder}/bundle", "--quiet"]
      environment = []
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = aws_cloudwatch_log_group.task.name
          "awslogs-region"        = var.region
          "awslogs-stream-prefix" = "audit"
        }
      }
    }),
    merge(local.container, {
      name        = "publish"
      essential   = true
      entryPoint  = ["audit-publish"]
      command     = ["${local.task.reports_folder}/bundle"]
      dependsOn   = [{ containerName = "audit", condition = "COMPLETE" }]
      environment = local.publishing
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = aws_cloudwatch_log_group.task.name
          "awslogs-region"        = var.region
          "awslogs-stream-prefix" = "publish"
        }
      }
    }),
  ])
}

resource "aws_security_group" "task" {
  name        = local.name
  description = "The nightly audit: nothing comes in, HTTPS goes out"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.task.id
  description       = "Endpoints of AWS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
