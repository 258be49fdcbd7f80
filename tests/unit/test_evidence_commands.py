"""The differences between two runs: what is undecided is not told as a fail, and estates are not mixed."""

import json
import shutil

import pytest
import sample_bundles
from click.testing import CliRunner

from auditor import manifest
from auditor.evidence_commands import diff
from auditor.model.errors import BundleError


def changed(folder, place, change):
    """A copy of a bundle whose report was changed, its manifest naming the new bytes."""
    shutil.copytree(folder, place)
    report = json.loads((place / "report.json").read_bytes())
    change(report)
    content = json.dumps(report).encode()
    (place / "report.json").write_bytes(content)

    def told(document):
        entry = next(entry for entry in document["artefacts"] if entry["name"] == "report.json")
        entry.update(bytes=len(content), sha256=manifest.digest(content))

    sample_bundles.tampered(place / manifest.NAME, told)
    return place


def test_what_is_undecided_now_is_not_told_as_a_fail(made, tmp_path):
    def undecided(report):
        finding = next(each for each in report["findings"] if each["rule"] == "POL-001")
        finding.update(status="unknown", fingerprint="0" * len(finding["fingerprint"]))

    after = changed(made[1][1], tmp_path / "after", undecided)
    done = CliRunner().invoke(diff, [str(made[1][0]), str(after)], catch_exceptions=False)
    assert "new: unknown POL-001 shop-prod-users deletion_protection_enabled\n" in done.stdout


@pytest.mark.parametrize("name", ["project", "environment", "account", "region"])
def test_runs_of_different_estates_are_not_compared(made, tmp_path, name):
    other = tmp_path / "other"
    shutil.copytree(made[1][1], other)
    sample_bundles.tampered(other / manifest.NAME, lambda document: document["run"].update({name: "another"}))
    with pytest.raises(BundleError, match="different estates") as caught:
        CliRunner().invoke(diff, [str(made[1][0]), str(other)], catch_exceptions=False)
    assert [label for label, _ in caught.value.facts] == [name]
