terraform {
  # 1.10 is the first with use_lockfile, see backend.tf.
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      Project     = "koneksi"
      Environment = var.environment
      ManagedBy   = "terraform"
      Owner       = var.owner
    }
  }
}

module "dynamodb" {
  source = "../.."

  environment                 = var.environment
  account_id                  = var.account_id
  region                      = var.region
  deletion_protection_enabled = var.deletion_protection_enabled
  alarm_email_addresses       = var.alarm_email_addresses
  tables                      = var.tables
}

output "dynamodb" {
  description = "Names and ARNs applications need; see the outputs of the module."
  value       = module.dynamodb
}
