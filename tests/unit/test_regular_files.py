"""What is named for reading must be a regular file: a pipe would be waited for without an end."""

import os
from pathlib import Path

import pytest

from auditor import cli, code_commands, signature, state
from auditor.aws import snapshot
from auditor.model.errors import AuditorError

READERS = (
    snapshot.read,
    cli._read,
    code_commands._rows,
    signature._read,
    lambda file: state.read(file, str(file)),
)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda file: file.symlink_to(os.devnull)])
def test_what_is_none_is_not_read(tmp_path, read, make):
    make(tmp_path / "named")
    with pytest.raises(AuditorError, match="is no regular file"):
        read(tmp_path / "named")


@pytest.mark.parametrize("read", READERS)
def test_what_is_not_there_is_told_so(tmp_path, read):
    with pytest.raises(AuditorError, match=r"can't (be )?read") as caught:
        read(Path(tmp_path / "named"))
    assert "No such file" in f"{caught.value} {caught.value.detail}"
