# Placeholders in the form AWS uses in its documentation: put your own here.
account_id = "444455556666"
region     = "ap-southeast-1"
project    = "koneksi"
owner      = "platform"

image      = "444455556666.dkr.ecr.ap-southeast-1.amazonaws.com/audit@sha256:0000000000000000000000000000000000000000000000000000000000000000"
vpc_id     = "vpc-0123456789abcdef0"
subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
timezone   = "Asia/Singapore"

environments = {
  staging = { role_arn = "arn:aws:iam::333344445555:role/koneksi-staging-audit" }
  uat     = { role_arn = "arn:aws:iam::222233334444:role/koneksi-uat-audit" }
  prod    = { role_arn = "arn:aws:iam::111122223333:role/koneksi-prod-audit", schedule = "cron(0 1 * * ? *)" }
}
