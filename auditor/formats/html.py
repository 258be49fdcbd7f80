"""The HTML report: one file that asks for nothing, reads whole without script and prints."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from auditor.formats.interface import Document, Format
from auditor.formats.json import encode
from auditor.formats.page import view
from auditor.formats.verdict import plural
from auditor.formats.words import (
    DEMONSTRATION,
    MOVED,
    PLANS,
    REASONS,
    RISKS,
    STATES,
    clean,
    clean_block,
    lasting,
    shown,
    unknown,
    waiver_change,
)
from auditor.shipped import shipped

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

_WORD: Final = re.compile(r"[a-z-]+(?:[ ,:]|$)")
_ONLY_LINK: Final = "https://"


def render(document: Document) -> bytes:
    """The page of a decoded report."""
    from markupsafe import Markup  # noqa: PLC0415 - with jinja2, only when a page is wanted: `audit --help` stays quick

    reports = shipped("reports")
    style, script = (_asset(reports / "assets" / name) for name in ("report.css", "report.js"))
    margins = _margins(document)
    return (
        _page()
        .render(
            view(document),
            css=Markup(style),  # noqa: S704 - our own file
            js=Markup(script),  # noqa: S704 - our own file
            page_css=Markup(margins),  # noqa: S704 - every text in it is escaped by _css_string
            csp=_policy(style, margins, script),
            code_base=_code_base(document),
            digest=hashlib.sha256(encode(document)).hexdigest(),
            words={"demonstration": DEMONSTRATION, "plans": PLANS, "reasons": REASONS, "risks": RISKS, "moved": MOVED},
        )
        .encode()
    )


def render_history(document: Mapping[str, Any], project: str, beside: Path) -> bytes:
    """The page of past runs; `beside` is the folder it will stand in, where links to reports start."""
    from auditor.formats.trend import drawing  # noqa: PLC0415 - as in render

    environments = [
        {**each, "drawing": drawing([run["open"] for run in each["runs"]]) if len(each["runs"]) > 1 else None}
        for each in document["environments"]
    ]
    return _of_runs("history.html.j2", {**document, "environments": environments, "project": project}, beside)


def render_rollup(document: Mapping[str, Any], digest: str) -> bytes:
    """The page of several audits, with the digest of the same as JSON, beside which it stands."""
    return _of_runs("rollup.html.j2", {**document, "digest": digest}, Path())


def _of_runs(template: str, told: Mapping[str, Any], beside: Path) -> bytes:
    """A page without script about runs whose reports it links to."""
    from markupsafe import Markup  # noqa: PLC0415 - as in render

    reports = shipped("reports")
    style = _asset(reports / "assets" / "report.css")
    page = _environment(reports / "templates").get_template(template)
    return page.render(
        told,
        states=STATES,
        lasting=lasting,
        link=lambda folder: _beside(folder, beside),
        css=Markup(style),  # noqa: S704 - our own file
        csp=f"default-src 'none'; style-src '{_hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'",
    ).encode()


def _beside(folder: str, page: Path) -> str:
    """Where a link of a page to the report in a folder leads; empty for one in a bucket, which no page can open."""
    return "" if folder.startswith("s3://") else os.path.relpath(Path(folder) / "report.html", page)


def prepare() -> None:
    """Load the template now: the first time it is compiled, and that can be done while something is awaited."""
    _page()


@cache
def _page() -> Template:
    return _environment(shipped("reports") / "templates").get_template("report.html.j2")


FORMAT = Format(name="html", suffix=".html", render=render)


def _asset(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _environment(templates: Path) -> Environment:
    from jinja2 import FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see render

    from auditor.formats.compiled import CompiledTemplates, DocumentEnvironment  # noqa: PLC0415 - as above

    environment = DocumentEnvironment(
        loader=FileSystemLoader(templates),
        bytecode_cache=CompiledTemplates(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_inert,
    )
    environment.filters.update(
        {
            "n": "{:,}".format,
            "plural": plural,
            "shown": shown,
            "unknown": unknown,
            "anchor": _anchor,
            "breakable": _breakable,
            "clean": clean,
            "sentence": _sentence,
            "waiver_change": waiver_change,
        }
    )
    return environment


def _inert(value: Any) -> Any:  # noqa: ANN401 - whatever the template prints
    """Text without what turns it around or can't be shown; markup of our own stays as it is."""
    if type(value) is not str:
        return value
    return clean_block(value) if "\n" in value else clean(value)


def _sentence(text: str) -> str:
    """Begins with a capital, unless the first word is a name such as `range_key`."""
    return text[:1].upper() + text[1:] if _WORD.match(text) else text


def _breakable(text: str, after: str) -> Markup:
    """Text that may be broken behind a character, as paths behind `/`."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - see render

    return Markup("<wbr>").join(escape(part) for part in clean(text).replace(after, f"{after}\0").split("\0"))


def _anchor(fingerprint: str) -> str:
    """The id of a finding's row in the page."""
    return f"f-{fingerprint[:12]}"


def _policy(style: str, margins: str, script: str) -> str:
    """The content security policy: nothing but these three texts may style or run."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}' '{_hash(margins)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _margins(document: Document) -> str:
    """Header and footer of printed pages."""
    run = document["run"]
    title = f"{run.get('project', '')} {run['environment']}: DynamoDB compliance and drift report".strip()
    mark = "DEMONSTRATION: " if document["demonstration"] else ""
    corners = {
        "top-left": title,
        "top-right": f"{mark}{document['verdict']['word']}",
        "bottom-left": f"Run {run.get('id', '')}",
    }
    return f"@page{{{''.join(f'@{corner}{{content:{_css_string(text)}}}' for corner, text in corners.items())}}}"


def _css_string(text: str) -> str:
    """A CSS string literal; everything but letters, digits and blanks is hex-escaped."""
    return '"' + "".join(char if char.isalnum() or char == " " else f"\\{ord(char):x} " for char in text) + '"'


def _code_base(document: Document) -> str:
    """Where links to code lead; empty where there is no address that is safe to follow."""
    git: Mapping[str, Any] = document["run"].get("git") or {}
    base = str(git.get("blob_url") or "")
    return base if base.startswith(_ONLY_LINK) else ""
