"""A project and its bundles, made once."""

import pytest
import sample_bundles


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A project, and the bundles of three nights."""
    folder = tmp_path_factory.mktemp("nights")
    project = sample_bundles.project(folder / "project")
    return project, sample_bundles.nights(folder / "out", project, 3)
