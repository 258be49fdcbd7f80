"""Record what terraform notes of a root module, and what the auditor reads: `python tests/fakes/record_state.py`.

Writes to tests/fixtures/state:

state.json           the state after apply; sensitive values are replaced, what Terraform keeps for itself is left out
shown.json           the same by `terraform show -json`
applied.jsonl.gz     what the auditor reads with this state

Needs terraform and a mirror with the AWS provider (TF_PLUGIN_MIRROR).
"""

import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace
from record_data_sources import ACCOUNT, Root
from terraform_runs import why_not

from auditor import pipeline
from auditor.aws import snapshot
from auditor.demo.stand_in.server import MotoServer
from auditor.inputs import Inputs, Variables
from auditor.settings import load

RECORDED: Final = Path(__file__).resolve().parents[1] / "fixtures" / "state"
SECRET: Final = "only-for-those-who-know"  # noqa: S105 - the default of the root module's variable
NOTED: Final = "state.json"


def without_secrets(text: str) -> Any:
    """Return a state as a document, sensitive values replaced and Terraform's private notes left out."""
    document = json.loads(text.replace(SECRET, "taken out"))
    for resource in document.get("resources", ()):
        for instance in resource["instances"]:
            instance.pop("private", None)
    return document


def written(name: str, document: Any) -> Path:
    """Keep a document; return its place."""
    place = RECORDED / name
    place.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return place


def main() -> int:
    """Record all."""
    if reason := why_not():
        sys.stderr.write(f"record_state: {reason}\n")
        return 1
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing")  # noqa: S106 - a word
    found = load(RECORDED, {})
    with MotoServer(ACCOUNT) as server, tempfile.TemporaryDirectory() as folder:
        root = Root(Path(folder), server.url, RECORDED)
        root.run("apply", "-input=false", "-no-color", "-auto-approve")
        state = (root.folder / "envs" / "prod" / "terraform.tfstate").read_text(encoding="utf-8")
        place = written(NOTED, without_secrets(state))
        written("shown.json", without_secrets(root.run("show", "-json")))
        inputs = Inputs(now=datetime.now(UTC), variables=Variables(state=place))
        taken = pipeline.snapshot(found, replace(found.environment("prod"), endpoint=server.url), inputs)
        (RECORDED / "applied.jsonl.gz").write_bytes(snapshot.encode(taken))
    return 0


if __name__ == "__main__":
    sys.exit(main())
