"""What all tests share: the fakes on the path, credentials of nobody, no way out but loopback."""

import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more about the machine than about the code. Examples are the same in each run: a
# sample that is searched anew each time fails for others than those who caused it.
settings.register_profile("auditor", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("auditor")

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "fakes"))

# A run in the background may have been started with Ctrl-C ignored; programs under test must not inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No test may find real credentials, or ask the instance metadata service for them.
for name in [name for name in os.environ if name.startswith(("AWS_", "AUDIT_", "TF_VAR_"))]:
    del os.environ[name]
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",  # noqa: S106 - a word, not a secret
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
)


def pytest_addoption(parser):
    parser.addoption("--soak", action="store_true", help="run the long searches in full")
    parser.addoption("--golden-update", action="store_true", help="rewrite the golden files")


LONG = {"browser": 0, "e2e": 1, "contract": 2}
"""Folders of tests that start browsers, programs and servers, or search. Those of browsers share one costly look at
each page: in front they are the last that another worker takes over."""


def pytest_collection_modifyitems(config, items):
    # What takes long begins early: workers that end on short tests end together.
    items.sort(key=lambda item: ("first" not in item.keywords, LONG.get(item.path.parent.name, len(LONG))))
    if not config.getoption("--soak"):
        skip = pytest.mark.skip(reason="a long search: run it by `make soak`")
        for item in items:
            if "soak" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def root():
    """The project root."""
    return ROOT
