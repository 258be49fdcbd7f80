"""One directory as a module: override files, duplicates, what is not configuration."""

import pytest

from auditor.hcl.directory import is_configuration, read_module
from auditor.model.errors import SourceError


@pytest.mark.parametrize("name", ["main.tf", "x.tf.json", "override.tf"])
def test_configuration(name):
    assert is_configuration(name)


@pytest.mark.parametrize("name", [".hidden.tf", "main.tf~", "#main.tf#", "x.tfvars", "x.tftest.hcl"])
def test_other_files(name):
    assert not is_configuration(name)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ('variable "a" {}\nvariable "a" {}\n', "Duplicate variable configuration"),
        ('resource "a" "b" {}\nresource "a" "b" {}\n', "Duplicate resource configuration"),
        ('provider "aws" {}\nprovider "aws" {}\n', "Duplicate provider configuration"),
        ("locals {\n  a = 1\n}\nlocals {\n  a = 1\n}\n", "Duplicate local value definition"),
        ("a = 1\n", "Unsupported argument"),
        ("nonsense {}\n", "Unsupported block type"),
        ('resource "a" {}\n', "Wrong number of labels"),
    ],
)
def test_faults_of_a_module(write, text, summary):
    root = write(**{"main.tf": text})
    with pytest.raises(SourceError, match=summary):
        read_module(root, root)


def test_an_override_needs_its_base(write):
    root = write(**{"override.tf": 'variable "a" {}\n'})
    with pytest.raises(SourceError, match="Missing base for override"):
        read_module(root, root)


def test_a_directory_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="can't be read"):
        read_module(tmp_path / "gone", tmp_path)


def test_the_second_provider_with_an_alias_is_another(write):
    root = write(**{"main.tf": 'provider "aws" {}\nprovider "aws" {\n  alias = "west"\n}\n'})
    assert set(read_module(root, root).of("provider")) == {("aws", ""), ("aws", "west")}
