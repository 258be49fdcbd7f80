"""The functions of the AWS provider."""

from __future__ import annotations

from typing import Final

from auditor.hcl import values
from auditor.hcl.errors import FunctionError
from auditor.hcl.functions.specification import Family, Parameter
from auditor.hcl.types import STRING, ObjectType
from auditor.hcl.values import Value

FAMILY: Final = Family()
_function = FAMILY.function

_ARN: Final = Parameter("arn", STRING)
_PARTS: Final = ("partition", "service", "region", "account_id", "resource")
_SECTIONS: Final = 6


def _parsed(arn: str) -> dict[str, str]:
    sections = arn.split(":", _SECTIONS - 1)
    if sections[0] != "arn":
        raise FunctionError("arn: invalid prefix")
    if len(sections) != _SECTIONS:
        raise FunctionError("arn: not enough sections")
    return dict(zip(_PARTS, sections[1:], strict=True))


@_function("provider::aws::arn_parse", _ARN, result=ObjectType(dict.fromkeys(sorted(_PARTS), STRING)))
def _arn_parse(arn: str) -> Value:
    return values.mapping({name: values.string(part) for name, part in _parsed(arn).items()})


@_function("provider::aws::arn_build", *(Parameter(name, STRING) for name in _PARTS), result=STRING)
def _arn_build(*parts: str) -> str:
    return ":".join(("arn", *parts))


@_function("provider::aws::trim_iam_role_path", _ARN, result=STRING)
def _trim_iam_role_path(arn: str) -> str:
    parts = _parsed(arn)
    if parts["service"] != "iam":
        raise FunctionError('service must be "iam"')
    if parts["region"]:
        raise FunctionError("region must be empty")
    kind, _, path = parts["resource"].partition("/")
    if kind != "role":
        raise FunctionError('resource must begin with "role/"')
    parts["resource"] = f"role/{path.rpartition('/')[2]}"
    return ":".join(("arn", *parts.values()))
