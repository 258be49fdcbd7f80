"""Credentials of another account end the audit before anything of the estate is read."""

import os
import subprocess
import sys

from auditor.demo.stand_in.server import MotoServer


def test_nothing_is_read_in_another_account(root, tmp_path):
    with MotoServer("222233334444") as server:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_ENDPOINT_URL": server.url,
        }
        done = subprocess.run(
            [sys.executable, "-m", "auditor", "--env", "prod", "--out", str(tmp_path / "out")],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        asked = dict(server.counts)
    assert done.returncode == 1
    assert done.stdout == ""
    for part in ("for another account", "want   111122223333", "audit.toml", "have   222233334444", "nothing was read"):
        assert part in done.stderr
    assert asked == {"sts:GetCallerIdentity": 1}
    assert not (tmp_path / "out").exists()
