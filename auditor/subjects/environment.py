"""The subject `environment`: one environment's state backend and provider configuration, as the code says them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.results import Subject
from auditor.model.values import NOT_APPLICABLE, Reason, Truth, Unknown, Value, equal, unknowns
from auditor.subjects.definition import Definition, LazyFacts, SubjectType, analysed, decided, lifted, makers_of, spec
from auditor.subjects.environment_parity import PARITY
from auditor.subjects.material import DeclaredEnvironment, Index, Material


def _backend(name: str) -> Callable[[Material], Value]:
    return lambda material: _of(material, material.environment.backend, name)


def _provider(name: str) -> Callable[[Material], Value]:
    return lambda material: _of(material, material.environment.provider, name)


def _of(material: Material, block: Mapping[str, Value], name: str) -> Value:
    failed = material.environment.failed
    return block.get(name) if failed is None else failed


def _tag_keys(material: Material) -> Value:
    tags = _provider("default_tags")(material)
    return lifted(tags, lambda value: tuple(sorted(value)) if isinstance(value, Mapping) else ())


def _locked(material: Material) -> Value:
    """S3 locks with a file of its own or with a DynamoDB table."""
    lockfile, table = _backend("use_lockfile")(material), _backend("dynamodb_table")(material)
    if lifted(lockfile, bool) is True or lifted(table, bool) is True:
        return True
    for side in (lockfile, table):
        if side is not None and side is not False and side != "":
            return side
    return False


def _shared_with(material: Material) -> Value:
    """Other environments whose state has the same place; an Unknown stands for one of which this can't be told."""
    own = _place(material.environment)
    if own is None:
        return NOT_APPLICABLE
    found: list[Value] = []
    for other in material.others:
        same = equal(own, _place(other))
        if same is Truth.UNKNOWN:
            found.append(next(iter(unknowns((own, _place(other)))), _UNTOLD))
        elif same is Truth.TRUE:
            found.append(other.name)
    return decided(found)


_UNTOLD: Final = Unknown(Reason.NOT_EVALUABLE, "where the state is kept can't be told")


def _place(environment: DeclaredEnvironment) -> Value:
    """Bucket and key of a state in S3; absent where it is kept elsewhere."""
    if environment.failed is not None:
        return environment.failed
    if environment.backend.get("type") != "s3":
        return None
    return (environment.backend.get("bucket"), environment.backend.get("key"))


def _code(value: Callable[[DeclaredEnvironment], Value]) -> Callable[[Material], Value]:
    """What the code says, where it can be read."""

    def of(material: Material) -> Value:
        failed = material.environment.failed
        return value(material.environment) if failed is None else failed

    return of


def _unbounded(environment: DeclaredEnvironment) -> Value:
    return tuple(
        f"{source}: {constraints or 'any version'}"
        for source, constraints in environment.providers.items()
        if not _has_upper_bound(constraints)
    )


def _has_upper_bound(constraints: str) -> bool:
    """Whether constraints, joined by commas, keep ever later versions out: `=`, `~>`, `<`, `<=` or a plain version."""
    parts = (each.strip() for each in constraints.split(","))
    return any(part and not part.startswith((">", "!=")) for part in parts)


def _unlocked(environment: DeclaredEnvironment) -> Value:
    return tuple(source for source in environment.providers if source not in environment.locked_versions)


def _accounts(material: Material) -> Value:
    expected = material.run.expected_account
    return (expected,) if expected else NOT_APPLICABLE


