variable "environment" {
  description = "Name of the environment; part of every name (koneksi-<environment>-...)."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,15}$", var.environment))
    error_message = "The environment is 2 to 16 lower-case letters and digits, beginning with a letter."
  }
}

variable "account_id" {
  description = "AWS account of the environment. The provider refuses every other account, so ARNs can be built from it."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "The account id is 12 digits, in quotes: a number would lose leading zeros."
  }
}

variable "region" {
  description = "AWS Region of the environment."
  type        = string
}

variable "deletion_protection_enabled" {
  description = "Whether DynamoDB refuses to delete the tables, whoever asks."
  type        = bool
  default     = true
}

variable "alarm_email_addresses" {
  description = "Addresses told of every alarm. Each has to confirm its subscription once."
  type        = set(string)
  default     = []
}

variable "tables" {
  description = <<-EOT
    The tables, by their short name.

    attributes            key attributes and their types (S, N or B); others need no declaration
    max_capacity          most read and write units per second: the ceiling of an on-demand table, the upper bound
                          of autoscaling of a provisioned one; alarms go off at a share of it
    min_capacity          set: the table is PROVISIONED and scales between min_capacity and max_capacity;
                          not set: the table is PAY_PER_REQUEST
    recovery_period_days  how far back point-in-time recovery reaches
  EOT

  type = map(object({
    hash_key             = string
    range_key            = optional(string)
    attributes           = map(string)
    table_class          = optional(string, "STANDARD")
    data_classification  = optional(string, "confidential")
    ttl_attribute        = optional(string)
    stream_view_type     = optional(string)
    recovery_period_days = optional(number, 35)
    max_capacity         = optional(object({ read = number, write = number }), { read = 1000, write = 500 })
    min_capacity         = optional(object({ read = number, write = number }))
    global_secondary_indexes = optional(map(object({
      hash_key           = string
      range_key          = optional(string)
      projection_type    = optional(string, "ALL")
      non_key_attributes = optional(list(string), [])
    })), {})
  }))

  validation {
    condition     = alltrue([for name in keys(var.tables) : can(regex("^[a-z][a-z0-9-]{1,62}$", name))])
    error_message = "A table's short name is 2 to 63 lower-case letters, digits and hyphens, beginning with a letter."
  }

  validation {
    condition = alltrue([
      for table in values(var.tables) : alltrue([for type in values(table.attributes) : contains(["S", "N", "B"], type)])
    ])
    error_message = "The type of a key attribute is S, N or B."
  }

  # DynamoDB refuses both a key that is not declared and a declaration that is no key.
  validation {
    condition = alltrue([
      for table in values(var.tables) : toset(keys(table.attributes)) == toset(compact(concat(
        [table.hash_key, table.range_key],
        [for index in values(table.global_secondary_indexes) : index.hash_key],
        [for index in values(table.global_secondary_indexes) : index.range_key],
      )))
    ])
    error_message = "The attributes of a table are exactly the keys of the table and of its indexes."
  }

  validation {
    condition = alltrue([
      for table in values(var.tables) : table.min_capacity == null ? true : (
        table.min_capacity.read <= table.max_capacity.read && table.min_capacity.write <= table.max_capacity.write
      )
    ])
    error_message = "The min_capacity of a table is at most its max_capacity."
  }

  validation {
    condition = alltrue([
      for table in values(var.tables) : table.recovery_period_days >= 1 && table.recovery_period_days <= 35
    ])
    error_message = "Point-in-time recovery reaches back 1 to 35 days."
  }
}
