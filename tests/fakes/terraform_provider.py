"""One process of the AWS provider for all that terraform does against a stand-in: alone, it starts three for a plan.

The provider reads where AWS is from its own environment, so each address needs a process of its own; the one before it
is ended. What a process answers depends on nothing that terraform asked it earlier: it is configured anew each time.
"""

import atexit
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

UNTIL_WE_END = '"$0" -debug 2>/dev/null & read -r _; kill -INT $!; wait'
"""Ends the provider when the pipe to us is closed, so also when we are killed."""
THE_WAY_TO_IT = re.compile(r"TF_REATTACH_PROVIDERS='(.*)'")

_running: dict[str, tuple[subprocess.Popen[str], str]] = {}


def way_to(provider: Path, url: str, variables: Mapping[str, str]) -> str:
    """Return how terraform reaches a running provider that sees AWS at `url`, for TF_REATTACH_PROVIDERS."""
    if url not in _running:
        end()
        _running[url] = _started(provider, variables)
    return _running[url][1]


def _started(provider: Path, variables: Mapping[str, str]) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        ["/bin/sh", "-c", UNTIL_WE_END, provider],
        env=dict(variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if found := THE_WAY_TO_IT.search(line):
            return process, found[1]
    raise AssertionError(f"{provider} ended with {process.wait()} before it could be reached")


@atexit.register
def end() -> None:
    """End the provider that runs."""
    while _running:
        process, _ = _running.popitem()[1]
        process.communicate()
