"""A report in which every text that comes from AWS, from code or from a file is hostile."""

from collections.abc import Mapping
from typing import Any

MARKUP = "</script></style><script>window.pwned=1</script><img src=x onerror='window.pwned=1'><b id=q name=q>"
TEMPLATE = "{{7*7}}{% raw %}"
STYLE = '"}@import url(https://attacker.invalid/);*{display:none}'
TERMINAL = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\n::error file=x::forged\n"
TURNED = "\u202egpj.exe\u2066\u200f\u2028"
FORMULA = "=cmd|'/c calc'!A1"
CALLS = "@octo/team joe@attacker.invalid #12 gh-12 https://attacker.invalid www.attacker.invalid"
PAYLOAD = (
    f" {MARKUP}{TEMPLATE}{STYLE}{TERMINAL}{TURNED}javascript:window.pwned=1 `|[x](javascript:1)|` {CALLS} {FORMULA}"
)

_WORDS = frozenset(
    {
        *("table", "key", "alarm", "run", "aws_dynamodb_table", "pass"),
        *("fail", "unknown", "error", "not_applicable", "critical", "high"),
        *("medium", "low", "info", "open", "waived", "undecided"),
        *("both", "missing", "unmanaged", "undetermined", "no-op", "update"),
        *("replace", "create", "delete", "different", "undeclared", "equal", "same"),
        *(
            "removes_protection",
            "replaces",
            "never_converges",
            "fails",
            "trap",
            "not_evaluable",
            "computed_by_aws",
            "denied",
        ),
        *("not_applied", "by_hand", "both"),
        *("failed", "not_read", "not_supported", "sourced", "judgement", "written"),
        *("api", "default", "valid", "expires_soon", "expired", "unmatched"),
        *("incomplete", "production", "rule_off", "rule_gone", "subject_gone"),
    }
)
"""Words of the report's own: everything else may be anything."""
_KEPT = frozenset({"schema", "statuses", "from"})


def hostile(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report with the payload before and behind every text that is not a word of its own."""
    spoiled = _spoiled(report)
    spoiled["run"]["git"]["blob_url"] = "javascript:window.pwned=1//"
    return spoiled


def _spoiled(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping):
        named = key in {"tags", "values"}
        return {name + (PAYLOAD if named else ""): _spoiled(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_spoiled(item, key) for item in value]
    if isinstance(value, str) and key not in _KEPT and value not in _WORDS:
        return f"{FORMULA if key == 'message' else ''}{value}{PAYLOAD}"
    return value
