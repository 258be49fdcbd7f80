environment                 = "uat"
account_id                  = "222233334444"
region                      = "ap-southeast-1"
owner                       = "platform-team"
deletion_protection_enabled = false
alarm_email_addresses       = ["uat-alarms@example.com"]

tables = {
  users = {
    hash_key            = "id"
    attributes          = { id = "S" }
    data_classification = "restricted"
    max_capacity        = { read = 500, write = 250 }
  }

  sessions = {
    hash_key      = "id"
    attributes    = { id = "S" }
    ttl_attribute = "expires_at"
    max_capacity  = { read = 500, write = 250 }
  }

  orders = {
    hash_key         = "customer_id"
    range_key        = "order_id"
    attributes       = { customer_id = "S", order_id = "S", status = "S", created_at = "N" }
    stream_view_type = "NEW_AND_OLD_IMAGES"
    max_capacity     = { read = 500, write = 250 }

    global_secondary_indexes = {
      by-status = {
        hash_key           = "status"
        range_key          = "created_at"
        projection_type    = "INCLUDE"
        non_key_attributes = ["total"]
      }
    }
  }

  events = {
    hash_key     = "stream_id"
    range_key    = "sequence"
    attributes   = { stream_id = "S", sequence = "N", actor_id = "S" }
    min_capacity = { read = 5, write = 5 }
    max_capacity = { read = 500, write = 250 }

    global_secondary_indexes = {
      by-actor = {
        hash_key  = "actor_id"
        range_key = "sequence"
      }
    }
  }

  invoices = {
    hash_key            = "id"
    attributes          = { id = "S" }
    table_class         = "STANDARD_INFREQUENT_ACCESS"
    data_classification = "restricted"
    max_capacity        = { read = 500, write = 250 }
  }
}
