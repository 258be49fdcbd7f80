"""`data "aws_iam_policy_document"`: the JSON text, exactly as the provider prints it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from auditor.hcl.errors import EvaluationError
from auditor.hcl.go_json import go_json

DEFAULT_VERSION: Final = "2012-10-17"
_ORDER: Final = (
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
)
_KEPT: Final = frozenset({"Action", "NotAction", "Resource", "NotResource"})
"""Written even where they hold nothing but an empty text."""
Json = Any


def policy_document(written: Mapping[str, Json]) -> dict[str, str]:
    """The computed attributes `json`, `minified_json` and `id` of a wholly known configuration (plain JSON shapes).

    Raises:
        EvaluationError: where a given document is not valid JSON, or statement ids clash.
    """
    version = written.get("version") or DEFAULT_VERSION
    document: dict[str, Json] = {"Version": "", "Id": "", "Statement": []}
    for text in filter(None, written.get("source_policy_documents") or ()):
        _merge(document, _parsed(text, "source_policy_documents"), unique=True)
    own: dict[str, Json] = {
        "Version": version,
        "Id": written.get("policy_id") or "",
        "Statement": [_statement(item, version) for item in written.get("statement") or ()],
    }
    _unique(own["Statement"])
    _merge(document, own, unique=False)
    for text in filter(None, written.get("override_policy_documents") or ()):
        _merge(document, _parsed(text, "override_policy_documents"), unique=False)
    made = {name: value for name, value in document.items() if value or name == "Version"}
    text = go_json(made, indent=2)
    return {
        "json": text,
        "minified_json": go_json(made),
        "id": str(zlib.crc32(text.encode())),
    }


def _strings(items: Sequence[str] | None) -> str | list[str]:
    """One string alone, several in descending order."""
    given = list(items or ())
    return given[0] if len(given) == 1 else sorted(given, reverse=True)


def _statement(item: Mapping[str, Json], version: str) -> dict[str, Json]:
    def with_variables(found: str | list[str]) -> str | list[str]:
        if version == DEFAULT_VERSION:
            return found.replace("&{", "${") if isinstance(found, str) else [x.replace("&{", "${") for x in found]
        return found

    made: dict[str, Json] = {"Sid": item.get("sid") or "", "Effect": item.get("effect") or "Allow"}
    for name, key in (("Action", "actions"), ("NotAction", "not_actions")):
        if item.get(key):
            made[name] = _strings(item[key])
    for name, key in (("Resource", "resources"), ("NotResource", "not_resources")):
        if item.get(key):
            made[name] = with_variables(_strings(item[key]))
    for name, key in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        if item.get(key):
            each_once = sorted(item[key], key=lambda each: _place(_principal_text(each)))
            pairs = [(each["type"], with_variables(_strings(each["identifiers"]))) for each in each_once]
            made[name] = _principals(pairs)
    if item.get("condition"):
        made["Condition"] = _conditions(
            (each["test"], each["variable"], [str(with_variables(value)) for value in each["values"]])
            for each in sorted(item["condition"], key=lambda each: _place(_condition_text(each)))
        )
    return _ordered(made)


def _place(text: str) -> str:
    """Where an element stands in a set of the provider's plugin SDK, which orders by digests, as decimal text."""
    return str(zlib.crc32(text.encode()))


def _principal_text(block: Mapping[str, Json]) -> str:
    """The text that the SDK takes the digest of (`SerializeResourceForHash`): in braces what is a set itself."""
    identifiers = sorted((f"{each};" for each in block["identifiers"]), key=_place)
    return f"identifiers:{{{''.join(identifiers)}}};type:{block['type']};"


def _condition_text(block: Mapping[str, Json]) -> str:
    given = "".join(f"{each};" for each in block["values"])
    return f"test:{block['test']};values:({given});variable:{block['variable']};"


def _ordered(statement: Mapping[str, Json]) -> dict[str, Json]:
    return {
        name: statement[name]
        for name in _ORDER
        if statement.get(name) or (name in _KEPT and statement.get(name) is not None)
    }


