"""Settings of a run: options over environment variables over audit.toml over defaults, in one frozen record."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field

from auditor.model.errors import SettingsError
from auditor.model.facts import SourceRange
from auditor.model.rule import Layer, Profile

FILE: Final = "audit.toml"
_OF_ALL_RULES: Final = ("paths", "profile")
"""Settings under `rules` that are no rule's."""
TIERS: Final = ("production", "preproduction", "development")
ACCOUNT_ID: Final = re.compile(r"[0-9]{12}")
_STRICTEST: Final = "default: no tier is set, so the strictest holds"
FAIL_ON: Final = ("critical", "high", "medium", "low", "never")

_NEVER_ENTERED: Final = frozenset({"node_modules", "modules", "out", "build", "dist"})
_DEEPEST: Final = 8

_OF_RULES: Final[Mapping[str, type]] = MappingProxyType({"enabled": bool, "reason": str, "severity": str})
# What may stand in audit.toml, and its type. `*` stands for a name the user chooses.
_SHAPE: Final[Mapping[str, type]] = MappingProxyType(
    {
        "project": str,
        "defaults.region": str,
        "defaults.fail_on": str,
        "defaults.also": list,
        "parameters.*": object,
        "rules.paths": list,
        "rules.profile": str,
        **{f"rules.*.{name}": type_ for name, type_ in _OF_RULES.items()},
        "env.*.root": str,
        "env.*.tier": str,
        "env.*.account": str,
        "env.*.region": str,
        "env.*.profile": str,
        "env.*.role": str,
        "env.*.external_id": str,
        "env.*.endpoint": str,
        "env.*.workspace": str,
        "env.*.scope": list,
        "env.*.waivers": str,
        "env.*.var_files": list,
        "env.*.parameters.*": object,
        **{f"{part}.*.rules.*.{name}": type_ for part in ("env", "tier") for name, type_ in _OF_RULES.items()},
        "tier.*.parameters.*": object,
    }
)
_AMONG: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"env.*.tier": TIERS, "defaults.fail_on": FAIL_ON, "rules.profile": tuple(Profile)}
)
_PARAMETERS: Final = ("params", "parameters")
_NAME: Final = re.compile(r"\w(?:[\w.-]*\w)?")


