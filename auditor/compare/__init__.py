"""The only place that compares declared with live; pure."""

from auditor.compare.resources import compare, excluded, unlisted

__all__ = ["compare", "excluded", "unlisted"]
