from pathlib import Path

import pytest

from auditor.hcl import plain_values, values
from auditor.hcl.errors import FunctionError
from auditor.hcl.functions.specification import Surroundings, call
from auditor.hcl.functions.table import FUNCTIONS

ROLE = "arn:aws:iam::111122223333:role/service/a/b"


def run(name, *texts):
    arguments = [values.string(text) for text in texts]
    return plain_values.plain(call(FUNCTIONS[f"provider::aws::{name}"], arguments, Surroundings(Path(), Path())))


def test_parts_of_an_arn_come_back_together():
    parts = run("arn_parse", ROLE)
    assert parts["resource"] == "role/service/a/b"
    names = ("partition", "service", "region", "account_id", "resource")
    assert run("arn_build", *(parts[name] for name in names)) == ROLE


def test_the_path_of_a_role():
    assert run("trim_iam_role_path", ROLE) == "arn:aws:iam::111122223333:role/b"


@pytest.mark.parametrize("arn", ["", "x:aws:iam::1:role/a", "arn:aws:iam", "arn:aws:iam::1:user/a", "arn:aws:s3:::b"])
def test_what_is_no_arn_of_a_role(arn):
    with pytest.raises(FunctionError):
        run("trim_iam_role_path", arn)
