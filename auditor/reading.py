"""The live side of an estate: read from AWS, or taken from a snapshot; with what a replay needs to give the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Event
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from msgspec.structs import replace

from auditor import live, repository
from auditor.archive import Archive
from auditor.compare import excluded
from auditor.estate import TABLE, Estate, base_of, besides_code, estate, told
from auditor.hcl import second_reader, sensitive_texts
from auditor.history import Shelf, delivered
from auditor.inputs import Inputs
from auditor.kinds import kinds
from auditor.masking import COVER, covering, holds_none, masked_text
from auditor.model.answers import EARLIER, Answer, Answers, Request, Scope, Snapshot
from auditor.model.errors import SnapshotError
from auditor.model.values import Reason, Unknown
from auditor.settings import Environment, Settings
from auditor.state import LARGEST, decode
from auditor.trigger import pages, trigger

if TYPE_CHECKING:
    from auditor.aws.reader import Reader
    from auditor.aws.session import Access
    from auditor.hcl.second_reader import SecondReading

LEFT_OUT: Final = {"state": "left out"}
_DIGITS: Final = 6
_LONGEST_CHAIN: Final = 20
"""Data sources of which each is found by what the one before it told."""
_ANY_REGION: Final = "us-east-1"
"""Where the code alone names the Region: S3 tells the one of a bucket to whoever asks in another."""
_SECOND_READER_SECONDS: Final = 5.0
"""How long python-hcl2 may take after AWS has answered."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while AWS was read: what had come by then, marked incomplete, is worth keeping."""

    def __init__(self, partial: Snapshot, secrets: frozenset[str]) -> None:
        super().__init__()
        self.partial = partial
        self.secrets = secrets
        """The texts that code marks sensitive: what is kept shows none."""


def begun(settings: Settings, environment: Environment, inputs: Inputs) -> tuple[Estate, Inputs]:
    """An environment's code, evaluated, and the inputs with what a state in a bucket tells of it.

    Errors: those of `estate.estate`; AccessError or SourceError where there is such a state and it can't be read.
    """
    here, variables = estate(settings, environment, inputs.variables), inputs.variables
    if variables.in_bucket is None:
        return here, inputs
    from auditor.aws.state_object import fetch  # noqa: PLC0415 - botocore comes with it

    content = fetch(_access(here.environment, context(settings, here, inputs)["id"]), *variables.in_bucket, LARGEST)
    noted = decode(content, str(variables.state))
    inputs = replace(inputs, variables=replace(variables, state=None, noted=noted))
    return estate(settings, environment, inputs.variables), inputs


def second_reading(here: Estate, inputs: Inputs) -> AbstractContextManager[SecondReading | None]:
    """The code read a second time, in a process of its own; nothing where the run asks for none, or replays one."""
    if not inputs.second_reader or inputs.snapshot is not None or inputs.declared_only:
        return nullcontext()
    return second_reader.start(here.code.files)


def read(
    settings: Settings,
    here: Estate,
    wanted: Iterable[str],
    inputs: Inputs,
    *,
    second: SecondReading | None = None,
    asked: Event | None = None,
) -> tuple[Estate, Snapshot]:
    """The reading, and the estate with the account it is about.

    `wanted` are the operations that only some rules need; `second` is the second reading of the code, whose result the
    context of the reading keeps; `asked` is set when there is nothing left to do but to wait for AWS.
    Errors: SnapshotError for a snapshot that can't be used, AccessError where AWS can't be asked at all; Interrupted
    at Ctrl-C.
    """
    if inputs.snapshot is not None:
        from auditor.aws import snapshot  # noqa: PLC0415 - not needed to judge code alone

        taken = snapshot.read(inputs.snapshot, here.environment.name)
        here = settled(settings, _in_account(settings, here, taken.account, inputs), taken, inputs)
        if taken.context.get("covered"):
            here = _covered(here)
        return _as_if_of(here, taken.account) if taken.context.get("redacted") else here, taken
    known, older = context(settings, here, inputs), _earlier(here, inputs)
    reader = _reader(here, known["id"])
    if older is not None and older.account != reader.caller.account:
        raise SnapshotError(
            f"{inputs.expiry_from} is a snapshot of another account",
            facts=[("want", reader.caller.account), ("have", older.account)],
        )
    here = _in_account(settings, here, reader.caller.account, inputs)
    if asked is not None:
        asked.set()

    def widened(answers: Answers) -> Scope:
        nonlocal here
        here = told(here, settings, inputs.variables, answers, here.scope(wanted))
        return here.scope(wanted)

    def doubtful(answers: Answers) -> Iterable[Request]:
        scope = here.scope(wanted)
        return (request for kind in kinds() for request in kind.confirm(answers, scope, here.resources))

    try:
        taken = live.read(
            kinds(),
            here.scope(wanted),
            reader,
            deadline=inputs.deadline,
            progress=inputs.progress,
            widen=widened if here.code.sought else None,
            confirm=doubtful,
            known={} if older is None else _expiry_of(older),
        )
    finally:
        reader.close()
        if inputs.progress is not None:
            inputs.progress.done()
    interrupted = taken.context["cut_short"] == live.INTERRUPTED
    compared = second.result(0 if interrupted else _SECOND_READER_SECONDS) if second is not None else LEFT_OUT
    all_known = {**taken.context, **known, "second_reader": compared}
    # In the order in which a snapshot keeps it, so that a replay gives the same bytes as the run itself.
    taken = replace(taken, context=json.loads(json.dumps(all_known, sort_keys=True)))
    if interrupted:
        raise Interrupted(taken, sensitive_texts(here.code))
    return settled(settings, here, taken, inputs), taken


