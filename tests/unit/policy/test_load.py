import time

import pytest
import yaml
from sample_rules import ASSERT, CATALOGUE, DRIFT, HEAD, TESTS

from auditor.model.errors import DuplicateRule, InvalidRule
from auditor.policy.load import load_rule, load_rules

WHOLE = HEAD + ASSERT + TESTS


@pytest.fixture
def folder(tmp_path):
    def write(name, text):
        file = tmp_path / "rules" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    return write


def test_rules_of_a_folder_are_ordered_by_id(folder, tmp_path):
    folder("sec/SEC-001-recovery.yaml", WHOLE)
    folder("drift/DRIFT-010-recovery.yaml", DRIFT)
    folder("schema/notes.txt", "not a rule")
    rules = load_rules([tmp_path / "rules"], CATALOGUE)
    assert [rule.id for rule in rules] == ["DRIFT-010", "SEC-001"]
    assert [rule.place.file for rule in rules] == [
        "rules/drift/DRIFT-010-recovery.yaml",
        "rules/sec/SEC-001-recovery.yaml",
    ]
    assert len({rule.digest for rule in rules}) == 2
    assert len(rules[0].digest) == 64


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("SEC-001-recovery.yaml", "belongs into the folder sec/"),
        ("sec/SEC-001-recovery.yml", "must be called SEC-001-<words>.yaml"),
        ("sec/deeper/SEC-001-recovery.yaml", "belongs into the folder sec/"),
    ],
)
def test_a_rule_that_lies_in_the_wrong_place_is_told_and_not_left_out(folder, tmp_path, name, complaint):
    folder(name, WHOLE)
    with pytest.raises(InvalidRule, match=complaint):
        load_rules([tmp_path / "rules"], CATALOGUE)


def test_a_rule_file_that_is_no_file(tmp_path):
    (tmp_path / "rules" / "x.yaml").mkdir(parents=True)
    with pytest.raises(InvalidRule, match="no regular file"):
        load_rules([tmp_path / "rules"], CATALOGUE)


def test_the_digest_is_the_files(folder, tmp_path):
    file = folder("sec/SEC-001-recovery.yaml", WHOLE)
    before = load_rules([file], CATALOGUE)[0].digest
    file.write_text(WHOLE + "# a comment\n")
    assert load_rules([file], CATALOGUE)[0].digest != before


def test_two_files_with_one_id(folder, tmp_path):
    folder("sec/SEC-001-a.yaml", WHOLE)
    folder("sec/SEC-001-b.yaml", WHOLE)
    with pytest.raises(DuplicateRule) as caught:
        load_rules([tmp_path / "rules"], CATALOGUE)
    assert caught.value.subject.file == "rules/sec/SEC-001-b.yaml"
    assert caught.value.facts == (("first", "rules/sec/SEC-001-a.yaml:1:1"),)


def test_the_first_complaint_of_every_file_is_told(folder, tmp_path):
    folder("sec/SEC-001-a.yaml", WHOLE.replace("why:", "wy:"))
    folder("sec/SEC-002-a.yaml", WHOLE.replace("SEC-001", "SEC-002").replace("equals", "eqals"))
    with pytest.raises(InvalidRule) as caught:
        load_rules([tmp_path / "rules"], CATALOGUE)
    assert str(caught.value) == "rules/sec/SEC-001-a.yaml:7:1: unknown key 'wy'"
    assert caught.value.line == "wy: A table without it can't be restored."
    assert caught.value.facts == (("also", "rules/sec/SEC-002-a.yaml:11:34: unknown operator 'eqals'"),)


def test_a_file_that_can_not_be_read(tmp_path):
    with pytest.raises(InvalidRule, match=r"can't read rules/x\.yaml: No such file"):
        load_rule(tmp_path / "x.yaml", "rules/x.yaml", CATALOGUE)


def test_loading_costs_little_beside_libyaml(folder, tmp_path):
    for number in range(70):
        folder(
            f"sec/SEC-{number:03}-a.yaml", WHOLE.replace("SEC-001", f"SEC-{number:03}") + "history:\n- " + "x " * 300
        )
    texts = [file.read_text() for file in (tmp_path / "rules").glob("*/*.yaml")]

    def cheapest(work):
        taken = []
        for _ in range(5):
            start = time.process_time()
            work()
            taken.append(time.process_time() - start)
        return min(taken)

    parsed = cheapest(lambda: [yaml.compose(text, Loader=yaml.CSafeLoader) for text in texts])
    assert cheapest(lambda: load_rules([tmp_path / "rules"], CATALOGUE)) < 5 * parsed
