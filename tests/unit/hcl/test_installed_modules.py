"""Where the code of modules is found, and what is said where it is not."""

import json

import pytest

from auditor.hcl import MODULE_NOT_FOUND, load
from auditor.model.errors import SourceError

CALL = 'module "m" {\n  source = "%s"\n}\noutput "o" {\n  value = module.m.o\n}\n'
CODE = 'output "o" {\n  value = "found"\n}\n'


def manifest(*entries):
    return json.dumps({"Modules": [{"Key": key, "Source": source, "Dir": folder} for key, source, folder in entries]})


def test_a_registry_module_stands_where_the_manifest_says(write):
    root = write(**{"main.tf": CALL % "acme/m/aws", "x/main.tf": CODE})
    (root / ".terraform" / "modules").mkdir(parents=True)
    (root / ".terraform" / "modules" / "modules.json").write_text(manifest(("m", "acme/m/aws", "x")))
    configuration = load(root)
    assert not configuration.diagnostics
    assert configuration.outputs["o"].value.content == "found"


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("acme/m/aws", "not on disk"),
        ("./nowhere", "there is no directory nowhere"),
        ("../outside", "outside of the project root"),
        ("${x}", "must be a plain string"),
    ],
)
def test_what_is_said_where_the_code_is_not_there(loaded, source, detail):
    configuration = loaded(CALL % source)
    (told,) = (each for each in configuration.diagnostics if each.summary == MODULE_NOT_FOUND)
    assert detail in told.detail
    assert not configuration.outputs["o"].value.is_known


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Modules": 1}', "[" * 100_000])
def test_a_manifest_that_can_not_be_read_is_told(write, text):
    root = write(**{"main.tf": CALL % "acme/m/aws"})
    (root / ".terraform" / "modules").mkdir(parents=True)
    (root / ".terraform" / "modules" / "modules.json").write_text(text)
    assert "Unreadable list of installed modules" in [each.summary for each in load(root).diagnostics]


def test_a_module_that_calls_itself_ends(loaded):
    with pytest.raises(SourceError, match="nested too deeply"):
        loaded(CALL % "./m", {"m/main.tf": 'module "m" {\n  source = "./."\n}\noutput "o" {\n  value = 1\n}\n'})