def _earlier(here: Estate, inputs: Inputs) -> Snapshot | None:
    """The reading whose answers about expiry are taken over."""
    if inputs.expiry_from is None:
        return None
    from auditor.aws import snapshot  # noqa: PLC0415 - as in `read`

    older = snapshot.read(inputs.expiry_from, here.environment.name)
    if older.context.get("redacted") or older.region != here.environment.region:
        why = "redacted" if older.context.get("redacted") else f"of {older.region}"
        raise SnapshotError(f"expiry can't be taken over from {inputs.expiry_from}: it is {why}")
    return older


def _expiry_of(older: Snapshot) -> Mapping[Request, Answer]:
    """What a reading told of the expiry of tables in the environment's Region, as far as nothing in it is covered."""
    return {
        answer.request: replace(answer, source=EARLIER)
        for answer in older.answers.of("dynamodb:DescribeTimeToLive")
        if answer.ok and COVER not in str(answer.pages)
    }


def settled(settings: Settings, here: Estate, taken: Snapshot, inputs: Inputs) -> Estate:
    """The estate with all that a reading tells of its data sources, also of those that others lead to."""
    for _ in range(_LONGEST_CHAIN):
        further = told(here, settings, inputs.variables, taken.answers, taken.scope)
        if further is here:
            break
        here = further
    return here


def population(here: Estate, taken: Snapshot | None) -> Mapping[str, Any]:
    """What AWS listed of tables, which of them are none of this environment's, and why."""
    if taken is None:
        return {}
    kind = next(kind for kind in kinds() if kind.type == TABLE)
    listed = kind.listed(taken.answers, taken.scope)
    patterns = ", ".join(here.declared.patterns) or "no pattern is known"
    answers = taken.answers.of("dynamodb:ListTables")
    return {
        TABLE: {
            "listed": None if isinstance(listed, Unknown) else len(listed),
            "list_pages": sum(len(answer.pages) for answer in answers),
            "patterns": list(here.declared.patterns),
            "excluded": [
                {"name": name, "reason": f"neither declared nor matching {patterns}"}
                for name in excluded(kind, taken.answers, taken.scope)
            ],
        }
    }


def context(settings: Settings, here: Estate, inputs: Inputs) -> Mapping[str, Any]:
    """What can't be worked out again later: a snapshot keeps it, and a replay takes it from there."""
    now = time_text(inputs.now)
    identity = f"{now} {here.environment.name} {here.environment.account} {inputs.command}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:_DIGITS]
    return {
        "id": f"{now.split('.')[0].replace(':', '')}Z-{here.environment.name}-{digest}",
        "now": now,
        "command": masked_text(inputs.command, sensitive_texts(here.code)),
        "project": settings.project,
        "account_source": here.environment.account_source,
        "git": _git(settings, here, inputs),
        "trigger": dict(trigger(inputs.variables.environment)),
        "demonstration": inputs.demonstration,
        "second_reader": LEFT_OUT,
    }


