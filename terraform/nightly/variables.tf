variable "account_id" {
  description = "Account of the stack; the provider refuses every other."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has 12 digits."
  }
}

variable "region" {
  description = "Region of the stack."
  type        = string
}

variable "project" {
  description = "First word of every name; the `project` of audit.toml."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.project))
    error_message = "2 to 21 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "owner" {
  description = "Team that answers for the stack."
  type        = string
}

variable "image" {
  description = "The image that holds auditor and the audited code, by its digest: what is audited must not change behind a tag."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image by digest: REPOSITORY@sha256:DIGEST."
  }
}

variable "environments" {
  description = <<-EOT
    What is audited: names of audit.toml, each with the role that auditing_role makes in its account, and when.
    The schedule is a cron or rate expression of EventBridge Scheduler, in `timezone`.
  EOT
  type = map(object({
    role_arn = string
    schedule = optional(string, "cron(0 2 * * ? *)")
  }))

  validation {
    condition     = alltrue([for each in var.environments : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", each.role_arn))])
    error_message = "role_arn is the ARN of a role."
  }

  validation {
    condition     = alltrue([for name in keys(var.environments) : can(regex("^[A-Za-z0-9_-]{1,20}$", name))])
    error_message = "A name has 1 to 20 letters, digits, hyphens and underscores."
  }
}

variable "timezone" {
  description = "Time zone of the schedules."
  type        = string
  default     = "UTC"
}

variable "vpc_id" {
  description = "Network of the task."
  type        = string
}

variable "subnet_ids" {
  description = "Its subnets, with a way to AWS's endpoints and to the registry of the image: NAT or VPC endpoints."
  type        = set(string)
}

variable "assign_public_ip" {
  description = "Whether the task gets a public address: only in subnets without NAT. Nothing may come in either way."
  type        = bool
  default     = false
}

variable "retention_mode" {
  description = "Object Lock of reports: GOVERNANCE can be lifted by a right of its own, COMPLIANCE by nobody, the root user included."
  type        = string
  default     = "GOVERNANCE"

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.retention_mode)
    error_message = "GOVERNANCE or COMPLIANCE."
  }
}

variable "retention_days" {
  description = "Days during which no report can be changed or deleted."
  type        = number
  default     = 365
}

variable "expiration_days" {
  description = "Days after which reports are deleted."
  type        = number
  default     = 1095

  validation {
    condition     = var.expiration_days > var.retention_days
    error_message = "Reports expire after their retention."
  }
}

variable "email_addresses" {
  description = "Who is told of each night's verdict and of every alarm."
  type        = set(string)
  default     = []
}

variable "report_age_hours" {
  description = "An alarm goes off when an environment had no report for this long."
  type        = number
  default     = 26

  validation {
    condition     = var.report_age_hours >= 2 && var.report_age_hours <= 168
    error_message = "2 to 168 hours, which is as far as an alarm looks back."
  }
}

variable "task_cpu" {
  description = "CPU units of the task."
  type        = number
  default     = 1024
}

variable "task_memory" {
  description = "Memory of the task, MiB."
  type        = number
  default     = 2048
}
