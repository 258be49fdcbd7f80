import pytest

from auditor.hcl.functions.table import FUNCTIONS


def test_names_are_those_of_the_table():
    assert all(name == function.name for name, function in FUNCTIONS.items())


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_parameters_are_named_once(name):
    function = FUNCTIONS[name]
    names = [parameter.name for parameter in function.parameters]
    assert len(set(names)) == len(names)
    assert all(names)
