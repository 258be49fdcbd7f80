"""The only place that compares declared with live; pure."""

from auditor.compare.code_alone import of_code
from auditor.compare.elsewhere import shadowed
from auditor.compare.provider_rules import ProviderRules, rules_of
from auditor.compare.resources import compare, excluded, unlisted

__all__ = ["ProviderRules", "compare", "excluded", "of_code", "rules_of", "shadowed", "unlisted"]
