"""A deterministic AWS account: N tables and what hangs off them, each a pure function of (seed, index).

Two runs give the same bytes, and 100,000 tables need no memory. `spec` is the neutral description of a table; `drifted`
in it names what was changed from the baseline.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

EPOCH = 1_700_000_000.0
ENTITIES = (
    "users",
    "orders",
    "sessions",
    "payments",
    "devices",
    "invoices",
    "events",
    "carts",
    "catalog",
    "audit",
    "ledger",
    "tokens",
    "profiles",
    "messages",
    "quotas",
    "jobs",
    "locks",
    "webhooks",
    "plans",
    "refunds",
)
DRIFTS = ("pitr", "sse", "deletion_protection", "tags", "ttl", "billing", "untagged")
DEFAULT_KEY = "aws"
"""Stands for the AWS managed key among the key indexes."""

Body = dict[str, Any]
Key = int | str


class ApiError(Exception):
    """An error document."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Where:
    """Region and account that a request is for."""

    region: str
    account: str

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"


class World:
    def __init__(
        self,
        *,
        tables: int = 100,
        seed: int = 1,
        env: str = "staging",
        project: str = "koneksi",
        drift: float = 0.1,
        keys: int | None = None,
        regions: tuple[str, ...] = (),
        rich: bool = True,
        overrides: dict[str, Body] | None = None,
    ) -> None:
        """Make an account.

        Args:
            tables: How many.
            seed: Decides everything that looks random.
            env: Part of every name, and a tag.
            project: First part of every name, and a tag.
            drift: Share of tables that differ from the baseline in one thing.
            keys: Customer managed keys; one for fifty tables by default.
            regions: Where the tables are; everywhere by default.
            rich: Every feature; otherwise on-demand tables with a string key, a customer key and PITR only.
            overrides: Spec fields by table name.
        """
        self.tables, self.seed, self.env, self.project, self.drift = tables, seed, env, project, drift
        self.keys = keys if keys is not None else max(1, tables // 50)
        self.regions, self.rich, self.overrides = frozenset(regions), rich, overrides or {}
        width = max(4, len(str(max(tables - 1, 0))))
        few = tables <= 1000
        plain = [ENTITIES[i] if few and i < len(ENTITIES) else f"t{i:0{width}d}" for i in range(tables)]
        self.names = sorted(f"{project}-{env}-{name}" for name in plain)
        self._index = {name: i for i, name in enumerate(self.names)}

    def digest(self, what: str, i: object) -> bytes:
        return hashlib.blake2b(f"{self.seed}:{what}:{i}".encode(), digest_size=32).digest()

    def index(self, name: str) -> int | None:
        """The table of a name or of any ARN below it."""
        if name.startswith("arn:"):
            name = name.split(":table/", 1)[-1].split("/", 1)[0]
        return self._index.get(name)

    def here(self, where: Where) -> range:
        """The tables of a Region."""
        return range(self.tables if not self.regions or where.region in self.regions else 0)

    def spec(self, i: int) -> Body:
        """What table i is like; `drifted` names what was changed from the baseline."""
        h = self.digest("table", i)
        name = self.names[i]
        spec: Body = {
            "name": name,
            "hash_key": "id",
            "range_key": None,
            "billing_mode": "PAY_PER_REQUEST",
            "read": 0,
            "write": 0,
            "ex_on_demand": False,
            "on_demand_max": None,
            "autoscaling": False,
            "pitr": True,
            "recovery_days": 35,
            "sse": "cmk",  # owned, aws or cmk
            "key": int.from_bytes(h[0:2], "big") % self.keys,
            "deletion_protection": self.env == "prod",
            "table_class": None,
            "gsis": 0,
            "lsis": 0,
            "stream": None,
            "ttl": None,
            "replicas": [],
            "kinesis": False,
            "contributor_insights": False,
            "resource_policy": False,
            "alarms": 0,
            "tags": {"Environment": self.env, "Project": self.project, "ManagedBy": "terraform", "Name": name},
            "drifted": [],
        }
        if self.rich:
            spec.update(_features(h))
        if int.from_bytes(h[20:24], "big") / 2**32 < self.drift:
            kind = DRIFTS[h[24] % len(DRIFTS)]
            spec["drifted"].append(kind)
            spec.update(_changed(kind, spec, owned=bool(h[25] & 1)))
        return spec | self.overrides.get(name, {})

    def table_arn(self, i: int, where: Where) -> str:
        return where.arn("dynamodb", f"table/{self.names[i]}")

    def key_id(self, key: Key) -> str:
        return str(uuid.UUID(bytes=self.digest("key", key)[:16], version=4))

    def key_arn(self, key: Key, where: Where) -> str:
        return where.arn("kms", f"key/{self.key_id(key)}")

    @cached_property
    def key_refs(self) -> dict[str, Key]:
        """The keys by id and by alias."""
        refs: dict[str, Key] = {self.key_id(k): k for k in range(self.keys)}
        refs |= {f"alias/{self.project}-{self.env}-{k}": k for k in range(self.keys)}
        return refs | {self.key_id(DEFAULT_KEY): DEFAULT_KEY, "alias/aws/dynamodb": DEFAULT_KEY}

    @cached_property
    def scaled(self) -> list[tuple[int, str]]:
        """Every (table, "Read" or "Write") that is a scalable target."""
        return [(i, d) for i in range(self.tables) if self.spec(i)["autoscaling"] for d in ("Read", "Write")]

    @cached_property
    def alarms(self) -> list[tuple[int, int]]:
        """Every (table, number) that has an alarm."""
        return [(i, a) for i in range(self.tables) for a in range(self.spec(i)["alarms"])]

    @cached_property
    def tagged(self) -> list[int]:
        """Every table with tags."""
        return [i for i in range(self.tables) if self.spec(i)["tags"]]


def _features(h: bytes) -> Body:
    """What a table of the rich profile has beyond the plain one."""
    spec: Body = {}
    if h[2] < 90:
        spec["range_key"] = "created_at"
    if h[3] < 100:
        spec["gsis"] = 1 + h[4] % 3
    if h[5] < 20 and h[2] < 90:
        spec["lsis"] = 1
    if h[6] < 80:
        spec.update(billing_mode="PROVISIONED", read=5 + h[7] % 50, write=5 + h[8] % 20)
        spec.update(autoscaling=h[9] < 180, ex_on_demand=h[10] < 60)
    elif h[10] < 30:
        spec["on_demand_max"] = (1000, -1)
    if h[11] < 60 or h[14] < 12:
        spec["stream"] = "NEW_AND_OLD_IMAGES"
    if h[12] < 70:
        spec["ttl"] = "expires_at"
    if h[13] < 15:
        spec["table_class"] = "STANDARD_INFREQUENT_ACCESS"
    if h[14] < 12:
        spec["replicas"] = ["ap-southeast-2"]
    spec.update(kinesis=h[15] < 10, contributor_insights=h[16] < 50, resource_policy=h[17] < 12, alarms=h[18] % 4)
    return spec


def _changed(kind: str, spec: Body, *, owned: bool) -> Body:
    """What somebody did to a table by hand."""
    changes: dict[str, Body] = {
        "pitr": {"pitr": False},
        "sse": {"sse": "owned" if owned else "aws"},
        "deletion_protection": {"deletion_protection": not spec["deletion_protection"]},
        "tags": {"tags": spec["tags"] | {"Environment": "dev"}},
        "ttl": {"ttl": "ttl"},
        "billing": {"billing_mode": "PROVISIONED", "read": 1, "write": 1, "ex_on_demand": True},
        "untagged": {"tags": {}},
    }
    return changes[kind]
