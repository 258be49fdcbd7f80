"""A real browser that looks at pages; each page once in a run of the tests, whoever asks first."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LAUNCH_SECONDS = 600


def _chromium():
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def looked(tmp_path_factory):
    """Looks at the bytes of a page by one of the scripts beside this file; gives what it printed, and the address."""
    chromium, node = _chromium(), shutil.which("node")
    if not chromium:
        pytest.skip("no Chromium: install one, or name it in the environment variable CHROMIUM")
    if not node or not (HERE / "node_modules" / "playwright-core").is_dir():
        pytest.skip("no browser driver: run `npm ci --prefix tests/browser`")
    # Workers of one run share what was seen: the folder above a worker's own is the run's.
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def look(script, name, made, *arguments):
        page, seen = shared / f"{name}.html", shared / f"{name}.json"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not seen.exists():
                page.write_bytes(made())
                profile = str(tmp_path_factory.mktemp(name))
                command = (node, str(HERE / script), chromium, profile, page.as_uri(), *arguments)
                done = subprocess.run(command, capture_output=True, text=True, timeout=LAUNCH_SECONDS, check=False)
                seen.write_text(done.stdout if done.returncode == 0 else json.dumps({"failed": done.stderr}))
        found = json.loads(seen.read_text())
        assert "failed" not in found, found["failed"]
        return found | {"address": page.as_uri(), "bytes": page.stat().st_size}

    return look
