variable "project" {
  description = "First word of the role's name."
  type        = string
  default     = "koneksi"
}

variable "environment" {
  description = "Name of the environment in audit.toml."
  type        = string
}

variable "account_id" {
  description = "Its account; the provider refuses every other."
  type        = string
}

variable "region" {
  description = "Its Region."
  type        = string
}

variable "trusted_role_arn" {
  description = "Who may put the role on: output `task_role_arn` of the stack, or the role of a pipeline."
  type        = string
}

variable "external_id" {
  description = "`external_id` of audit.toml, where one is agreed on."
  type        = string
  default     = null
}
