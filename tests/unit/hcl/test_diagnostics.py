"""Complaints: each once, in the order in which they came, at the place of the fault."""

from auditor.hcl.diagnostics import Diagnostics, Severity
from auditor.hcl.errors import EvaluationError
from auditor.hcl.provenance import Provenance
from auditor.hcl.source import SourceFile

SOURCE = SourceFile("main.tf", "a = 1\nb = x.y\n")


def test_the_same_complaint_is_kept_once_and_in_order():
    found = Diagnostics()
    found.error("second", "d")
    found.warning("first", "d")
    found.error("second", "d")
    assert [(each.severity, each.summary) for each in found.all()] == [
        (Severity.ERROR, "second"),
        (Severity.WARNING, "first"),
    ]


def test_an_error_stands_at_its_own_place_or_else_at_that_of_the_attribute():
    found = Diagnostics()
    found.evaluation(EvaluationError("s", "d", Provenance(SOURCE, 10)), SOURCE, 0)
    found.evaluation(EvaluationError("s", "d"), SOURCE, 6)
    assert [str(each) for each in found.all()] == ["main.tf:2:5: error: s: d", "main.tf:2:1: error: s: d"]