_BACKEND: Final = "backend block"
_PROVIDER: Final = "provider block"
DEFINITIONS: Final[tuple[Definition[Material], ...]] = (
    analysed(
        spec("environment.name", FactType.STRING, "Its name.", "audit.toml, or the folder's name"),
        lambda m: m.environment.name,
    ),
    analysed(spec("environment.tier", FactType.STRING, "Its tier.", "audit.toml"), lambda m: m.environment.tier),
    analysed(
        spec("environment.backend.type", FactType.STRING, "Where the state is kept.", _BACKEND, absence="on the disk"),
        _backend("type"),
    ),
    analysed(
        spec(
            "environment.backend.bucket",
            FactType.STRING,
            "Bucket of the state.",
            _BACKEND,
            absence="not S3, or not said",
        ),
        _backend("bucket"),
    ),
    analysed(
        spec("environment.backend.key", FactType.STRING, "Path of the state.", _BACKEND, absence="not S3, or not said"),
        _backend("key"),
    ),
    analysed(
        spec("environment.backend.encrypt", FactType.BOOL, "Whether it is encrypted.", _BACKEND, absence="not said"),
        _backend("encrypt"),
    ),
    analysed(
        spec("environment.backend.locked", FactType.BOOL, "Whether two runs can't write the state at once.", _BACKEND),
        _locked,
    ),
    analysed(
        spec(
            "environment.backend.shared_with",
            FactType.STRINGS,
            "Other environments that keep their state in the same place.",
            "backend blocks of all environments",
            absence="not S3",
        ),
        _shared_with,
    ),
    analysed(
        spec(
            "environment.undeclared_values",
            FactType.STRINGS,
            "Values that tfvars files give and no variable declares, by place and name.",
            "evaluated code",
            absence="never: an empty list",
        ),
        _code(lambda environment: environment.undeclared_values),
    ),
    analysed(
        spec(
            "environment.unmet_conditions",
            FactType.STRINGS,
            "Preconditions, postconditions and assertions that the declared values do not meet, by place and message.",
            "evaluated code",
            absence="never: an empty list",
        ),
        _code(lambda environment: environment.unmet_conditions),
    ),
    analysed(
        spec(
            "environment.required_version",
            FactType.STRING,
            "What the code asks of Terraform's version.",
            "required_version",
            absence="any version",
        ),
        _code(lambda environment: environment.required_version or None),
    ),
    analysed(
        spec(
            "environment.unbounded_providers",
            FactType.STRINGS,
            "Providers in use of which any later version is taken, with their constraints.",
            "required_providers of all modules",
            absence="never: an empty list",
        ),
        _code(_unbounded),
    ),
    analysed(
        spec(
            "environment.unlocked_providers",
            FactType.STRINGS,
            "Providers in use that the lock file does not name.",
            ".terraform.lock.hcl",
            absence="never: an empty list",
        ),
        _code(_unlocked),
    ),
    analysed(
        spec(
            "environment.untyped_variables",
            FactType.STRINGS,
            "Variables of all modules that have no type, by place and name.",
            "variable blocks",
            absence="never: an empty list",
        ),
        _code(lambda environment: environment.untyped_variables),
    ),
    analysed(
        spec(
            "environment.off_by_default",
            FactType.STRINGS,
            "Arguments of resources that are a variable and nothing else, whose default is false, by their paths.",
            "variable blocks",
            absence="never: an empty list",
        ),
        _code(lambda environment: tuple(sorted({path for _, path in environment.off_by_default}))),
    ),
    analysed(
        spec(
            "environment.defaults_off",
            FactType.STRINGS,
            "The same by place and name of the variable, each with the argument.",
            "variable blocks",
            absence="never: an empty list",
        ),
        _code(lambda environment: tuple(f"{place} ({path})" for place, path in environment.off_by_default)),
    ),
    analysed(
        spec(
            "environment.leaks",
            FactType.STRINGS,
            "Secrets in code and values, by place and kind; the secrets themselves are told nowhere.",
            "text of .tf and .tfvars files",
            absence="never: an empty list",
        ),
        _code(lambda environment: environment.leaks),
    ),
    analysed(
        spec(
            "environment.accounts",
            FactType.STRINGS,
            "The account of the environment.",
            "option, audit.toml, or the provider's allowed_account_ids",
            absence="named nowhere",
        ),
        _accounts,
    ),
    analysed(
        spec("environment.provider.region", FactType.STRING, "Region of the provider.", _PROVIDER, absence="not said"),
        _provider("region"),
    ),
    analysed(
        spec(
            "environment.provider.allowed_account_ids",
            FactType.STRINGS,
            "Accounts that the provider accepts.",
            _PROVIDER,
            absence="every account",
        ),
        _provider("allowed_account_ids"),
    ),
    analysed(
        spec(
            "environment.provider.default_tag_keys",
            FactType.STRINGS,
            "Keys of its default tags.",
            _PROVIDER,
            absence="none",
        ),
        _tag_keys,
    ),
    *PARITY,
)
_MAKERS: Final = makers_of(DEFINITIONS)


def build(material: Material, index: Index) -> Iterable[Subject]:  # noqa: ARG001 - all subject types are built alike
    """The one environment."""
    name = material.environment.name
    yield Subject(type="environment", name=name, identity=f"environment/{name}", facts=LazyFacts(_MAKERS, material))


SUBJECT = SubjectType("environment", tuple(definition.spec for definition in DEFINITIONS), build)
