"""Where delivered bundles lie in S3, for what writes them there and for what reads them."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

_PLACE: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.{0,800}))?")


class Archive(Struct, frozen=True):
    """A prefix of a bucket; the keys below it are PREFIX/ENVIRONMENT/RUN/FILE."""

    bucket: str
    prefix: str = ""

    @classmethod
    def of(cls, text: str) -> Archive | None:
        """The place that a text as `s3://bucket/prefix` names; None where it names none."""
        found = _PLACE.fullmatch(text)
        return cls(found[1], (found[2] or "").strip("/")) if found else None

    def root(self, environment: str) -> str:
        """What the keys of an environment's bundles begin with."""
        return "".join(f"{part}/" for part in (self.prefix.strip("/"), environment) if part)

    def key(self, environment: str, run: str, name: str) -> str:
        """The key of a file of a bundle; without a name, what all its keys begin with."""
        return f"{self.root(environment)}{run}/{name}"

    def url(self, key: str) -> str:
        """A key as people write it."""
        return f"s3://{self.bucket}/{key}"

    def __str__(self) -> str:
        return self.url(self.prefix.strip("/"))