def _principals(pairs: Sequence[tuple[str, str | list[str]]]) -> Json:
    if len(pairs) == 1 and pairs[0][0] == "*" and pairs[0][1] in ("*", ["*"]):
        return "*"
    made: dict[str, Json] = {}
    for type_, identifiers in pairs:
        if type_ not in made:
            made[type_] = identifiers
            continue
        held = made[type_]
        more = [identifiers] if isinstance(identifiers, str) else identifiers
        made[type_] = [*([held] if isinstance(held, str) else held), *more]
    return dict(sorted(made.items()))


def _conditions(rows: Iterable[tuple[str, str, list[str]]]) -> Json:
    made: dict[str, dict[str, Json]] = {}
    for test, variable, values in rows:
        variables = made.setdefault(test, {})
        if variable in variables:
            held = variables[variable]
            variables[variable] = [*([held] if isinstance(held, str) else held), *values]
        else:
            variables[variable] = values[0] if len(values) == 1 else values
    return {test: dict(sorted(variables.items())) for test, variables in sorted(made.items())}


def _parsed(text: str, argument: str) -> dict[str, Json]:
    """A given document in the provider's form and order; names of elements are read in any case, as Go does."""
    try:
        given = _elements(json.loads(text), ("Version", "Id", "Statement"))
        return {
            "Version": given.get("Version") or "",
            "Id": given.get("Id") or "",
            "Statement": [_normalized(_elements(item, _ORDER)) for item in _listed(given.get("Statement") or [])],
        }
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        detail = f"A document of {argument} is not a policy in JSON that the provider reads: {error}."
        raise EvaluationError("Invalid policy document", detail) from error


def _listed(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("its statements are not a list")
    return value


def _elements(found: Mapping[str, Json], names: Iterable[str]) -> dict[str, Json]:
    by_folded = {name.lower(): name for name in names}
    return {by_folded[key.lower()]: value for key, value in found.items() if key.lower() in by_folded}


def _normalized(statement: Mapping[str, Json]) -> dict[str, Json]:
    made = dict(statement)
    for name in ("Principal", "NotPrincipal"):
        if name in made and not isinstance(made[name], str):
            pairs = [
                (type_, found if isinstance(found, str) else sorted(_texts(found), reverse=True))
                for type_, found in made[name].items()
            ]
            made[name] = _principals(pairs)
    if "Condition" in made:
        read = {test: _condition_values(variables) for test, variables in sorted(made["Condition"].items())}
        made["Condition"] = {test: variables for test, variables in read.items() if variables}
    return _ordered(made)


def _condition_values(variables: Mapping[str, Json]) -> dict[str, str | list[str]]:
    """The values by variable; what is neither text, bool nor list (a number, say) the provider drops."""
    found: dict[str, str | list[str]] = {}
    for variable, value in sorted(variables.items()):
        if isinstance(value, bool):
            found[variable] = str(value).lower()
        elif isinstance(value, str):
            found[variable] = value
        elif isinstance(value, list):
            texts = _texts(value)
            found[variable] = texts[0] if len(texts) == 1 else texts
    return found


def _texts(value: Json) -> list[str]:
    items = _listed(value)
    if not all(isinstance(item, str) for item in items):
        raise TypeError("a list in it holds something else than texts, which ends the provider")
    return items


def _unique(statements: Iterable[Mapping[str, Json]]) -> None:
    seen: set[str] = set()
    for statement in statements:
        sid = statement.get("Sid")
        if sid in seen:
            detail = f'The statement id "{sid}" stands more than once; statements of one document need their own.'
            raise EvaluationError("Duplicate statement id", detail)
        if sid:
            seen.add(sid)


def _merge(document: dict[str, Json], added: Mapping[str, Json], *, unique: bool) -> None:
    """Add a document: statements of the same id are replaced, others appended; the later version counts."""
    document["Id"] = added["Id"] or document["Id"]
    document["Version"] = max(added["Version"], document["Version"])
    statements = document["Statement"]
    if unique:
        _unique([*statements, *added["Statement"]])
    for statement in added["Statement"]:
        same = [
            index
            for index, held in enumerate(statements)
            if statement.get("Sid") and held.get("Sid") == statement["Sid"]
        ]
        if same:
            statements[same[0]] = statement
        else:
            statements.append(statement)
