"""What to do about a resource that differs."""

from auditor.formats.remedies import back, edits, remedies

ADOPT = "audit adopt --env prod a"
DIFF = "--- a/x\n+++ b/x\n"


def resource(*drifts, **more):
    return {"drifts": list(drifts), **more}


def edit(diff=DIFF, others=()):
    return {"diff": diff, "others": list(others), "reason": ""}


def test_terraform_first_and_each_call_once():
    found = resource({"put_back": ["aws x", "aws y"]}, {"put_back": ["aws x"]}, {}, put_back="terraform apply")
    assert back(found) == ["terraform apply", "aws x", "aws y"]
    assert back(resource(put_back="")) == []


def test_an_edit_that_was_looked_for_stands_in_the_place_of_the_command():
    found = resource({"adopt": ADOPT, "edit": edit()}, {"adopt": "audit adopt b", "edit": None}, {"edit": edit("")})
    assert edits(found) == [DIFF.rstrip("\n"), "audit adopt b"]


def test_what_an_edit_changes_besides_is_told_before_it():
    (told,) = edits(resource(edit=edit(others=[f"r{number}" for number in range(7)])))
    assert told.startswith("# also changes r0\n")
    assert "# and 2 more\n--- a/x" in told


def test_reports_of_earlier_versions_have_neither():
    assert remedies(resource({}, {})) == {"back": [], "edits": []}
