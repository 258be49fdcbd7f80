"""The register of what moto answers otherwise than AWS: which functions mend which operations, and what they remember.

A function registered by `mends` changes moto's answer to one operation into what AWS answers. One registered by
`answers` stands in for an operation moto does not have, one by `rewrites` changes what moto is asked. Each names its
evidence in its docstring: the AWS API reference (API), the service model shipped in botocore (model), or the source of
the Terraform provider (provider).
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

Members = dict[str, Any]
Mend = Callable[["Request", "Answer"], None]
Stand = Callable[["Request"], "Answer"]
Rewrite = Callable[["Request"], None]


class Request(Struct, frozen=True):
    """One request: whose it is, what it asks, and what earlier requests left to be remembered."""

    service: str
    operation: str
    account: str
    region: str
    body: Members
    memory: defaultdict[tuple[str, ...], Members]

    def remembered(self, *key: str) -> Members:
        """Return what is remembered, in this account and Region, under `key`; empty at first."""
        return self.memory[self.account, self.region, *key]

    def forget(self, *key: str) -> None:
        """Drop what is remembered under `key`."""
        self.memory.pop((self.account, self.region, *key), None)


class Answer(Struct, frozen=True):
    """The answer to one request: HTTP status and members."""

    body: Members = field(default_factory=dict)
    status: int = 200


MENDS: dict[tuple[str, str], Mend] = {}
STANDS: dict[tuple[str, str], Stand] = {}
REWRITES: dict[tuple[str, str], Rewrite] = {}
# Error codes that moto spells otherwise: (service, operation) => {moto's: AWS's}.
ERROR_CODES: dict[tuple[str, str], dict[str, str]] = {
    # API: ResourceNotFoundException; botocore's model knows no other.
    ("dynamodb", "DescribeTimeToLive"): {"ResourceNotFound": "ResourceNotFoundException"},
    ("dynamodb", "UpdateTimeToLive"): {"ResourceNotFound": "ResourceNotFoundException"},
}


def mends(service: str, *operations: str) -> Callable[[Mend], Mend]:
    """Register a function that changes the members of moto's answer, where it is no error."""

    def register(function: Mend) -> Mend:
        MENDS.update({(service, operation): function for operation in operations})
        return function

    return register


def answers(service: str, *operations: str) -> Callable[[Stand], Stand]:
    """Register a function that answers an operation instead of moto."""

    def register(function: Stand) -> Stand:
        STANDS.update({(service, operation): function for operation in operations})
        return function

    return register


def rewrites(service: str, *operations: str) -> Callable[[Rewrite], Rewrite]:
    """Register a function that changes the members of a request before moto sees it."""

    def register(function: Rewrite) -> Rewrite:
        REWRITES.update({(service, operation): function for operation in operations})
        return function

    return register
