"""One session per account: credentials, expected account, clients, all behind the lock and the guard."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from auditor import __version__
from auditor.aws import economy, guard, lock
from auditor.aws.failures import Treatment, classify
from auditor.aws.operations import OPERATIONS
from auditor.model.errors import AccessError, NoCredentials, Unreachable, WrongAccount

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.config import Config
    from botocore.session import Session as CoreSession

_AWS_HOSTS: Final = (
    *(".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"),
    *(".api.aws", ".on.aws", ".api.amazonwebservices.com.cn", ".api.amazonwebservices.eu"),
    *(".c2s.ic.gov", ".sc2s.sgov.gov", ".cloud.adc-e.uk", ".csp.hci.ic.gov"),
    *(".api.aws.ic.gov", ".api.aws.scloud", ".api.cloud-aws.adc-e.uk", ".api.aws.hci.ic.gov"),
)
"""The DNS suffixes of all partitions."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 10
_SERVICES: Final = sorted(
    {operation.service for operation in OPERATIONS.values()} | {name for name, _ in (*lock.IDENTITY, lock.STATE)}
)
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_=,.@+-]")
_NOTHING_READ: Final = ("did", "nothing was read")


class Access(Struct, frozen=True, kw_only=True):
    """How to get into an account, and which one it must be."""

    region: str
    account: str = ""
    """Expected account; empty: any."""
    account_source: str = ""
    """Where the expectation stands, for the message."""
    profile: str = ""
    role: str = ""
    """ARN of a role to assume."""
    external_id: str = ""
    endpoint: str = ""
    """Custom endpoint of all services; AWS_ENDPOINT_URL works too."""
    run_id: str = "audit"
    """Name of the role session and part of the user agent, so that CloudTrail tells whose calls these are."""


class Caller(Struct, frozen=True):
    """Who asks AWS."""

    account: str
    arn: str
    partition: str


