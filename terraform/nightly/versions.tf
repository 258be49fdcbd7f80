# The night job: a stack in one account, which audits environments in any number of accounts.
terraform {
  # 1.10 is the first with use_lockfile.
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  backend "s3" {
    bucket       = "koneksi-audit-terraform-state"
    key          = "nightly/terraform.tfstate"
    region       = "ap-southeast-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      Project   = var.project
      Component = "nightly-audit"
      ManagedBy = "terraform"
      Owner     = var.owner
    }
  }
}
