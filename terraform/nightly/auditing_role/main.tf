# The role that audits one environment, in the environment's own account: applied once for each.
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Bucket and key of the environment's account are given to `terraform init`, see ../README.md.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]
}

resource "aws_iam_role" "auditing" {
  name                 = "${var.project}-${var.environment}-audit"
  description          = "Reads what the audit of ${var.environment} compares, and nothing else"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      {
        Effect    = "Allow"
        Principal = { AWS = var.trusted_role_arn }
        Action    = "sts:AssumeRole"
      },
      var.external_id == null ? {} : { Condition = { StringEquals = { "sts:ExternalId" = var.external_id } } },
    )]
  })

  tags = {
    Project     = var.project
    Environment = var.environment
    ManagedBy   = "terraform"
  }
}

# What `audit permissions --env ENVIRONMENT` prints, byte for byte: written by `make permissions`.
resource "aws_iam_role_policy" "auditing" {
  name   = "read"
  role   = aws_iam_role.auditing.id
  policy = file("${path.module}/policies/${var.environment}.json")
}

output "role_arn" {
  description = "`role` of the environment in audit.toml, and `role_arn` of ../terraform.tfvars."
  value       = aws_iam_role.auditing.arn
}