class Connection:
    """An open way into one account; clients are made on demand, once per service and Region."""

    def __init__(self, access: Access, allowed: frozenset[lock.ServiceOperation]) -> None:
        self.access = access
        self._allowed = allowed
        self._making = threading.RLock()
        self._clients: dict[tuple[str, str], BaseClient] = {}
        self._endpoints: set[str] = set()
        self._session = self._open()
        self.caller = self._identify()

    @property
    def endpoint(self) -> str:
        """The custom endpoints in use, as evidence that this is not AWS itself; empty for AWS."""
        return " ".join(sorted(url for url in self._endpoints if not _is_aws(url)))

    @property
    def loopback(self) -> bool:
        """Whether all that was called is on loopback, where no quota of AWS holds."""
        return bool(self._endpoints) and all(urlsplit(url).hostname in _LOOPBACK for url in self._endpoints)

    def client(self, service: str, region: str = "") -> BaseClient:
        """The client of a service; shared by all threads."""
        key = service, region or self.access.region
        found = self._clients.get(key)
        if found is not None:
            return found
        with self._making:
            if key not in self._clients:
                client = self._make(*key)
                self._endpoints.add(client.meta.endpoint_url)
                self._clients[key] = client
            return self._clients[key]

    def close(self) -> None:
        """Close the connections of all clients."""
        with self._making:
            for client in self._clients.values():
                client.close()
            self._clients = {}

    def renew(self) -> bool:
        """Read the credentials anew, after AWS called them expired; False if that did not help."""
        with self._making:
            self._session, self._clients = self._open(), {}
            try:
                return self._identify() == self.caller
            except AccessError:
                return False

    def _open(self) -> CoreSession:
        # Loaded here: nothing of botocore is needed before AWS is asked. Of boto3, which loads much more, nothing is.
        import botocore.session  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ProfileNotFound  # noqa: PLC0415

        core = botocore.session.Session(profile=self.access.profile or None)
        core.set_default_client_config(_patient(self.access.run_id))
        events = core.get_component("event_emitter")
        lock.install(events, self._allowed)
        guard.install(events)
        core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=economy.moment)
        try:
            _list_own_services_only(core)
            if self.access.role:
                self._assume(core)
            elif core.get_credentials() is None:
                raise NoCredentials("there are no AWS credentials", facts=[_NOTHING_READ], hint=_no_credentials_hint())
            core.set_config_variable("region", self.access.region)
            return core  # noqa: TRY300 - what may fail is above
        except ProfileNotFound as error:
            profiles = ", ".join(core.available_profiles) or "none"
            facts = [("found", profiles), _NOTHING_READ]
            hint = "name one of them by --profile, or in audit.toml"
            name = core.get_config_variable("profile")
            raise NoCredentials(f"there is no AWS profile {name!r}", facts=facts, hint=hint) from error
        except (BotoCoreError, OSError, ValueError) as error:  # also what a program that gives credentials prints
            raise self._denied(error) from error

    def _assume(self, core: CoreSession) -> None:
        from botocore.credentials import (  # noqa: PLC0415
            AssumeRoleCredentialFetcher,
            DeferredRefreshableCredentials,
        )

        # The resolver's own answer: core.get_credentials() would keep the source's credentials for all clients.
        resolver = core.get_component("credential_provider")
        source = resolver.load_credentials()
        if source is None:
            hint = _no_credentials_hint()
            raise NoCredentials("there are no AWS credentials to assume the role with", facts=self._told(), hint=hint)
        named = {"RoleSessionName": f"auditor-{_plain(self.access.run_id)}"[:64], "ExternalId": self.access.external_id}
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=lambda service, **options: core.create_client(
                service, **{"region_name": self.access.region, "endpoint_url": self.access.endpoint or None, **options}
            ),
            source_credentials=source,
            role_arn=self.access.role,
            extra_args={name: value for name, value in named.items() if value},
        )
        assumed = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
        resolver.providers.insert(0, _Given(assumed))

    def _make(self, service: str, region: str) -> BaseClient:
        from auditor.aws import signing  # noqa: PLC0415 - loads botocore

        make: Any = self._session.create_client  # the stubs know the services one by one
        config = _laned(service)
        client: BaseClient = make(service, region_name=region, endpoint_url=self.access.endpoint or None, config=config)
        if config is not None:
            economy.settle(client)
            economy.leave_out(client)
            signing.install(client)
        return client

    def _identify(self) -> Caller:
        try:
            told: dict[str, Any] = getattr(self.client("sts"), "get_caller_identity")()  # noqa: B009 - made at run time
        except Exception as error:
            raise self._denied(error) from error
        arn = str(told.get("Arn", ""))
        caller = Caller(str(told["Account"]), arn, arn.split(":")[1] if arn.startswith("arn:") else "aws")
        if self.access.account and caller.account != self.access.account:
            source = f" (from {self.access.account_source})" if self.access.account_source else ""
            raise WrongAccount(
                "these credentials are for another account",
                facts=[
                    ("want", f"{self.access.account}{source}"),
                    ("have", f"{caller.account} as {arn.rpartition(':')[2]}"),
                    _NOTHING_READ,
                ],
                hint=f"use a profile of that account, or give --account {caller.account} if this one is meant",
            )
        return caller

    def _denied(self, error: Exception) -> AccessError:
        """The error for a failure to find out who we are."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

        failure = classify(error)
        detail = f"{failure.code}: {failure.detail}"
        told = self._told()
        if failure.treatment is Treatment.DENIED and self.access.role:
            hint = "its trust policy must name the caller, and the external id must be the one it asks for"
            return NoCredentials(f"can't assume {self.access.role}", detail=detail, facts=told, hint=hint)
        signed_out = failure.code == "NoCredentials" and ("SSO" in failure.detail or "oken" in failure.detail)
        if failure.treatment is Treatment.EXPIRED or signed_out:
            profile = f" --profile {self.access.profile}" if self.access.profile else ""
            hint = f"sign in again, as by `aws sso login{profile}`"
            return NoCredentials("the AWS credentials have expired", detail=detail, facts=told, hint=hint)
        if failure.treatment in (Treatment.CREDENTIALS, Treatment.DENIED):
            by_aws = isinstance(error, ClientError)
            what = "AWS does not accept the credentials" if by_aws else "the AWS credentials can't be obtained"
            return NoCredentials(what, detail=detail, facts=told, hint=_no_credentials_hint())
        if failure.treatment is Treatment.FINAL and failure.request_id:
            asked = f"assume {self.access.role}" if self.access.role else "find out whose credentials these are"
            return NoCredentials(f"can't {asked}", detail=detail, facts=told, hint="see role and Region in audit.toml")
        if failure.treatment is Treatment.FINAL and isinstance(error, (BotoCoreError, OSError, ValueError)):
            hint = "see Region, AWS_PROFILE, the profile in ~/.aws/config and AWS_ENDPOINT_URL"
            return NoCredentials("the configuration of AWS can't be used", detail=detail, facts=told, hint=hint)
        url = self.access.endpoint or f"the STS endpoint of {self.access.region}"
        hint = "see network, proxy, Region and AWS_ENDPOINT_URL; `audit run --declared-only` needs no AWS"
        return Unreachable(f"AWS does not answer at {url}", detail=detail, facts=told, hint=hint)

    def _told(self) -> list[tuple[str, str]]:
        asked = [("profile", self.access.profile), ("role", self.access.role), ("region", self.access.region)]
        return [*((name, value) for name, value in asked if value), _NOTHING_READ]


class _Given:
    """A credential provider, in botocore's protocol, of credentials that are there already."""

    METHOD = "assume-role"
    CANONICAL_NAME = "auditor"

    def __init__(self, credentials: object) -> None:
        self._credentials = credentials

    def load(self) -> object:
        return self._credentials


