"""The fields of a rule file: one table of them, and their reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from auditor.model.catalogue import Catalogue, FactSpec
from auditor.model.drift import Existence, Plan, Reality, Risk
from auditor.model.results import Severity, Status
from auditor.model.rule import Condition, DriftSelector, Example, Profile, Rule
from auditor.model.values import Value
from auditor.policy.condition_reader import ConditionReader, Use, operand_fault
from auditor.policy.document import Node, did_you_mean, member
from auditor.policy.example_reader import ExampleReader
from auditor.policy.messages import GENERAL, OF_DRIFT, placeholders

SCHEMA: Final = "auditor/rules/v1"

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "schema": f"Always {SCHEMA}.",
        "id": "As SEC-001; never reused, never changes its meaning.",
        "title": "The requirement, as a statement that holds where the rule passes.",
        "subject": "What is judged: a subject type of the fact catalogue, as table.",
        "severity": "How much a fail matters: one level, or levels by tier with a default.",
        "tiers": "Where the rule applies; elsewhere it is not applicable. Default: all.",
        "profile": "first: on by default. strict: on where the strict profile is asked for.",
        "counts": "false: findings tell about completeness and never count for the exit code.",
        "params": "Values that audit.toml may set: a default, or defaults by tier. null: must be set there.",
        "when": "Where this is false the rule is not applicable.",
        "assert": "What must hold.",
        "drift": "Instead of assert: which drifts the rule reports.",
        "message": "What a finding says, as `{subject.name}: it is {live.status}`; formats leave the name out.",
        "attribute": "Terraform attribute path that findings point at, where facts have another name.",
        "why": "What can happen where it does not hold.",
        "tested": "What exactly is looked at.",
        "remediation": "How to meet it, by tool.",
        "references": "Addresses of public documentation.",
        "frameworks": "Controls of frameworks it serves, by framework and basis.",
        "history": "What was changed in the rule and why, newest first.",
        "tests": "Suppositions with the expected status; at least one pass, one fail and one unknown.",
    }
)
"""Field -> what it is for, in the order in which a file has them."""

REQUIRED: Final = (
    "schema", "id", "title", "subject", "severity", "message", "why", "tested", "remediation", "references", "tests",
)  # fmt: skip
REMEDIATION: Final = ("terraform", "aws_cli")
FRAMEWORKS: Final = (
    "aws_fsbp", "aws_security_hub", "cis_aws_foundations", "cis_controls_v8", "fedramp_moderate_r4", "gdpr", "hipaa",
    "iso_27001_2022", "nist_800_53_r5", "pci_dss_4_0", "soc2",
)  # fmt: skip
BASES: Final = ("sourced", "judgement")
"""Why a rule is linked to a control: a public source says so, or we do."""
FAMILIES: Final = ("AUD", "BKP", "CAP", "DRIFT", "IAM", "KMS", "MON", "PAR", "POL", "SEC")
RULE_ID: Final = re.compile(rf"({'|'.join(FAMILIES)})-[0-9]{{3}}")
_SLUG: Final = re.compile(r"(-[a-z0-9]+)+\.yaml")
SELECTOR: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "kinds": (),
        "paths": (),
        "reality": tuple(Reality),
        "plan": tuple(Plan),
        "risk": tuple(Risk),
        "existence": (Existence.MISSING, Existence.UNMANAGED),
    }
)
"""List of a drift selector -> its words, where they are a closed list."""


class RuleReader(Struct, frozen=True):
    """Reads rule files against a catalogue."""

    catalogue: Catalogue
    tiers: tuple[str, ...]

    def read(self, root: Node, digest: str) -> Rule:
        """The rule that a document says; InvalidRule for the first thing in it that is not right."""
        nodes = root.fields(FIELDS, REQUIRED)
        nodes["schema"].choice((SCHEMA,), "schema")
        id_ = self._id(nodes["id"], root)
        subject = nodes["subject"].choice(self.catalogue, "subject type")
        facts = self.catalogue[subject]
        params = nodes["params"].entries() if "params" in nodes else {}
        reader = ConditionReader(facts, params)
        when = reader.read(nodes["when"]) if "when" in nodes else None
        condition, drift = self._requirement(root, nodes, reader)
        defaults = self._params(nodes, reader.uses)
        tiers = self._tiers(nodes)
        self._placeholders(nodes, facts, params, drift)
        examples = ExampleReader(facts, defaults, self.tiers, drift).read(nodes["tests"])
        self._covered(nodes["tests"], examples)
        return Rule(
            id=id_,
            title=nodes["title"].text("title", longest=120),
            family=id_.split("-")[0],
            subject=subject,
            severity=self._severity(nodes["severity"]),
            tiers=tiers,
            params=defaults,
            when=when,
            condition=condition,
            drift=drift,
            message=nodes["message"].text("message", longest=400),
            attribute=nodes["attribute"].text("attribute", longest=200) if "attribute" in nodes else "",
            why=nodes["why"].text("why"),
            tested=nodes["tested"].text("tested"),
            remediation=self._remediation(nodes["remediation"]),
            references=self._references(nodes["references"]),
            frameworks=self._frameworks(nodes["frameworks"]) if "frameworks" in nodes else MappingProxyType({}),
            history=nodes["history"].texts("a line of history") if "history" in nodes else (),
            examples=examples,
            profile=member(nodes, "profile", Profile.FIRST),
            counts=nodes["counts"].boolean() if "counts" in nodes else True,
            place=root.place,
            digest=digest,
        )

    def _id(self, node: Node, root: Node) -> str:
        id_ = node.text("id")
        if not RULE_ID.fullmatch(id_):
            node.fail(f"{id_[:60]!r} is not a rule id", f"FAMILY-NNN, the family one of {', '.join(FAMILIES)}")
        path = PurePosixPath(root.source.file)
        if not (path.name.startswith(id_) and _SLUG.fullmatch(path.name, len(id_))):
            node.fail(f"the file of {id_} must be called {id_}-<words>.yaml, not {path.name}")
        if path.parent.name != id_.split("-")[0].lower():
            node.fail(f"{id_} belongs into the folder {id_.split('-')[0].lower()}/, not {path.parent.name}/")
        return id_

    def _requirement(
        self, root: Node, nodes: Mapping[str, Node], reader: ConditionReader
    ) -> tuple[Condition | None, DriftSelector | None]:
        if ("assert" in nodes) == ("drift" in nodes):
            root.fail("a rule says either assert or drift")
        if "assert" in nodes:
            return reader.read(nodes["assert"]), None
        if "when" in nodes:
            nodes["when"].fail("a rule that selects drifts has no when; narrow its selector, or its tiers")
        return None, self._selector(nodes["drift"])

    def _selector(self, node: Node) -> DriftSelector:
        parts = node.fields((*SELECTOR, "unselected"))
        lists = {name: part.texts(name) for name, part in parts.items() if name in SELECTOR}
        for name, words in lists.items():
            if not words:
                parts[name].fail("an empty list selects nothing")
            for item in parts[name].items() if SELECTOR[name] else ():
                item.choice(SELECTOR[name], name)
        unselected = parts["unselected"].boolean() if "unselected" in parts else False
        if not parts:
            node.fail("an empty selector; say what it selects, or unselected: true")
        if "existence" in lists and (narrowed := sorted({"paths", "reality", "risk"} & lists.keys())):
            node.fail(f"existence is about the resource as a whole: {narrowed[0]} does not go with it")
        if unselected and ("existence" in lists or len(lists) > ("kinds" in lists)):
            node.fail("with unselected: true only kinds may narrow further")
        return DriftSelector(
            kinds=lists.get("kinds", ()),
            paths=lists.get("paths", ()),
            reality=tuple(map(Reality, lists.get("reality", ()))),
            plan=tuple(map(Plan, lists.get("plan", ()))),
            risk=tuple(map(Risk, lists.get("risk", ()))),
            existence=tuple(map(Existence, lists.get("existence", ()))),
            unselected=unselected,
        )

    def _by_tier(self, node: Node) -> Mapping[str, Node] | None:
        """The nodes of a mapping by tier, `default` filled in; None where the node is no such mapping."""
        if not node.is_mapping or not set(node.entries()) & {"default", *self.tiers}:
            return None
        given = node.fields(("default", *self.tiers))
        missing = [tier for tier in self.tiers if tier not in given]
        if missing and "default" not in given:
            node.fail(f"nothing is said for {', '.join(missing)}, and there is no default")
        return {tier: given.get(tier) or given["default"] for tier in self.tiers}

    def _severity(self, node: Node) -> Mapping[str, Severity]:
        nodes = self._by_tier(node) or dict.fromkeys(self.tiers, node)
        return MappingProxyType(
            {tier: Severity(one.choice(tuple(Severity), "severity")) for tier, one in nodes.items()}
        )

    def _tiers(self, nodes: Mapping[str, Node]) -> tuple[str, ...]:
        if "tiers" not in nodes:
            return self.tiers
        given = tuple(item.choice(self.tiers, "tier") for item in nodes["tiers"].items())
        if not given or len(set(given)) != len(given):
            nodes["tiers"].fail("name each tier once, at least one")
        return tuple(tier for tier in self.tiers if tier in given)

    def _params(self, nodes: Mapping[str, Node], uses: Mapping[str, list[Use]]) -> Mapping[str, Mapping[str, Value]]:
        defaults: dict[str, Mapping[str, Value]] = {}
        for name, node in nodes["params"].entries().items() if "params" in nodes else ():
            if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
                node.key.fail(f"{name[:60]!r} is not a parameter's name", "lower case letters, digits and underscores")
            if name not in uses:
                node.key.fail(f"parameter {name!r} is not used by when or assert")
            by_tier = self._by_tier(node) or dict.fromkeys(self.tiers, node)
            for one in by_tier.values():
                fault = parameter_fault(one.value(), uses[name])
                if fault:
                    one.fail(*fault)
            defaults[name] = MappingProxyType({tier: one.value() for tier, one in by_tier.items()})
        return MappingProxyType(defaults)

    def _placeholders(
        self,
        nodes: Mapping[str, Node],
        facts: Mapping[str, FactSpec],
        params: Mapping[str, Node],
        drift: DriftSelector | None,
    ) -> None:
        given = {*GENERAL, *(f"param.{name}" for name in params), *(OF_DRIFT if drift else ())}
        for node in (nodes["message"], *nodes["remediation"].entries().values()):
            for name in placeholders(node.text()):
                if name not in given and name not in facts:
                    known = {*given, *facts}
                    node.fail(f"unknown placeholder {{{name}}}", did_you_mean(name, known))

    def _remediation(self, node: Node) -> Mapping[str, str]:
        parts = node.fields(REMEDIATION, REMEDIATION)
        return MappingProxyType({tool: parts[tool].text(tool) for tool in REMEDIATION})

    def _references(self, node: Node) -> tuple[str, ...]:
        references = node.texts("a reference")
        for item, reference in zip(node.items(), references, strict=True):
            if not re.fullmatch(r"https://[\x21-\x7e]{4,300}", reference):
                item.fail("a reference is an https address")
        if not references:
            node.fail("at least one reference")
        return references

    def _frameworks(self, node: Node) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        frameworks = {}
        for name, entry in node.fields(FRAMEWORKS).items():
            bases = entry.fields(BASES)
            if not bases:
                entry.fail(f"say on which basis: {' or '.join(BASES)}")
            frameworks[name] = MappingProxyType({basis: bases[basis].texts("a control") for basis in sorted(bases)})
        return MappingProxyType(frameworks)

    def _covered(self, node: Node, examples: tuple[Example, ...]) -> None:
        missing = {Status.PASS, Status.FAIL, Status.UNKNOWN} - {example.expect for example in examples}
        if missing:
            node.fail(f"there is no test that expects {', '.join(sorted(missing))}")


def parameter_fault(value: Value, uses: list[Use]) -> tuple[str, str] | None:
    """What is wrong with a parameter's value, and a hint; null is no value, and right."""
    if value is None:
        return None
    return next((fault for use in uses if (fault := operand_fault(value, use.operator, use.spec))), None)
