# One bucket and one key per environment: whoever may read a state may not read another.
terraform {
  backend "s3" {
    bucket       = "koneksi-uat-terraform-state"
    key          = "dynamodb/terraform.tfstate"
    region       = "ap-southeast-1"
    encrypt      = true
    use_lockfile = true
  }
}