class Environment(Struct, frozen=True, kw_only=True):
    """One environment to audit: where its code is and where it lives."""

    name: str
    root: Path
    tier: str = TIERS[0]
    tier_source: str = _STRICTEST
    account: str = ""
    account_source: str = ""
    region: str = ""
    profile: str = ""
    role: str = ""
    external_id: str = ""
    endpoint: str = ""
    workspace: str = "default"
    scope: tuple[str, ...] = ()
    """Glob patterns of the names that belong to it; empty: the common prefix of the declared names."""
    waivers: Path | None = None
    var_files: tuple[Path, ...] = ()
    about_rules: Layer = field(default_factory=Layer)


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that decides a run besides the code and AWS."""

    project: str
    """Name shown in reports."""
    root: Path
    """The project root: the folder of audit.toml, or of the repository."""
    file: Path | None
    """audit.toml, if there is one."""
    environments: Mapping[str, Environment]
    fail_on: str = "low"
    new_only: bool = False
    """Only findings that are new since the run before count for the exit code."""
    also: tuple[str, ...] = ()
    about_rules: Layer = field(default_factory=Layer)
    """What holds for all environments."""
    about_tiers: Mapping[str, Layer] = field(default_factory=lambda: MappingProxyType({}))
    rule_paths: tuple[Path, ...] = ()
    """Folders of rules besides the shipped ones."""
    profile: Profile = Profile.FIRST
    """`strict` puts the rules of the strict profile on too."""

    def layers(self, environment: Environment) -> tuple[Layer, ...]:
        """What audit.toml says about rules in an environment: for all, for its tier, for itself; the last one wins."""
        of_tier = self.about_tiers.get(environment.tier)
        return (self.about_rules, *([] if of_tier is None else [of_tier]), environment.about_rules)

    def located(self, error: SettingsError) -> SettingsError:
        """The error with the place of the setting that it is about."""
        if self.file is None or not error.setting:
            return error
        text = _text(self.file)
        return _complaint(self.file, text, _place(text, error.setting), error.summary, error.hint)

    def environment(self, name: str) -> Environment:
        """The environment of that name; SettingsError names those there are."""
        if name in self.environments:
            return self.environments[name]
        found = ", ".join(self.environments) or "none"
        close = difflib.get_close_matches(name, self.environments, n=1)
        hint = f"did you mean --env {close[0]}?" if close else f"name one in {FILE}, or give it a folder envs/{name}"
        where = self.file.name if self.file else f"{self.root} (folders envs/NAME)"
        raise SettingsError(f"no environment named {name!r} in {where}", facts=[("found", found)], hint=hint)


def find_root(start: Path) -> Path:
    """The project root for a folder: the nearest parent with audit.toml, else with .git, else the folder itself."""
    parents = (start, *start.parents)
    for marker in (FILE, ".git"):
        for folder in parents:
            if os.path.lexists(folder / marker):
                return folder
    return start


def load(start: Path, environment_variables: Mapping[str, str] | None = None) -> Settings:
    """Settings of the project around `start`; SettingsError tells the first mistake with its line."""
    variables = os.environ if environment_variables is None else environment_variables
    root = find_root(start.resolve())
    file = root / FILE
    there = os.path.lexists(file)
    document = _read(file) if there else {}
    defaults = document.get("defaults", {})
    workspace = variables.get("TF_WORKSPACE") or "default"
    environments = {
        name: _environment(name, {"workspace": workspace, **table}, root, file, defaults)
        for name, table in document.get("env", {}).items()
    }
    if not environments:
        region = defaults.get("region", "")
        environments = {
            folder.name: Environment(
                name=folder.name, root=folder, region=region, waivers=_waivers(folder), workspace=workspace
            )
            for folder in discover(root)
        }
    rules = document.get("rules", {})
    fail_on = variables.get("AUDIT_FAIL_ON") or defaults.get("fail_on", "low")
    if fail_on not in FAIL_ON:
        raise SettingsError(f"AUDIT_FAIL_ON is {fail_on!r}", hint=f"one of {', '.join(FAIL_ON)}")
    return Settings(
        project=document.get("project", root.name),
        root=root,
        file=file if there else None,
        environments=MappingProxyType(environments),
        fail_on=fail_on,
        also=tuple(defaults.get("also", ())),
        about_rules=_layer((), document),
        about_tiers=MappingProxyType(
            {name: _layer(("tier", name), table) for name, table in document.get("tier", {}).items()}
        ),
        rule_paths=tuple(_paths(root, rules.get("paths", ()))),
        profile=Profile(rules.get("profile", Profile.FIRST)),
    )


def discover(root: Path) -> tuple[Path, ...]:
    """Folders `**/envs/<name>` that hold Terraform code, sorted by name."""
    return tuple(sorted(_environment_folders(root, _DEEPEST), key=lambda folder: folder.name))


def _environment_folders(folder: Path, depth: int) -> Iterator[Path]:
    try:
        inside = sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink())
    except OSError:
        return
    for entry in inside:
        if entry.name.startswith(".") or entry.name in _NEVER_ENTERED:
            continue
        if entry.parent.name == "envs" and (any(entry.glob("*.tf")) or any(entry.glob("*.tf.json"))):
            yield entry
        elif depth > 0:
            yield from _environment_folders(entry, depth - 1)


def _read(file: Path) -> dict[str, Any]:
    text = _text(file)
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise SettingsError(f"{file.name} is nested too deeply", hint="no setting is that deep") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (len(text.splitlines()), 1)
        summary = re.sub(r" \(at .*\)$", "", str(error))
        raise _complaint(file, text, (line, column), summary[:1].lower() + summary[1:], "") from error
    except ValueError as error:  # a number of more digits than Python reads
        raise SettingsError(f"{file.name} can't be read: {error}", hint="no setting is such a number") from error
    for path, value in _leaves(document):
        _verify(file, text, path, value)
    for tier in document.get("tier", {}):
        _verify_among(file, text, ("tier", tier), tier, TIERS)
    for name in document.get("env", {}):
        if name == "all" or not _NAME.fullmatch(name):
            hint = "a name is what --env gives and a folder of reports: letters and digits, - _ . between; `all` is all"
            raise _complaint(file, text, _place(text, ("env", name)), f"{name!r} can't name an environment", hint)
    return document


def _text(file: Path) -> str:
    """The text of audit.toml, without the mark that some editors of Windows begin it with."""
    if not file.is_file():
        raise SettingsError(f"{file} is no file that can be read", hint="make it a regular file, or remove it")
    try:
        content = file.read_bytes()
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise SettingsError(f"{file.name} can't be read: {error.strerror}", hint="let it be read") from error
    except UnicodeDecodeError as error:
        before = content[: error.start].rpartition(b"\n")
        place = content.count(b"\n", 0, error.start) + 1, len(before[2].decode("utf-8")) + 1
        text = content.decode("utf-8", "replace")
        raise _complaint(file, text, place, "this is not UTF-8", "save the file as UTF-8 text") from error


def _leaves(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in table.items():
        here = (*path, key)
        if isinstance(value, dict) and _pattern(here) is None:
            yield from _leaves(value, here)
        else:
            yield here, value


def _verify(file: Path, text: str, path: tuple[str, ...], value: object) -> None:
    pattern = _pattern(path)
    if pattern is None:
        if any(_below(path)):
            raise _complaint(file, text, _place(text, path), f"{'.'.join(path)} must be a table", "")
        # The first name on the way that leads nowhere is the wrong one, not the last.
        path = next(path[:length] for length in range(1, len(path) + 1) if not any(_below(path[:length])))
        known = {known.split(".")[len(path) - 1] for known in _below(path[:-1])} - {"*"}
        close = difflib.get_close_matches(path[-1], known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(sorted(known))}"
        if path[-1] in _PARAMETERS:
            hint = "those of rules stand in [parameters] or [parameters.RULE], below [tier.NAME] and [env.NAME] too"
        raise _complaint(file, text, _place(text, path), f"unknown setting {'.'.join(path)!r}", hint)
    wanted = _SHAPE[pattern]
    fits = isinstance(value, wanted) and not (
        isinstance(value, list) and not all(isinstance(item, str) for item in value)
    )
    if not fits:
        names = {str: "a string", bool: "true or false", list: "a list of strings"}
        summary = f"{'.'.join(path)} must be {names.get(wanted, 'another type')}"
        raise _complaint(file, text, _place(text, path), summary, "")
    if path[-1] == "account" and isinstance(value, str) and not ACCOUNT_ID.fullmatch(value):
        raise _complaint(file, text, _place(text, path), f"{value!r} is no account id", "12 digits, in quotes")
    if (among := _AMONG.get(pattern)) is not None:
        _verify_among(file, text, path, value, among)


def _verify_among(file: Path, text: str, path: tuple[str, ...], value: object, among: tuple[str, ...]) -> None:
    if value not in among:
        close = difflib.get_close_matches(str(value), among, n=1)
        hint = f"did you mean {close[0]}?" if close else f"one of {', '.join(among)}"
        what = "tier" if among is TIERS else path[-1]
        raise _complaint(file, text, _place(text, path), f"unknown {what} {value!r}", hint)


def _below(path: tuple[str, ...]) -> Iterator[str]:
    """The settings that stand somewhere below a path."""
    for known in _SHAPE:
        parts = known.split(".")
        if len(parts) > len(path) and all(part in ("*", name) for part, name in zip(parts, path, strict=False)):
            yield known


def _pattern(path: tuple[str, ...]) -> str | None:
    for known in _SHAPE:
        parts = known.split(".")
        if len(parts) == len(path) and all(part in ("*", name) for part, name in zip(parts, path, strict=True)):
            return known
    return None


def _place(text: str, path: tuple[str, ...]) -> tuple[int, int]:
    """Line and column of the last key of a path: tomllib keeps no positions, so it is looked for under its table."""
    table = re.compile(r"^\s*\[" + r"\s*\.\s*".join(f'"?{re.escape(part)}"?' for part in path[:-1]) + r"\]")
    key = re.compile(rf'^(\s*)(?:[\w."-]+\.)?"?{re.escape(path[-1])}"?\s*=')
    inside = len(path) == 1
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        inside = inside or bool(table.match(line))
        if inside and (found := key.match(line)):
            return number, len(found[1]) + 1
    # The head of a table, or a key inside of a line.
    word = re.compile(rf"(?<![\w-]){re.escape(path[-1])}(?![\w-])")
    for number, line in enumerate(lines, 1):
        if found := word.search(line.partition("#")[0]):
            return number, found.start() + 1
    return 1, 1


def _complaint(file: Path, text: str, place: tuple[int, int], summary: str, hint: str) -> SettingsError:
    line, column = place
    lines = text.splitlines()
    return SettingsError(
        summary,
        subject=SourceRange(file.name, line, column),
        line=lines[line - 1] if 0 < line <= len(lines) else "",
        hint=hint,
    )


def _environment(
    name: str, table: Mapping[str, Any], root: Path, file: Path, defaults: Mapping[str, Any]
) -> Environment:
    folder = root / table.get("root", f"envs/{name}")
    if not os.path.isdir(folder):  # noqa: PTH112 - a name that is too long is no folder, and no error
        text = _text(file)
        place = _place(text, ("env", name, "root"))
        raise _complaint(file, text, place, f"the root of environment {name!r} is not a folder: {folder}", "")
    waivers = root / table["waivers"] if "waivers" in table else _waivers(folder)
    if waivers is not None and not os.path.lexists(waivers):
        text = _text(file)
        place = _place(text, ("env", name, "waivers"))
        raise _complaint(file, text, place, f"there is no file {table['waivers']}", "without waivers, leave it out")
    return Environment(
        name=name,
        root=folder,
        tier=table.get("tier", TIERS[0]),
        tier_source=FILE if "tier" in table else _STRICTEST,
        account=table.get("account", ""),
        account_source=FILE if "account" in table else "",
        region=table.get("region", defaults.get("region", "")),
        profile=table.get("profile", ""),
        role=table.get("role", ""),
        external_id=table.get("external_id", ""),
        endpoint=table.get("endpoint", ""),
        workspace=table["workspace"],
        scope=tuple(table.get("scope", ())),
        waivers=waivers,
        var_files=tuple(_paths(root, table.get("var_files", ()))),
        about_rules=_layer(("env", name), table),
    )


def _layer(path: tuple[str, ...], table: Mapping[str, Any]) -> Layer:
    rules = {id_: said for id_, said in table.get("rules", {}).items() if path or id_ not in _OF_ALL_RULES}
    return Layer(path, MappingProxyType(rules), MappingProxyType(table.get("parameters", {})))


def _paths(root: Path, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        yield root / name


def _waivers(folder: Path) -> Path | None:
    file = folder / "waivers.yaml"
    return file if os.path.lexists(file) else None
