"""Terraform code to values, with the place in code that decided each; knows no AWS."""

from auditor.hcl import second_reader
from auditor.hcl.conditions import Condition
from auditor.hcl.configuration import (
    Backend,
    Configuration,
    DeclaredResource,
    LockedProvider,
    Output,
    load,
)
from auditor.hcl.diagnostics import Diagnostic, Severity
from auditor.hcl.directory import shown_path
from auditor.hcl.document import declared_document
from auditor.hcl.first_reader import OURS, READERS
from auditor.hcl.hints import IMPORT, MOVED, REMOVED, Hint, renamed
from auditor.hcl.installed_modules import MODULE_NOT_FOUND
from auditor.hcl.leaks import leaks
from auditor.hcl.providers import ProviderConfiguration
from auditor.hcl.requirements import provider_source
from auditor.hcl.secrets import sensitive_texts
from auditor.hcl.variables import UNDECLARED_VALUE

__all__ = [
    "IMPORT",
    "MODULE_NOT_FOUND",
    "MOVED",
    "OURS",
    "READERS",
    "REMOVED",
    "UNDECLARED_VALUE",
    "Backend",
    "Condition",
    "Configuration",
    "DeclaredResource",
    "Diagnostic",
    "Hint",
    "LockedProvider",
    "Output",
    "ProviderConfiguration",
    "Severity",
    "declared_document",
    "leaks",
    "load",
    "provider_source",
    "renamed",
    "second_reader",
    "sensitive_texts",
    "shown_path",
]
