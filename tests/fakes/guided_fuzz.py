"""Fuzz the reader guided by coverage: `python tests/fakes/guided_fuzz.py [FOLDER OF SEEDS] [libFuzzer's options]`.

Needs atheris (extra `fuzz`). Ends with the input that made an exception outside of the error tree, if there is one.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["auditor.hcl"]):
    from auditor.hcl.console import EmptyScope, eval_rows
    from auditor.hcl.functions.specification import Surroundings
    from auditor.hcl.json_syntax import parse_json
    from auditor.hcl.parser import parse
    from auditor.hcl.source import SourceFile
    from auditor.model.errors import HclSyntaxError

SCOPE = EmptyScope(Surroundings(Path("/nowhere"), Path("/nowhere")))


def one(data: bytes) -> None:
    """Read one input: its first byte says as what."""
    text = data[1:].decode("utf-8", "replace")
    kind = data[0] % 3 if data else 0
    if kind == 0:
        eval_rows([{"expr": text}], SCOPE)
        return
    try:
        (parse if kind == 1 else parse_json)(SourceFile("main.tf", text))
    except HclSyntaxError:
        return


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
