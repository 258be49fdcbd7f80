"""The real terraform on copies of the estate: offline, against a stand-in of AWS on loopback, with local state."""

import functools
import json
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraform_provider import way_to

ESTATE = Path(__file__).resolve().parents[2] / "terraform" / "dynamodb"
ENVIRONMENTS = {"staging": "333344445555", "uat": "222233334444", "prod": "111122223333"}
SECONDS = 300
MIRRORS = (
    Path.home() / ".terraform.d" / "plugins",
    Path("/usr/local/share/terraform/plugins"),
    Path("/usr/share/terraform/plugins"),
    Path("/opt"),
)
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
PROVIDER = "registry.terraform.io/hashicorp/aws/5.*/*/terraform-provider-aws_*"


@functools.cache
def plugin_mirror() -> Path | None:
    """Return the folder of providers named by TF_PLUGIN_MIRROR, or one found where they are usually put."""
    named = os.environ.get("TF_PLUGIN_MIRROR")
    for folder in [Path(named)] if named else MIRRORS:
        for found in [*folder.glob(PROVIDER), *folder.glob(f"*/{PROVIDER}")]:
            return found.parents[5]
    return None


@functools.cache
def provider() -> Path:
    """Return the newest program of the AWS provider that the mirror has for this computer."""
    mirror = plugin_mirror()
    assert mirror is not None
    machine = MACHINES.get(platform.machine(), platform.machine())
    found = mirror.glob(PROVIDER.replace("/*/", f"/{platform.system().lower()}_{machine}/"))
    return max(found, key=lambda program: [int(part) for part in program.parents[1].name.split(".")])


def why_not() -> str:
    """Return the reason why terraform cannot be run here; empty if it can."""
    if shutil.which("terraform") is None:
        return "terraform is not installed"
    if plugin_mirror() is None:
        return "no mirror with the AWS provider 5.x: name one in TF_PLUGIN_MIRROR"
    return ""


def environment_variables(folder: Path, url: str) -> dict[str, str]:
    """Return the variables of a process that sees the stand-in at `url`, the mirror, and no other configuration."""
    config = folder / "offline.tfrc"
    mirror = plugin_mirror()
    config.write_text(
        f"provider_installation {{\n  filesystem_mirror {{ path = {json.dumps(str(mirror))} }}\n}}\n", encoding="utf-8"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
    return kept | {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_MAX_ATTEMPTS": "2",
        "AWS_REGION": "ap-southeast-1",
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(config),
        "TF_IN_AUTOMATION": "1",
    }


def attached(folder: Path, url: str) -> dict[str, str]:
    """Return these variables for a process whose terraform uses a provider that runs already, and no lock file."""
    # Collecting garbage is a fifth of the work of programs that end at once.
    variables = environment_variables(folder, url) | {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
    return variables | {"TF_REATTACH_PROVIDERS": way_to(provider(), url, variables)}


@dataclass(frozen=True, slots=True)
class EstateCopy:
    """A copy of the estate in `folder`, whose terraform speaks to the AWS stand-in at `url`."""

    folder: Path
    url: str

    @classmethod
    def make(cls, folder: Path, url: str) -> "EstateCopy":
        """Copy the sources (no state, no plug-ins) into `folder`, with state kept in the copy instead of S3."""
        shutil.copytree(ESTATE, folder, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*", "*.plan"))
        for environment in ENVIRONMENTS:
            override = folder / "envs" / environment / "backend_override.tf"
            override.write_text('terraform {\n  backend "local" {}\n}\n', encoding="utf-8")
        return cls(folder, url)

    def run(self, environment: str, *arguments: str, status: int = 0) -> str:
        """Run `terraform ARGUMENTS` in an environment's folder; return what it printed, fail on another exit status."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder / "envs" / environment,
            env=attached(self.folder, self.url),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode != status:
            raise AssertionError(f"terraform {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def plan(self, environment: str) -> dict[str, Any]:
        """Plan an initialised environment into `create.plan`; return it as `terraform show -json` tells it."""
        self.run(environment, "plan", "-input=false", "-no-color", "-out=create.plan")
        return json.loads(self.run(environment, "show", "-json", "create.plan"))
