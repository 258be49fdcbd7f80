"""Provider configurations that resources and module calls name: declared in the module, or promised by its caller."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.hcl import ast
from auditor.hcl.ast import Attribute
from auditor.hcl.directory import Module
from auditor.hcl.providers import ProviderKey, provider_key
from auditor.hcl.validation.complaint import Complaint, Complaints


def of_aliases(module: Module) -> Complaints:
    """The complaints about names with an alias that nothing configures; one without is there by itself."""
    configured = {*module.of("provider"), *_promised(module)}
    for attribute, key in _named(module):
        if key[1] and key not in configured:
            detail = f"There is no configuration of the provider {key[0]} with the alias {key[1]} in this module."
            yield Complaint("Provider configuration not present", detail, attribute.source, attribute.offset)


def _named(module: Module) -> Iterator[tuple[Attribute, ProviderKey]]:
    for type_ in ("resource", "data"):
        for block in module.of(type_).values():
            attribute = block.body.attributes.get("provider")
            key = provider_key(attribute.expression) if attribute is not None else None
            if attribute is not None and key is not None:
                yield attribute, key
    for call in module.of("module").values():
        attribute = call.body.attributes.get("providers")
        if attribute is not None and isinstance(attribute.expression, ast.Object):
            keys = (provider_key(outside) for _, outside in attribute.expression.items)
            yield from ((attribute, key) for key in keys if key is not None)


def _promised(module: Module) -> Iterator[ProviderKey]:
    """`configuration_aliases` of `required_providers`."""
    for settings in module.settings:
        for block in settings.body.blocks_of("required_providers"):
            for attribute in block.body.attributes.values():
                entries = attribute.expression.items if isinstance(attribute.expression, ast.Object) else ()
                for name, listed in entries:
                    if isinstance(name, ast.Literal) and name.value == "configuration_aliases":
                        items = listed.items if isinstance(listed, ast.Tuple) else ()
                        yield from (key for item in items if (key := provider_key(item)) is not None)
