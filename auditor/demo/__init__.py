"""The embedded demonstration: the declared estate, created on a loopback AWS stand-in and then changed by hand.

The audit itself runs as always: through the lock, over real sockets. What the stand-in can't serve is switched off in
the demonstration's settings and said so in the report; nothing is made up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from auditor import pipeline
from auditor.demo.changes import CHANGES
from auditor.demo.estate import Hand, create
from auditor.estate import estate
from auditor.inputs import Inputs
from auditor.model.errors import SettingsError
from auditor.model.rule import Layer
from auditor.settings import Environment, Settings
from auditor.shipped import shipped

ACCOUNT: Final = "111122223333"
REGION: Final = "ap-southeast-1"
TIERS: Final = MappingProxyType({"staging": "development", "uat": "preproduction", "prod": "production"})
OFF: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "AUD-008": {"enabled": False, "reason": "the estate comes with the program, whatever commit that is"},
        "BKP-002": {"enabled": False, "reason": "the AWS stand-in makes no backups and no recovery points"},
    }
)
"""Rules that have no meaning here, or that the stand-in has no facts for."""


def settings(endpoint: str) -> Settings:
    """The settings of the demonstration: the shipped estate, with everything live on the stand-in."""
    estate = shipped("terraform")
    environments = {
        name: Environment(
            name=name,
            root=estate / "dynamodb" / "envs" / name,
            tier=tier,
            tier_source="the demonstration",
            region=REGION,
            endpoint=endpoint,
            scope=(f"koneksi-{name}-*",),
        )
        for name, tier in TIERS.items()
    }
    return Settings(
        project="koneksi",
        root=estate.parent,
        file=None,
        environments=MappingProxyType(environments),
        about_rules=Layer(rules=OFF),
    )


@contextmanager
def running(inputs: Inputs) -> Iterator[tuple[Settings, pipeline.Outcome, tuple[str, ...]]]:
    """The audit of the changed estate, with its settings and what was changed, while the stand-in runs.

    Errors: SettingsError where the extra `demo` is not installed.
    """
    try:
        from auditor.demo.stand_in.server import MotoServer
    except ImportError as error:
        raise SettingsError(
            "the demonstration needs an AWS stand-in that is not installed",
            hint="pip install 'dynamodb-auditor[demo]'",
        ) from error
    os.environ.update(AWS_ACCESS_KEY_ID="demonstration", AWS_SECRET_ACCESS_KEY="demonstration")  # noqa: S106 - words
    with MotoServer(ACCOUNT) as server:
        own = settings(server.url)
        prod = own.environment("prod")
        hand = Hand(server.url, REGION)
        create(estate(own, prod, inputs.variables).resources, hand)
        for change in CHANGES:
            change.make(hand)
        outcome = pipeline.audit(own, prod, replace(inputs, demonstration=True))
        yield own, outcome, tuple(change.words for change in CHANGES)
