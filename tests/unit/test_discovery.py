import sys
import types

import pytest

from auditor import discovery
from auditor.kinds import kinds
from auditor.model.kind import Kind


def test_kinds_are_found_by_module_name(root):
    modules = {path.stem for path in (root / "auditor" / "kinds").iterdir() if not path.name.startswith("_")}
    types = [kind.type for kind in kinds()]
    assert types == [f"aws_{module}" for module in sorted(modules)]
    assert {"aws_dynamodb_table", "aws_kms_key", "aws_cloudwatch_metric_alarm"} <= set(types)


@pytest.fixture
def package(tmp_path, monkeypatch):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "plugins"
    for name in [name for name in sys.modules if name.startswith("plugins")]:
        del sys.modules[name]


@pytest.mark.parametrize("text", ["", "KIND = 1"])
def test_a_module_without_its_constant_is_a_defect(package, text):
    (package / "one.py").write_text(text)
    with pytest.raises(TypeError, match=r"plugins\.one has no KIND of type Kind"):
        discovery.constants("plugins", "KIND", Kind)


def test_constants_come_by_module_name(package):
    for name in ("b", "a"):
        (package / f"{name}.py").write_text(f"KIND = {name!r}")
    assert discovery.constants("plugins", "KIND", str) == ("a", "b")
    assert isinstance(sys.modules["plugins.a"], types.ModuleType)
