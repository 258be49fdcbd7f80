"""DynamoDB tables.

Facts of a live table besides its attributes:

    arn, id, status, created            as DescribeTable tells them
    item_count, size_bytes              updated by AWS about every six hours
    billing_mode_changed                when it last became on demand; absent: never
    encryption                          AWS_OWNED, AWS_MANAGED or CUSTOMER
    encryption_status                   SSEDescription.Status; absent for the key that AWS owns
    encryption_inaccessible_since       set while the key is out of reach
    key_arn                             the key, also the AWS managed one; not applicable for the key that AWS owns
    stream_arn                          of the latest stream, which may be off
    point_in_time_recovery_status       ENABLED or DISABLED
    point_in_time_recovery_earliest     start of the window; not applicable while off
    point_in_time_recovery_latest       end of the window; not applicable while off
    ttl_status                          ENABLED, ENABLING, DISABLING or DISABLED
    global_table_version, replicas      replicas: records of region_name, status, table_class, deletion_protection
    indexes                             records of name, status, arn
    warm_throughput_read, warm_throughput_write
    bounds                              by path of a capacity: the (minimum, maximum) of its scalable target
    in_transition                       paths that AWS is changing right now
    backups                             records of arn, name, status, type, created; only where they are wanted
    recovery_points                     records of arn, status, created, vault; only where they are wanted
    throttle_events, system_errors      of the last 7 days, indexes included; only where they are wanted
    capacity_used                       percent of what is provisioned, in the busiest hour of those days; not
                                        applicable on demand
"""

from __future__ import annotations

from typing import Final

from auditor.kinds.dynamodb_table.asking import PERMISSIONS, WANTED, confirm, follow, requests
from auditor.kinds.dynamodb_table.attributes import ATTRIBUTES
from auditor.kinds.dynamodb_table.data_source import data_source
from auditor.kinds.dynamodb_table.planning import invalid, refresh, traps
from auditor.kinds.dynamodb_table.putting_back import put_back
from auditor.kinds.dynamodb_table.reading import absence, belongs, listed, read
from auditor.model.kind import Kind

KIND: Final = Kind(
    type="aws_dynamodb_table",
    attributes=ATTRIBUTES,
    identity="name",
    requests=requests,
    follow=follow,
    confirm=confirm,
    read=read,
    refresh=refresh,
    permissions=PERMISSIONS,
    wanted=WANTED,
    listed=listed,
    absence=absence,
    belongs=belongs,
    data_source=data_source,
    put_back=put_back,
    invalid=invalid,
    traps=traps,
    built_of=frozenset({"hash_key", "range_key", "attribute"}),
)
