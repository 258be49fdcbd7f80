"""Evidence from outside: a run writes a bundle, verify and replay test it, history and diff tell of several."""

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest
import sample_bundles


@pytest.fixture
def project(tmp_path):
    return sample_bundles.project(tmp_path / "project")


@pytest.fixture
def audit(project):
    def run(*arguments, cwd=project):
        environment = {"PATH": os.environ["PATH"], "HOME": str(project), "AWS_EC2_METADATA_DISABLED": "true"}
        return subprocess.run(
            [sys.executable, "-m", "auditor", *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


NIGHT = ("--env", "prod", "--declared-only", "-qq", "--now")


def test_two_nights(audit, project):
    assert audit(*NIGHT, "2026-01-15T02:00:00Z").returncode == 4
    sample_bundles.project(project, protected=True)
    told = audit("--env", "prod", "--declared-only", "--now", "2026-01-16T02:00:00Z")
    assert "    since 2026-01-15: 0 new, 2 resolved, 7 unchanged\n" in told.stdout
    first, second = sorted((project / "reports" / "out" / "prod").iterdir())
    done = audit("verify", str(second))
    assert done.returncode == 0, done.stdout
    assert "chain: the manifests of all runs before are unchanged: 1" in done.stdout
    assert json.loads(audit("verify", str(second), "--json").stdout)["sound"] is True
    done = audit("replay", str(second))
    assert (done.returncode, done.stdout) == (0, "same   report.html\nsame   report.json\n")
    assert "sensitive texts are covered in envs/prod/main.tf" in done.stderr
    done = audit("diff", str(first), str(second))
    assert done.stdout.splitlines()[0].startswith("resolved: critical POL-001 shop-prod-users")
    assert done.stderr == "0 new, 2 resolved, 7 unchanged\n"
    done = audit("history", "--env", "prod,uat", "--html", "past.html", "--now", "2026-01-16T03:00:00Z")
    assert done.returncode == 0, done.stderr
    assert "2026-01-16T02:00  not compliant     7 open    0 drifted    0 unknown  2 resolved, code alone" in done.stdout
    assert done.stdout.count("not known to be audited: there is no bundle of a run that asked AWS") == 2
    assert "reports/out/prod/2026-01-16T020000Z/report.html" in (project / "past.html").read_text()
    done = audit("history", "--env", "prod", "--max-age", "26h")
    assert done.returncode == 3
    assert "stale: no run of prod in the last 26h asked AWS" in done.stderr


def test_only_what_is_new_counts_and_is_listed(audit, project):
    assert audit(*NIGHT, "2026-01-15T02:00:00Z", "--new-only").returncode == 4, "there is no run before"
    done = audit("--env", "prod", "--declared-only", "--new-only", "--now", "2026-01-16T02:00:00Z")
    assert done.returncode == 0, done.stderr
    assert "Only new findings count: 0 of 8 at or above the threshold." in done.stderr
    assert "shop-prod-users" not in done.stdout
    (project / "envs" / "prod" / "tables.json").write_text('["users", "orders"]')
    done = audit("--env", "prod", "--declared-only", "--new-only", "--now", "2026-01-17T02:00:00Z")
    assert done.returncode == 4
    assert "[new] shop-prod-orders" in done.stdout
    assert "shop-prod-users" not in done.stdout
    last = max((project / "reports" / "out" / "prod").iterdir())
    assert "shop-prod-users" in (last / "report.html").read_text(), "the report holds everything"
    assert audit("replay", str(last)).returncode == 0


def test_a_reading_judged_again_stands_beside_the_first_judgement(audit, project):
    out = project / "reports" / "out" / "prod"
    assert audit(*NIGHT, "2026-01-15T02:00:00Z").returncode == 4
    assert audit(*NIGHT, "2026-01-16T02:00:00Z").returncode == 4
    first = {file: file.read_bytes() for file in out.glob("*/*")}
    same = audit("--env", "prod", "--declared-only", "-q", "--now", "2026-01-16T02:00:00Z")
    assert len(list(out.iterdir())) == 3, "another command line is another manifest"
    assert "reports/out/prod/2026-01-16T020000Z-2/manifest.json" in same.stderr
    for _ in range(2):
        audit(*NIGHT, "2026-01-16T02:00:00Z", "--fail-on", "high")
    names = ["2026-01-15T020000Z", "2026-01-16T020000Z", "2026-01-16T020000Z-2", "2026-01-16T020000Z-3"]
    assert sorted(each.name for each in out.iterdir()) == names, "the same bytes again are no further bundle"
    assert all(file.read_bytes() == content for file, content in first.items())
    befores = [json.loads((out / name / "report.json").read_bytes())["history"]["previous"] for name in names]
    assert [before and before["finished"][:10] for before in befores] == [None, *["2026-01-15"] * 3]
    assert audit(*NIGHT, "2026-01-17T02:00:00Z").returncode == 4
    following = json.loads((out / "2026-01-17T020000Z" / "manifest.json").read_bytes())
    last = hashlib.sha256((out / names[-1] / "manifest.json").read_bytes()).hexdigest()
    assert following["previous"]["manifest"] == last, "what was judged last is the run before"
    told = audit("verify", str(out / "2026-01-17T020000Z"))
    assert "ok     chain: the manifests of all runs before are unchanged: 2" in told.stdout


def test_the_same_folder_every_night(audit, project):
    for night in ("15", "16"):
        assert audit(*NIGHT, f"2026-01-{night}T02:00:00Z", "--out", "out").returncode == 4
    history = json.loads((project / "out" / "report.json").read_bytes())["history"]
    assert history["previous"]["finished"].startswith("2026-01-15")
    assert audit("replay", "out").returncode == 0
    assert "is not here" in audit("verify", "out").stdout


def test_a_changed_report_fails_both(audit, project):
    audit(*NIGHT, "2026-01-15T02:00:00Z", "--out", "out")
    with (project / "out" / "report.json").open("ab") as stream:
        stream.write(b" ")
    done = audit("verify", "out")
    assert done.returncode == 1
    assert "FAILED report.json: it has" in done.stdout
    assert "proves" not in done.stdout
    done = audit("replay", "out")
    assert (done.returncode, done.stdout) == (1, "")
    assert "report.json is not the one that the manifest names" in done.stderr


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_a_signed_run_with_keys_of_openssl(audit, project):
    for command in (
        "openssl genpkey -algorithm ed25519 -out key.pem",
        "openssl pkey -in key.pem -pubout -out key.pub",
        "openssl genpkey -algorithm ed25519 -aes256 -pass pass:x -out locked.pem",
        "openssl genpkey -algorithm x25519 -out other.pem",
    ):
        subprocess.run(command.split(), cwd=project, check=True, capture_output=True)
    assert audit(*NIGHT, "2026-01-15T02:00:00Z", "--out", "out", "--sign", "key.pem").returncode == 4
    done = audit("verify", "out", "--key", "key.pub")
    assert done.returncode == 0, done.stdout
    assert "signature: the manifest was signed by the key with sha256" in done.stdout
    assert audit(*NIGHT, "2026-01-16T02:00:00Z", "--sign", "key.pem").returncode == 4
    (signed,) = (project / "reports" / "out" / "prod").iterdir()
    before = (signed / "manifest.json").read_bytes()
    assert audit(*NIGHT, "2026-01-16T02:00:00Z", "--fail-on", "high").returncode == 4
    assert sorted(signed.parent.iterdir()) == [signed, signed.with_name(f"{signed.name}-2")]
    assert (signed / "manifest.json").read_bytes() == before
    shutil.rmtree(project / "reports")
    for key, words in (
        ("none.pem", "can't be read"),
        ("audit.toml", "no private key"),
        ("locked.pem", "is encrypted"),
        ("other.pem", "another kind"),
    ):
        done = audit(*NIGHT, "2026-01-15T02:00:00Z", "--sign", key)
        assert (done.returncode, done.stdout) == (1, "")
        assert words in done.stderr
    assert not (project / "reports").exists()


def test_wrong_usage_is_one_clear_error(audit, project, tmp_path):
    for arguments, words, code in (
        (("verify", str(tmp_path)), "manifest.json can't be read", 1),
        (("replay", str(tmp_path / "none")), "manifest.json can't be read", 1),
        (("diff", str(tmp_path), str(tmp_path)), "manifest.json can't be read", 1),
        (("history", "--env", "prod", "--out", "none"), "none is no folder of bundles", 1),
        (("history", "--env", "prod", "--max-age", "soon"), "no time span", 2),
        (("history",), "name an environment", 2),
    ):
        done = audit(*arguments)
        assert (done.returncode, done.stdout) == (code, ""), arguments
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert ("hint   give the folder of one run" in done.stderr) is ("manifest.json" in words)


def test_a_reader_that_has_gone_does_not_change_the_exit_code_of_a_written_bundle(project):
    run = f"{sys.executable} -m auditor --env prod --declared-only --format json --out out"
    done = subprocess.run(
        ["bash", "-c", f"{run} | true; echo ${{PIPESTATUS[0]}}"],
        cwd=project,
        env={"PATH": os.environ["PATH"], "HOME": str(project)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, "Traceback" in done.stderr) == ("4\n", False), done.stderr
    assert (project / "out" / "report.json").exists()
