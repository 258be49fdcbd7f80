"""deploy/image: the Dockerfile is linted, what it promises is looked up, and its steps are run without an engine."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from configparser import ConfigParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "deploy" / "image"
DOCKERFILE = (IMAGE / "Dockerfile").read_text()
LOCKS = ("requirements.lock", "tools.lock")


def instructions(text):
    """The instructions of a Dockerfile, each as (name, argument), continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def stages():
    """The instructions by stage; those before the first are left out."""
    found = []
    for name, argument in instructions(DOCKERFILE):
        if name == "FROM":
            found.append([])
        if found:
            found[-1].append((name, argument))
    return found


def arguments(stage, name):
    return [argument for each, argument in stage if each == name]


def locked(name):
    """The requirements of a lock file, by name, with their digests."""
    told = re.sub(r"^\s*#.*\n", "", (IMAGE / name).read_text(), flags=re.MULTILINE)
    entries = [entry for entry in re.split(r"\n(?=\S)", told) if entry.strip()]
    found = {}
    for entry in entries:
        requirement = Requirement(entry.split(" \\")[0].strip())
        found[canonicalize_name(requirement.name)] = requirement, re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry)
    return found


def test_the_dockerfile_is_linted():
    done = subprocess.run(
        [Path(sys.executable).parent / "hadolint", IMAGE / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_without_rights():
    build, image = stages()
    assert arguments(image, "USER") == ["10001:10001"]
    assert [name for name, _ in image].index("USER") > max(
        index for index, (name, _) in enumerate(image) if name in ("RUN", "COPY")
    )
    assert arguments(image, "COPY") == ["--from=build /srv/auditor /srv/auditor"]
    assert arguments(image, "ENTRYPOINT") == ['["audit"]']
    assert arguments(image, "VOLUME") == ["/reports"]
    assert "TMPDIR=/reports" in arguments(image, "ENV")[0]
    assert not arguments(build, "ADD") + arguments(image, "ADD")
    installs = [
        part for each in arguments(build, "RUN") for part in each.split("&&") if re.search(r"\bpip\b.* install\b", part)
    ]
    assert installs
    assert [each for each in installs if "--require-hashes" not in each and "--no-index" not in each] == []


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_locked_by_digest(name):
    found = locked(name)
    assert len(found) > 10
    assert [each for each, (requirement, digests) in found.items() if not digests or "==" not in str(requirement)] == []


def test_the_lock_satisfies_what_is_required():
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    found = locked("requirements.lock")
    for line in setup["options"]["install_requires"].split("\n"):
        if line.strip():
            required = Requirement(line)
            locked_requirement = found[canonicalize_name(required.name)][0]
            (version,) = (each.version for each in locked_requirement.specifier)
            assert required.specifier.contains(version), line


def context(to):
    """What a build is given: the tree without what Dockerfile.dockerignore leaves out."""
    lines = [line for line in (IMAGE / "Dockerfile.dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    ignored = shutil.ignore_patterns("__pycache__", ".terraform", "out")
    for name in (line[1:] for line in lines if line.startswith("!")):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, to / name)


def image_python():
    """The interpreter of the image's base where it is installed, else this one."""
    version = re.search(r"BASE=python:(3\.\d+)", DOCKERFILE)[1]
    found = shutil.which(f"python{version}")
    works = found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
    return found if works else sys.executable


@pytest.fixture(scope="module")
def built():
    """The folder in which the RUN steps of the build stage were run; `srv/auditor` is what the image holds."""
    folder = Path(tempfile.mkdtemp(prefix="image-"))
    folder.chmod(0o755)  # another user looks at it
    try:
        (folder / "src").mkdir()
        context(folder / "src")
        kept = {
            name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
        }
        for step in arguments(stages()[0], "RUN"):
            here = re.sub(r"(?<![\w/])/srv/", f"{folder}/srv/", step)
            here = re.sub(r"(?<![\w/.-])python -m", f"{shlex.quote(image_python())} -m", here)
            done = subprocess.run(
                ["sh", "-ec", here],
                cwd=folder / "src",
                env=kept,
                capture_output=True,
                text=True,
                check=False,
                timeout=280,
            )
            assert done.returncode == 0, f"{step}\n{done.stdout}\n{done.stderr}"
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def written(folder):
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}


def test_the_steps_of_the_build(built):
    """Installed from the lock alone, compiled ahead, with a bill of materials that names what is there."""
    packages = next((built / "srv/auditor/lib").glob("python3.*/site-packages"))
    installed = {
        canonicalize_name(path.name.removesuffix(".dist-info").rpartition("-")[0])
        for path in packages.glob("*.dist-info")
    }
    assert installed == {*locked("requirements.lock"), "dynamodb-auditor"}
    assert list(packages.glob("auditor/__pycache__/cli.*.pyc"))
    assert list(packages.glob("auditor/reports/templates/__pycache__/*.jinja"))
    assert (packages / "hcl2" / ".lark_cache.bin").is_file()

    materials = json.loads((built / "srv/auditor/sbom.cdx.json").read_text())
    assert materials["bomFormat"] == "CycloneDX"
    assert {canonicalize_name(each["name"]) for each in materials["components"]} == installed


def user_of_the_image(python):
    """The user to be, where we can become that and it can reach the interpreter; else we stay who we are."""
    reachable = all(folder.stat().st_mode & 0o001 for folder in python.resolve().parents)
    return {"user": 10001, "group": 10001, "extra_groups": []} if os.getuid() == 0 and reachable else {}


def test_the_user_of_the_image_audits_and_writes_to_reports_alone(built):
    reports = built / "reports"
    reports.mkdir()
    user = user_of_the_image(built / "srv/auditor/bin/python")
    if user:
        os.chown(reports, user["user"], user["group"])
    environment = dict(re.findall(r"(\w+)=(\S+)", arguments(stages()[1], "ENV")[0]))
    environment |= {"PATH": f"{built}/srv/auditor/bin:{os.environ['PATH']}", "TMPDIR": str(reports)}
    before = written(built / "srv") | written(built / "src")

    def run(*command):
        return subprocess.run(
            command,
            cwd=built / "src",
            env=environment,
            **user,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    audit = run("audit", "run", "--declared-only", "--env", "prod", "--out", str(reports / "bundle"))
    assert audit.returncode == 0, audit.stderr
    assert run("audit", "verify", str(reports / "bundle")).returncode == 0
    options = ("--bucket", "reports", "--region", "eu-west-1", "--dry-run")
    assert run("audit-publish", str(reports / "bundle"), *options).returncode == 0
    second = run("python", "-c", "import hcl2; print(hcl2.loads('a = 1'))")
    assert second.stdout == "{'a': 1}\n"
    assert written(built / "srv") | written(built / "src") == before
