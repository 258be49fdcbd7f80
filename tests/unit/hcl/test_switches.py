import pytest

TABLE = """
variable "protected" {
  type    = bool
  default = %s
}
resource "aws_dynamodb_table" "t" {
  deletion_protection_enabled = %s
  point_in_time_recovery {
    enabled = var.recovery
  }
}
variable "recovery" {
  type = bool
}
"""


def told(found):
    return [(place.split(":")[0], place.rpartition(" ")[2], path) for place, path in found.requirements.off_by_default]


def test_a_default_that_switches_an_argument_off(loaded):
    assert told(loaded(TABLE % ("false", "var.protected"))) == [("main.tf", "protected", "deletion_protection_enabled")]


@pytest.mark.parametrize(
    ("default", "argument"),
    [
        ("true", "var.protected"),
        ("null", "var.protected"),
        ("false", "true"),
        ("false", "!var.protected"),
        ("false", "local.protected"),
        ("false", "var.protected ? true : true"),
    ],
)
def test_what_switches_nothing_off(loaded, default, argument):
    assert told(loaded(TABLE % (default, argument))) == []


BLOCKS = """
variable "off" {
  default = false
}
resource "aws_dynamodb_table" "t" {
  dynamic "point_in_time_recovery" {
    for_each = [1]
    content {
      enabled = var.off
    }
  }
  server_side_encryption {
    enabled = var.off
  }
}
"""


def test_blocks_written_and_made(loaded):
    paths = [path for _, _, path in told(loaded(BLOCKS))]
    assert paths == ["point_in_time_recovery.enabled", "server_side_encryption.enabled"]


OUTER = """
variable "outer" {
  default = false
}
module "middle" {
  source = "./middle"
  middle = var.outer
}
"""
MIDDLE = """
variable "middle" {}
module "inner" {
  source = "../inner"
  inner  = var.middle
}
"""
INNER = """
variable "inner" {
  default = false
}
resource "aws_kms_key" "k" {
  enable_key_rotation = var.inner
}
"""


def test_through_calls_of_modules(loaded):
    found = loaded(OUTER, {"middle/main.tf": MIDDLE, "inner/main.tf": INNER})
    assert sorted(told(found)) == [
        ("inner/main.tf", "inner", "enable_key_rotation"),
        ("main.tf", "outer", "enable_key_rotation"),
    ]