def _git(settings: Settings, here: Estate, inputs: Inputs) -> dict[str, Any]:
    """The state of the repository; with `blob_url`, before a file's path, where its pages show the code as it was."""
    state = repository.state(here.environment.root, _read(settings, here), base_of(settings, here.environment))
    begin = pages(inputs.variables.environment, state.get("commit", "")) if not state.get("dirty") else ""
    folder = f"{quote(state['folder'])}/" if "folder" in state else ""
    return {**state, **({"blob_url": f"{begin}{folder}"} if begin else {})}


def _read(settings: Settings, here: Estate) -> Collection[Path]:
    """The files that decide the environment: its code, what that reads, settings, waivers, rules of the project."""
    code = (here.code.project_root / file.path for file in here.code.files)
    consulted = (path for path, content in here.code.consulted.items() if content is not None)
    return {*code, *consulted, *besides_code(settings, here.environment)}


def time_text(time: datetime) -> str:
    """A time as RFC 3339 UTC text, in milliseconds."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _reader(here: Estate, run_id: str) -> Reader:
    from auditor.aws.permissions import actions  # noqa: PLC0415 - botocore comes with them
    from auditor.aws.reader import Reader  # noqa: PLC0415 - as above
    from auditor.aws.session import connect  # noqa: PLC0415 - as above

    return Reader(connect(_access(here.environment, run_id), actions(kinds())))


def shelves(earlier: Archive | None, environment: Environment, run_id: str) -> tuple[Shelf, ...]:
    """Where earlier bundles lie besides the output folder, read by the environment's own credentials."""
    if earlier is None:
        return ()
    anywhere = replace(environment, region=environment.region or _ANY_REGION)
    return (delivered(earlier, environment.name, _access(anywhere, run_id)),)


def _access(environment: Environment, run_id: str) -> Access:
    from auditor.aws.session import Access  # noqa: PLC0415 - as above

    return Access(
        region=environment.region,
        account=environment.account,
        account_source=environment.account_source,
        profile=environment.profile,
        role=environment.role,
        external_id=environment.external_id,
        endpoint=environment.endpoint,
        run_id=run_id,
    )


def _as_if_of(here: Estate, account: str) -> Estate:
    """The estate as its code fits a redacted snapshot: of the pseudonym's account, secrets and roles unknown."""
    from auditor.aws.redaction import names_principal  # noqa: PLC0415 - most runs judge no redacted snapshot

    own, secrets = here.environment.account, sensitive_texts(here.code)

    def fitting(value: Any) -> Any:  # noqa: ANN401 - any value of a resource
        match value:
            case str() | int() | Decimal() if not holds_none(value, secrets):
                return _TAKEN_OUT
            case str() if names_principal(value):
                return _RENAMED
            case str():
                return value.replace(own, account)
            case Mapping():
                return {key: fitting(item) for key, item in value.items()}
            case tuple():
                return tuple(map(fitting, value))
            case _:
                return value

    resources = tuple(
        replace(
            resource,
            identity=replace(resource.identity, account=account, name=fitting(resource.identity.name)),
            values=fitting(resource.values),
        )
        for resource in here.resources
    )
    return replace(
        here,
        environment=replace(here.environment, account=account),
        resources=resources,
        declared=replace(
            here.declared,
            account=account,
            resources=resources,
            backend=fitting(here.declared.backend),
            provider=fitting(here.declared.provider),
        ),
    )


def _covered(here: Estate) -> Estate:
    """The estate with what its code marks sensitive covered, as it is in the snapshot."""
    cover = covering(sensitive_texts(here.code))
    resources = tuple(replace(each, values=MappingProxyType(cover(each.values))) for each in here.resources)
    return replace(here, resources=resources, declared=replace(here.declared, resources=resources))


_RENAMED: Final = Unknown(Reason.NOT_READ, "it names a user or role, and the snapshot is redacted")
_TAKEN_OUT: Final = Unknown(Reason.NOT_READ, "the code marks it sensitive, and the snapshot is redacted")


def _in_account(settings: Settings, here: Estate, account: str, inputs: Inputs) -> Estate:
    """The estate in the account that was read, where nothing named one before."""
    if here.environment.account:
        return here
    return estate(settings, replace(here.environment, account=account), inputs.variables)
