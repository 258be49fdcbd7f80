"""Tags with the provider's, and which configuration a resource uses."""

import pytest

PROVIDER = """
provider "aws" {
  region = "eu-west-1"
  %s
}
resource "aws_sns_topic" "t" {
  %s
}
"""


def tags_all(configuration):
    (topic,) = configuration.resources
    return topic.planned.content["tags_all"]


@pytest.mark.parametrize(
    ("provider", "tags", "expected"),
    [
        ("", 'tags = { a = "1" }', {"a": "1"}),
        ("", 'tags = { a = "1", b = null }', {"a": "1"}),
        ('default_tags {\n tags = { p = "x", a = "0" }\n}', 'tags = { a = "1" }', {"a": "1", "p": "x"}),
        ('default_tags {\n tags = { p = "x" }\n}', "", {"p": "x"}),
        ('ignore_tags {\n keys = ["b"]\n}', 'tags = { a = "1", b = "2" }', {"a": "1"}),
        ("", "", None),
        ("", 'tags = { a = "" }', None),
        ('default_tags {\n tags = { p = "" }\n}', "", None),
    ],
)
def test_tags_of_resource_and_provider(loaded, provider, tags, expected):
    found = tags_all(loaded(PROVIDER % (provider, tags)))
    if expected is None:
        assert not found.is_known
    else:
        assert {name: each.content for name, each in found.content.items()} == expected


def test_an_empty_text_of_the_provider_beside_tags_is_unknown_by_itself(loaded):
    found = tags_all(loaded(PROVIDER % ('default_tags {\n tags = { p = "" }\n}', 'tags = { a = "1" }')))
    assert found.content["a"].content == "1"
    assert not found.content["p"].is_known
