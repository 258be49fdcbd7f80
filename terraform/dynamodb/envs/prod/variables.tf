variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "account_id" {
  description = "AWS account of the environment; the provider refuses every other."
  type        = string
}

variable "region" {
  description = "AWS Region of the environment."
  type        = string
}

variable "owner" {
  description = "Team that answers for the environment."
  type        = string
}

variable "deletion_protection_enabled" {
  description = "Whether DynamoDB refuses to delete the tables."
  type        = bool
}

variable "alarm_email_addresses" {
  description = "Addresses told of every alarm."
  type        = set(string)
  default     = []
}

# Typed, completed and validated by the module; here only passed on.
variable "tables" {
  description = "The tables, by their short names."
  type        = any
}
