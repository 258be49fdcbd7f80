"""The arguments of `aws_dynamodb_table` that act at its creation only: AWS does not tell them, the state keeps them."""

from __future__ import annotations

from typing import Any, Final

from auditor.model.kind import Attribute, Replaced, Shape


def _of(name: str, shape: Shape = Shape.STRING, **more: Any) -> Attribute:  # noqa: ANN401 - as Attribute takes them
    doc = "Acts at creation only; AWS does not tell it."
    return Attribute(name=name, shape=shape, doc=doc, compared=False, **more)


def _kept(name: str, shape: Shape = Shape.STRING, **more: Any) -> Attribute:  # noqa: ANN401 - as Attribute takes them
    return _of(name, shape, kept=True, **more)


_IMPORT: Final = _kept(
    "import_table",
    Shape.BLOCK,
    replaces=True,
    replaced=Replaced.COMES_OR_GOES,
    children=(
        _kept("bucket_owner"),
        _kept("input_compression_type"),
        _kept("input_format", required=True),
        _kept(
            "input_format_options",
            Shape.BLOCK,
            children=(_kept("csv", Shape.BLOCK, children=(_kept("delimiter"), _kept("header_list", Shape.SET))),),
        ),
        _kept(
            "s3_bucket_source",
            Shape.BLOCK,
            required=True,
            children=(_kept("bucket", required=True), _kept("bucket_owner"), _kept("key_prefix")),
        ),
    ),
)

AT_CREATION: Final = (
    _IMPORT,
    _kept("restore_date_time", replaces=True),
    _kept("restore_source_name", replaces=True, replaced=Replaced.WRITTEN),
    _kept("restore_source_table_arn", replaces=True, replaced=Replaced.WRITTEN),
    _kept("restore_to_latest_time", Shape.BOOL, replaces=True, passenger=True),
    _of("timeouts", Shape.BLOCK),
)
