import pytest

from auditor.model.errors import InvalidRule
from auditor.policy.load import load_rules
from auditor.policy.skeleton import write_skeleton
from auditor.policy.tests import run_tests
from auditor.subjects.facts import catalogue


def test_loads_and_passes_its_own_tests(tmp_path):
    file = write_skeleton("SEC-901", tmp_path, ())
    (rule,) = load_rules([tmp_path], catalogue())
    assert file.parent.name == "sec"
    assert rule.id == "SEC-901"
    assert all(result.passed for result in run_tests((rule,), catalogue()))


@pytest.mark.parametrize(
    ("id_", "said"),
    [("SEX-901", "no rule id"), ("SEC-1", "no rule id"), ("../x", "no rule id"), ("SEC-001", "already")],
)
def test_an_id_that_will_not_do(tmp_path, id_, said):
    with pytest.raises(InvalidRule, match=said):
        write_skeleton(id_, tmp_path, ("SEC-001",))
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_left_alone(tmp_path):
    file = write_skeleton("SEC-901", tmp_path, ())
    file.write_text("mine")
    with pytest.raises(InvalidRule, match="can't write"):
        write_skeleton("SEC-901", tmp_path, ())
    assert file.read_text() == "mine"
