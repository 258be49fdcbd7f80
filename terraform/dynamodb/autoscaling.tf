# Target tracking for every provisioned table and each of its indexes: an index left behind throttles its table.

locals {
  # Read or write => how Application Auto Scaling and CloudWatch call it.
  scaling_directions = {
    read  = { dimension = "ReadCapacityUnits", metric = "DynamoDBReadCapacityUtilization" }
    write = { dimension = "WriteCapacityUnits", metric = "DynamoDBWriteCapacityUtilization" }
  }

  # Each table, and each index, once per direction.
  table_targets = merge([
    for name, table in local.provisioned : {
      for direction, names in local.scaling_directions : "${name}/${direction}" => {
        table        = name
        suffix       = ""
        dimension    = "dynamodb:table:${names.dimension}"
        metric       = names.metric
        min_capacity = table.min_capacity[direction]
        max_capacity = table.max_capacity[direction]
      }
    }
  ]...)
  index_targets = merge(flatten([
    for name, table in local.provisioned : [
      for index in keys(table.global_secondary_indexes) : {
        for direction, names in local.scaling_directions : "${name}/${index}/${direction}" => {
          table        = name
          suffix       = "/index/${index}"
          dimension    = "dynamodb:index:${names.dimension}"
          metric       = names.metric
          min_capacity = table.min_capacity[direction]
          max_capacity = table.max_capacity[direction]
        }
      }
    ]
  ])...)
  scaling_targets = merge(local.table_targets, local.index_targets)
}

resource "aws_appautoscaling_target" "throughput" {
  for_each = local.scaling_targets

  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.provisioned[each.value.table].name}${each.value.suffix}"
  scalable_dimension = each.value.dimension
  min_capacity       = each.value.min_capacity
  max_capacity       = each.value.max_capacity
}

resource "aws_appautoscaling_policy" "throughput" {
  for_each = local.scaling_targets

  name               = "${local.prefix}-${replace(each.key, "/", "-")}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.throughput[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.throughput[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.throughput[each.key].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 70
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = each.value.metric
    }
  }
}
