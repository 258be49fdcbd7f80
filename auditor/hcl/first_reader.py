"""The reader that the code is read by: ours, or python-hcl2 where that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from auditor.hcl import parser
from auditor.hcl.ast import Body
from auditor.hcl.source import SourceFile

Parse = Callable[[SourceFile], Body]
"""Reads a file in native syntax; HclSyntaxError where it can't."""

OURS: Final = "auditor"
PYTHON_HCL2: Final = "python-hcl2"


def _python_hcl2(source: SourceFile) -> Body:
    """A file by python-hcl2; refused where its tree is not what Terraform reads.

    Raises:
        HclSyntaxError: where either reader refuses it, and where they differ.
    """
    from auditor.hcl import python_hcl2, second_reader, second_shape  # noqa: PLC0415 - slow to load, seldom wanted

    read = python_hcl2.parse(source)
    places = second_reader.walked(second_shape.ours(parser.parse(source)), second_shape.ours(read))
    if (wrong := next((place for place, same in places if not same), None)) is not None:
        detail = f"python-hcl2 reads this otherwise than Terraform does: {wrong}"
        hint = "leave --hcl-reader out: this is a fault of python-hcl2"
        raise source.syntax_error(0, "Misread by python-hcl2", detail, hint)
    return read


READERS: Final[Mapping[str, Parse]] = MappingProxyType({OURS: parser.parse, PYTHON_HCL2: _python_hcl2})
