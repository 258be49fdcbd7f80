from auditor.model.results import LETTERS, Severity, Status


def test_every_status_has_its_own_letter():
    assert set(LETTERS) == set(Status)
    assert len({letter for letter in LETTERS.values() if len(letter) == 1}) == len(Status)


def test_severities_are_ranked_worst_first():
    assert [severity.rank for severity in Severity] == [0, 1, 2, 3, 4]
    assert min(Severity, key=lambda severity: severity.rank) is Severity.CRITICAL
    assert max(Severity, key=lambda severity: severity.rank) is Severity.INFO
