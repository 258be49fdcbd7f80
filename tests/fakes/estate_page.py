"""The commands and programs of the operating page of the estate, terraform/dynamodb/README.md, as written there."""

import re

from terraform_runs import ESTATE

PAGE = (ESTATE / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS: list[tuple[str, str]] = FENCE.findall(PAGE)


def blocks(language: str, *, terraform: bool = False) -> list[str]:
    """Return the fenced blocks of a language, in order: those that speak of terraform, or the others."""
    return [body for written_in, body in BLOCKS if written_in == language and ("terraform" in body) == terraform]
