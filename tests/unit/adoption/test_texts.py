"""Texts with edits in them, as a diff."""

import pytest

from auditor.adoption.texts import Texts, unified, why_not
from auditor.hcl.edit import Change
from auditor.hcl.source import SourceFile


def test_a_diff_that_patch_takes():
    assert unified("a.tf", "x = 1\n", "x = 2\n") == "--- a/a.tf\n+++ b/a.tf\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
    assert unified("a.tf", "x = 1\n", "x = 1\n") == ""
    assert "-x = 1\n\\ No newline at end of file\n+x = 2\n" in unified("a.tf", "x = 1", "x = 2\n")
    assert unified("a.tf", "", "x = 1\n").startswith("--- /dev/null\n+++ b/a.tf\n@@ -0,0 +1 @@\n")


def test_changes_of_several_files(tmp_path):
    sources = {name: SourceFile(name, "x = 1\n") for name in ("a.tf", "b.tf")}
    texts = Texts(tmp_path, sources)
    assert texts.with_changes([Change("b.tf", 4, 5, "2"), Change("a.tf", 4, 5, "3")]) == {
        tmp_path / "a.tf": "x = 3\n",
        tmp_path / "b.tf": "x = 2\n",
    }
    assert texts.with_changes([Change("a.tf", 0, 5, ""), Change("a.tf", 4, 5, "3")]) is None
    assert texts.layout(sources["a.tf"]) is texts.layout(sources["a.tf"])
    assert texts.layout(SourceFile("-var x", "1")) is None


@pytest.mark.parametrize("path", ["terraform.tfvars.json", ".terraform/modules/t/main.tf", "a/.terraform/m/main.tf"])
def test_what_is_not_edited(path):
    assert why_not(path)
    assert not why_not("modules/main.tf")
