"""A roll-up of five environments: three audited, one that failed, one that was never audited."""

RUN = {
    "run": "2026-01-16T020000Z-prod-84fd9b",
    "folder": "prod/2026-01-16T020000Z",
    "finished": "2026-01-16T02:00:41.000Z",
    "account": "111122223333",
    "region": "ap-southeast-1",
    "caller": "arn:aws:sts::111122223333:assumed-role/audit/night",
    "commit": "9505cacb",
    "declared_only": False,
    "complete": True,
    "signed": False,
    "state": "fail",
    "exit_code": 4,
    "manifest": "ab" * 32,
    "open": 12,
    "drifted": 3,
    "unknown": 0,
    "new": 1,
    "resolved": 2,
    "age_seconds": 65,
}


def environment(name, code, ended, *, run=None, before=None, why="", account="111122223333"):
    """One environment of a roll-up."""
    return {
        "environment": name,
        "tier": "production",
        "account": account,
        "region": "ap-southeast-1",
        "ended": ended,
        "exit_code": code,
        "why": why,
        "run": run,
        "before": before,
    }


DOCUMENT = {
    "schema": "auditor/rollup/v1",
    "project": "koneksi",
    "at": "2026-01-16T02:01:46.000Z",
    "exit_code": 4,
    "numbers": {
        "environments": 5,
        "audited": 3,
        "ended": {"complete": 1, "findings": 1, "incomplete": 1, "not audited": 2},
        "open": 12,
        "drifted": 3,
        "unknown": 4,
        "new": 1,
        "resolved": 2,
    },
    "environments": [
        environment("prod", 4, "findings", run=RUN),
        environment(
            "uat",
            3,
            "incomplete",
            run={**RUN, "folder": "uat/x", "state": "incomplete", "complete": False, "open": 0, "unknown": 4},
        ),
        environment("staging", 0, "complete", run={**RUN, "folder": "staging/x", "state": "pass", "open": 0}),
        environment(
            "dr",
            1,
            "not audited",
            why="its process was ended by signal 9",
            before={**RUN, "folder": "dr/2026-01-14T020000Z", "age_seconds": 180_000},
        ),
        environment("lab", 1, "not audited", why="envs/lab/main.tf:1: the block is not closed", account=""),
    ],
}
