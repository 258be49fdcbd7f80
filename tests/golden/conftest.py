"""Golden files: what a sample audit looks like in a format, reviewed as a diff when it changes."""

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "files"


@pytest.fixture
def golden(request):
    """Compares bytes with a golden file, or rewrites it under `--golden-update`."""

    def compare(name, content):
        file = GOLDEN / name
        if request.config.getoption("--golden-update"):
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        assert file.is_file(), f"{name} is missing: run `make golden` and review the diff"
        assert content.decode().splitlines() == file.read_bytes().decode().splitlines(), (
            "run `make golden`, review the diff"
        )
        assert content == file.read_bytes()

    return compare
