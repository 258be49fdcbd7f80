import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from hostile_report import FORMULA, MARKUP
from msgspec.structs import replace
from sample_audit import sample_audit
from sample_estate import RULES, Made

from auditor.formats.html import FORMAT, _sentence, render
from auditor.formats.json import document, encode
from auditor.model.results import Status


class Page(HTMLParser):
    """What a browser would make of the page, as far as these tests ask."""

    def __init__(self, page: bytes):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, list[str]] = {"style": [], "script": []}
        self.words: list[str] = []
        self._in = ""
        self.feed(page.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._in = tag if tag in self.blocks else ""

    def handle_endtag(self, tag):
        self._in = ""

    def handle_data(self, data):
        (self.blocks[self._in] if self._in else self.words).append(data)

    def attributes(self, name):
        return [attrs[name] for _, attrs in self.elements if name in attrs]

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def page(report):
    return Page(render(report))


@pytest.fixture(scope="module")
def attacked(spoiled):
    return Page(render(spoiled))


def test_the_same_report_gives_the_same_page(report):
    assert render(report) == FORMAT.render(json.loads(encode(report)))


@pytest.mark.parametrize("name", ["page", "attacked"])
def test_the_policy_allows_these_styles_and_this_script_and_nothing_else(name, request):
    page = request.getfixturevalue(name)
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    blocks = page.blocks["style"] + page.blocks["script"]
    assert allowed == {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in blocks}
    assert policy.startswith("default-src 'none'; ")
    assert not re.search("unsafe|https?:|\\*", policy)


@pytest.mark.parametrize("name", ["page", "attacked"])
def test_nothing_is_fetched_and_no_handler_is_inline(name, request):
    page = request.getfixturevalue(name)
    assert page.attributes("src") == []
    assert page.attributes("style") == []
    assert not [key for _, attrs in page.elements for key in attrs if key.startswith("on")]
    assert {tag for tag, _ in page.elements} & {"img", "iframe", "object", "embed", "base"} == set()
    links = {href.split(":")[0] for href in page.attributes("href") if not href.startswith("#")}
    assert links <= {"https", "data"}


def test_hostile_text_is_text(attacked):
    assert MARKUP in " ".join(attacked.words)
    assert FORMULA in " ".join(attacked.words)
    assert len(attacked.blocks["script"]) == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", attacked.text)


def test_ids_are_unique_and_every_link_inside_leads_somewhere(page):
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in page.attributes("href") if href.startswith("#")} <= set(ids)


def test_every_finding_has_its_row(page, report):
    rows = {it for it in page.attributes("id") if it.startswith("f-")}
    assert rows == {f"f-{finding['fingerprint'][:12]}" for finding in report["findings"]}


def test_the_page_names_the_digest_of_the_json_report(page, report):
    assert hashlib.sha256(encode(report)).hexdigest() in page.text


def test_verdict_population_unknowns_and_chain_are_on_the_page(page, report):
    for told in (
        report["verdict"]["headline"],
        report["verdict"]["completeness"],
        "declared 24 = 23 in both + 1 missing; live 25 = 23 in both + 2 not declared; listed 26",
        "koneksi-prod-scratch is live in the environment's name space; no code declares it.",
        "deletion_protection = var.deletion_protection",
        "the next apply replaces the resource",
        "Grant kms:DescribeKey",
        "plan sees nothing",
        "The provider never reads an index's projection back",
    ):
        assert re.sub(r"\s+", "", told) in page.text.replace(" ", ""), told


def test_a_demonstration_is_marked_in_title_page_and_print(report):
    shown = Page(render({**report, "demonstration": True}))
    assert "Demonstration." in shown.text
    assert "Demonstration, Not compliant" in shown.text
    assert "DEMONSTRATION" in shown.blocks["style"][1]
    assert "Demonstration" not in Page(render(report)).text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the table is live", "The table is live"),
        ("range_key differs", "range_key differs"),
        ("point-in-time: off", "Point-in-time: off"),
        ('tags["a"] is b', 'tags["a"] is b'),
        ("gone", "Gone"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_letters_at_the_start_of_a_sentence(text, shown):
    assert _sentence(text) == shown


def test_links_to_code_need_a_safe_address(report):
    def linked(address):
        git = {**report["run"]["git"], "blob_url": address}
        return Page(render({**report, "run": {**report["run"], "git": git}})).attributes("href")

    assert "https://git.example/blob/1/terraform/dynamodb/main.tf#L10" in linked("https://git.example/blob/1/")
    assert not any("main.tf" in href for href in linked("javascript:alert(1)//"))


def test_an_audit_without_anything_is_a_page_too():
    shown = Page(render(document(replace(sample_audit(made=(), found=(), rules=()), waivers=(), api=(), run={}))))
    assert "There are no waivers." in shown.text
    assert "No resource differs from the code." in shown.text


def test_many_missing_resources_are_counted_instead_of_listed(report):
    missing = next(it for it in report["resources"] if it["existence"] == "missing")
    many = [{**missing, "id": str(number)} for number in range(61)]
    shown = Page(render({**report, "resources": many})).text
    assert shown.count("is declared at") == 50
    assert "and 11 more" in shown


def test_a_large_report_carries_every_finding_without_its_links():
    names = ("users", "jobs", "files", "quotas", "roles", "sessions", "invoices", "uploads", "scratch", "webhooks")
    rules = tuple(replace(RULES[17], id=f"SEC-{number:03}") for number in range(100, 145))
    made = tuple(Made(rule.id, name, Status.FAIL, "It fails") for rule in rules for name in names)
    shown = Page(render(document(sample_audit(made=made, rules=rules))))
    assert len([it for it in shown.attributes("id") if it.startswith("f-")]) == len(made) == 450
