"""Chains of places."""

from auditor.hcl.provenance import Provenance
from auditor.hcl.source import SourceFile


def test_the_deciding_place_comes_first():
    source = SourceFile("main.tf", "a\nb\nc\n")
    literal = Provenance(source, 4)
    handed_on = Provenance(source, 0, Provenance(source, 2, literal))
    assert [str(place) for place in handed_on.chain()] == ["main.tf:3:1", "main.tf:2:1", "main.tf:1:1"]
    assert literal == Provenance(source, 4)
    assert len({literal, Provenance(source, 4)}) == 1
