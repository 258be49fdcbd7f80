"""Templates of documents: compiled ones are kept where Python keeps compiled modules, under the same conditions."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment
from jinja2.bccache import Bucket, FileSystemBytecodeCache

from auditor import __version__

_OWN: Final = frozenset(dir(dict))


class DocumentEnvironment(Environment):
    """Members of decoded JSON are looked up as such, and not as attributes first, of which dictionaries have none."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - as jinja2 has it
        """What `obj.attribute` means in a template."""
        if type(obj) is dict and attribute in obj and attribute not in _OWN:
            return obj[attribute]
        return super().getattr(obj, attribute)


class CompiledTemplates(FileSystemBytecodeCache):
    """The compiled templates of a folder, in its `__pycache__`; each is bound to the text it was made of.

    Nothing is written under PYTHONDONTWRITEBYTECODE, or where the folder can't be written to: that costs time alone.
    """

    def __init__(self, templates: Path) -> None:
        folder = Path(cache_from_source(str(templates / "template.py"))).parent
        super().__init__(str(folder), f"%s.{__version__}.jinja")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a kept template, unless it can't be read: then it is compiled anew."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - a damaged file raises whatever its bytes lead to
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)
