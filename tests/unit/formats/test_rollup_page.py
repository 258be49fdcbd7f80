"""The page of several audits: names all, whole without a request, inert under attack."""

import re
from html import unescape

import sample_rollup
from hostile_report import MARKUP, PAYLOAD

from auditor.formats.html import render_rollup


def page(document=sample_rollup.DOCUMENT):
    return render_rollup(document, "cd" * 32).decode()


def row(text, environment):
    (found,) = [each for each in re.findall(r"<tr><th scope=\"row\">.*?</tr>", text) if f">{environment}<" in each]
    return found


def test_every_environment_is_named_with_its_verdict_or_with_why_it_has_none():
    text = page()
    assert "3 of 5 environments audited: 12 open, 1 new, 2 resolved, 3 drifted, 4 unknown." in text
    assert "2 not audited" in text
    assert 'href="prod/2026-01-16T020000Z/report.html"' in row(text, "prod")
    assert "not compliant" in row(text, "prod")
    assert "not whole" in row(text, "uat")
    assert ">compliant<" in row(text, "staging")
    assert "ended by signal 9" in row(text, "dr")
    assert 'href="dr/2026-01-14T020000Z/report.html"' in row(text, "dr")
    assert "2 d 2 h ago" in row(text, "dr")
    assert "there is no earlier bundle" in row(text, "lab")
    assert "not known" in row(text, "lab")
    assert "cd" * 32 in text


def test_all_audited_and_none_audited():
    environments = sample_rollup.DOCUMENT["environments"]
    assert "Not audited" not in page({**sample_rollup.DOCUMENT, "environments": environments[:3]})
    assert "Audited environments" not in page({**sample_rollup.DOCUMENT, "environments": environments[3:]})


def test_nothing_is_fetched_and_hostile_text_stays_text():
    bad = {**sample_rollup.RUN, "folder": f"javascript:{MARKUP}", "state": PAYLOAD, "manifest": PAYLOAD}
    texts = {"why": PAYLOAD, "account": PAYLOAD}
    environments = [
        sample_rollup.environment(PAYLOAD, 4, PAYLOAD, run=bad, **texts),
        sample_rollup.environment(PAYLOAD, 1, PAYLOAD, before=bad, **texts),
    ]
    text = page({**sample_rollup.DOCUMENT, "project": PAYLOAD, "environments": environments})
    assert "default-src 'none'" in unescape(text)
    assert "<script" not in text
    assert "<img" not in text
    assert not re.findall(r'(?:href|src)="(?!#|data:|javascript%3A)[^"]*', text)
