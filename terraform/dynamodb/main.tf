# The tables. Names, ARNs and the two ways of paying for throughput are decided here; what belongs to a table but is
# another resource stands in the file named after it (autoscaling.tf, alarms.tf, kms.tf, iam.tf).

locals {
  prefix = "koneksi-${var.environment}"

  table_names = { for name in keys(var.tables) : name => "${local.prefix}-${name}" }

  # Built, not read from the resources: a plan then shows policies and alarms in full, before any table exists.
  table_arns = {
    for name, table_name in local.table_names :
    name => "arn:aws:dynamodb:${var.region}:${var.account_id}:table/${table_name}"
  }

  on_demand   = { for name, table in var.tables : name => table if table.min_capacity == null }
  provisioned = { for name, table in var.tables : name => table if table.min_capacity != null }
}

resource "aws_dynamodb_table" "on_demand" {
  for_each = local.on_demand

  name                        = local.table_names[each.key]
  billing_mode                = "PAY_PER_REQUEST"
  table_class                 = each.value.table_class
  hash_key                    = each.value.hash_key
  range_key                   = each.value.range_key
  deletion_protection_enabled = var.deletion_protection_enabled
  stream_enabled              = each.value.stream_view_type != null
  stream_view_type            = each.value.stream_view_type

  on_demand_throughput {
    max_read_request_units  = each.value.max_capacity.read
    max_write_request_units = each.value.max_capacity.write
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = each.value.recovery_period_days
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.dynamodb.arn
  }

  dynamic "attribute" {
    for_each = each.value.attributes

    content {
      name = attribute.key
      type = attribute.value
    }
  }

  dynamic "global_secondary_index" {
    for_each = each.value.global_secondary_indexes

    content {
      name               = global_secondary_index.key
      hash_key           = global_secondary_index.value.hash_key
      range_key          = global_secondary_index.value.range_key
      projection_type    = global_secondary_index.value.projection_type
      non_key_attributes = global_secondary_index.value.non_key_attributes
    }
  }

  dynamic "ttl" {
    for_each = each.value.ttl_attribute == null ? [] : [each.value.ttl_attribute]

    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }

  tags = {
    DataClassification = each.value.data_classification
  }
}

# A second block because `lifecycle` takes no expressions: here, and only here, capacity belongs to autoscaling.
# An index is one element of a set, so its capacity can be left alone only together with the whole index: a new or
# changed index of these tables is applied with the last entry of ignore_changes taken out.
resource "aws_dynamodb_table" "provisioned" {
  for_each = local.provisioned

  name                        = local.table_names[each.key]
  billing_mode                = "PROVISIONED"
  read_capacity               = each.value.min_capacity.read
  write_capacity              = each.value.min_capacity.write
  table_class                 = each.value.table_class
  hash_key                    = each.value.hash_key
  range_key                   = each.value.range_key
  deletion_protection_enabled = var.deletion_protection_enabled
  stream_enabled              = each.value.stream_view_type != null
  stream_view_type            = each.value.stream_view_type

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = each.value.recovery_period_days
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.dynamodb.arn
  }

  dynamic "attribute" {
    for_each = each.value.attributes

    content {
      name = attribute.key
      type = attribute.value
    }
  }

  dynamic "global_secondary_index" {
    for_each = each.value.global_secondary_indexes

    content {
      name               = global_secondary_index.key
      hash_key           = global_secondary_index.value.hash_key
      range_key          = global_secondary_index.value.range_key
      projection_type    = global_secondary_index.value.projection_type
      non_key_attributes = global_secondary_index.value.non_key_attributes
      read_capacity      = each.value.min_capacity.read
      write_capacity     = each.value.min_capacity.write
    }
  }

  dynamic "ttl" {
    for_each = each.value.ttl_attribute == null ? [] : [each.value.ttl_attribute]

    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }

  tags = {
    DataClassification = each.value.data_classification
  }

  lifecycle {
    ignore_changes = [read_capacity, write_capacity, global_secondary_index]
  }
}
