import pytest

from auditor import shipped as module
from auditor.shipped import shipped


@pytest.mark.parametrize("name", ["rules", "reports"])
def test_a_checkout_has_it_beside_the_package(name, root):
    assert shipped(name) == root / name
    assert shipped(name).is_dir()


def test_an_installed_package_has_it_inside(tmp_path, monkeypatch):
    (tmp_path / "auditor" / "rules").mkdir(parents=True)
    (tmp_path / "rules").mkdir()
    monkeypatch.setattr(module, "_PACKAGE", tmp_path / "auditor")
    assert shipped("rules") == tmp_path / "auditor" / "rules"
    assert shipped("reports") == tmp_path / "reports"