def connect(access: Access, permissions: Iterable[str]) -> Connection:
    """Open the account and make sure it is the expected one, before anything else is read.

    Args:
        access: The way in.
        permissions: The IAM actions of the kinds that will be read; nothing else can be called afterwards.

    Raises:
        NoCredentials: There are none, or AWS does not accept them.
        WrongAccount: They are for another account than the expected one.
        Unreachable: The endpoint does not answer.
    """
    return Connection(access, lock.allowlist(permissions))


def _patient(run_id: str) -> Config:
    """How every client behaves, those that fetch credentials included."""
    from botocore.config import Config  # noqa: PLC0415 - as above

    return Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        tcp_keepalive=True,
        parameter_validation=False,  # kinds make typed requests; the contract tests hold them against the models
        retries={"mode": "standard", "total_max_attempts": 3},
        user_agent_extra=f"auditor/{__version__} run/{_plain(run_id)}",
    )


def _plain(run_id: str) -> str:
    """The run's id as STS takes it for the name of a session, which an environment's name may not be."""
    return _NO_NAME.sub("-", run_id)


def _laned(service: str) -> Config | None:
    """What is different for the clients that the lanes use; None where no lane does."""
    import botocore  # noqa: PLC0415 - as above
    from botocore.config import Config  # noqa: PLC0415 - as above

    threads = sum(operation.threads for operation in OPERATIONS.values() if operation.service == service)
    if not threads:
        return None
    return Config(
        max_pool_connections=threads,
        user_agent=f"Botocore/{botocore.__version__}",  # or else botocore makes one, twice a call
        retries={"mode": "standard", "total_max_attempts": 1},  # lanes retry, so that every attempt keeps the rate
        endpoint_discovery_enabled=False,
        account_id_endpoint_mode="disabled",  # all that is asked of a service has one endpoint
    )


def _list_own_services_only(core: CoreSession) -> None:
    """Spare botocore the walk through the folders of all its services: 50 ms for a list that is never needed."""
    loader = core.get_component("data_loader")
    loader.list_available_services = lambda type_name: _SERVICES  # noqa: ARG005 - botocore passes it by position


def _is_aws(url: str) -> bool:
    return (urlsplit(url).hostname or "").endswith(_AWS_HOSTS)


def _no_credentials_hint() -> str:
    return "export AWS_PROFILE, or name a profile or role in audit.toml; `audit demo` needs none"
