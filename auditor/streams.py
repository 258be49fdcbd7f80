"""The standard streams as the caller left them: closed, full, or with nobody at the other end."""

from __future__ import annotations

import errno
import os
import sys
from typing import Final, TextIO

_STDOUT: Final = 1
_STDERR: Final = 2
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def open_closed() -> None:
    """Let streams that the caller closed lead nowhere; else the next file that is opened would take their place."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(descriptor)
    sys.stdout = sys.stdout or os.fdopen(_STDOUT, "w", encoding="utf-8")
    sys.stderr = sys.stderr or os.fdopen(_STDERR, "w", encoding="utf-8")


def turn_off(stream: TextIO) -> None:
    """Let what is written from now on lead nowhere, so that the interpreter has nothing to complain of at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def tell_full(error: Exception) -> bool:
    """Say so on stderr where an error means that stdout takes nothing more; an error about a file names that."""
    if not isinstance(error, OSError) or error.filename is not None or error.errno not in _NO_ROOM:
        return False
    turn_off(sys.stdout)
    sys.stderr.write(f"error: the result can't be written: {error.strerror}\n")
    return True
