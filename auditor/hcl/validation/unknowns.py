"""Expressions that can have no value whatever is put in: Terraform evaluates all of them before it plans anything.

Variables, resources, and outputs of modules are unknown then, of the type that is declared; a block is evaluated
once, also where there will be no instance of it. What a call hands to a variable meets its validations all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from auditor.hcl import types, values
from auditor.hcl.ast import Attribute, Block, Body
from auditor.hcl.blocks import Decoder
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.diagnostics import Diagnostic, Diagnostics
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.expansion import expand
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.memo import Memo
from auditor.hcl.module_instance import ModuleInstance
from auditor.hcl.resource_instance import PREFIXES, SCHEMAS
from auditor.hcl.scope import UNBOUND, Step
from auditor.hcl.types import ListType, MapType, ObjectType, Type
from auditor.hcl.validation.limits import of_written
from auditor.hcl.values import Value
from auditor.hcl.variables import validate

_CAUSE: Final = values.not_evaluable("nothing is planned yet")
_CONDITIONS: Final = frozenset({"validation", "precondition", "postcondition"})
_OF_CALL: Final = frozenset({"source", "version", "providers", "depends_on", "count", "for_each"})


def of_unknowns(instance: ModuleInstance) -> tuple[Diagnostic, ...]:
    """What is wrong with the expressions of a module; an instance lends what is the same for all of them."""
    found = Diagnostics()
    unplanned = _Unplanned(instance)
    decoder = Decoder(unplanned, found)
    module = instance.module
    for attribute in module.locals.values():
        decoder.attribute(attribute)
    for block in module.of("output").values():
        if (value := block.body.attributes.get("value")) is not None:
            decoder.attribute(value)
        _conditions(block.body, decoder)
    for block in module.of("variable").values():
        _conditions(block.body, decoder)
    for block in module.of("module").values():
        _repetition(block, decoder)
        unplanned.arguments(block, found)
    for mode in PREFIXES:
        for (type_, _), block in module.of(mode).items():
            _repetition(block, decoder)
            schema = SCHEMAS[mode](type_) if mode in SCHEMAS else None
            written = decoder.body(block.body, schema, top=True)
            for lifecycle in block.body.blocks_of("lifecycle"):
                _conditions(lifecycle.body, decoder, schema.type if schema else types.DYNAMIC)
            for each in of_written(block, written):
                found.error(each.summary, each.detail, each.source.range_at(each.offset))
    return found.all()


def _repetition(block: Block, decoder: Decoder) -> None:
    try:
        expand(block.body, lambda attribute: evaluate(attribute.expression, decoder.scope, attribute.source))
    except EvaluationError as error:
        decoder.diagnostics.evaluation(error, block.source, block.offset)


def _conditions(body: Body, decoder: Decoder, itself: Type = types.DYNAMIC) -> None:
    """Evaluate the conditions that stand in a body; `itself` is the type of `self`.

    Terraform evaluates those of checks, and messages, no sooner than it plans.
    """
    bindings = UNBOUND.with_names({"self": _unknown(itself)})
    for block in body.blocks:
        if block.type in _CONDITIONS and (condition := block.body.attributes.get("condition")) is not None:
            decoder.attribute(condition, types.DYNAMIC, bindings)


class _Unplanned:
    """The scope of a module before anything is planned, with the variables that are known even so."""

    def __init__(self, instance: ModuleInstance, known: Mapping[str, Value] = MappingProxyType({})) -> None:
        self._instance = instance
        self._known = known
        self._memo = Memo()

    @property
    def surroundings(self) -> Surroundings:
        """Those of the module."""
        return self._instance.surroundings

    def resolve(self, name: str, steps: tuple[Step, ...], /) -> tuple[Value, int]:
        """A local value, a constant of the module, or an unknown of the type that is declared."""
        first = steps[0] if steps else None
        if name in ("path", "terraform"):
            return self._instance.resolve(name, steps)
        if name == "each":
            return _object({"key": types.STRING, "value": types.DYNAMIC}), 0
        if name == "count":
            return _object({"index": types.NUMBER}), 0
        if first is None or name not in ("var", "local", "module"):
            return _unknown(types.DYNAMIC), 0
        return {"var": self._var, "local": self._local, "module": self._module}[name](first), 1

    def _var(self, name: str) -> Value:
        if name in self._known:
            return self._known[name]
        block = self._instance.module.of("variable").get((name,))
        if block is None:
            return _unknown(types.DYNAMIC)
        declaration = self._instance.context.declaration(block)
        return _unknown(declaration.constraint).marked(declaration.marks)

    def _local(self, name: str) -> Value:
        attribute = self._instance.module.locals.get(name)
        if attribute is None:
            return _unknown(types.DYNAMIC)
        return self._memo.once(name, f"local.{name}", lambda: self._local_value(attribute))

    def _local_value(self, attribute: Attribute) -> Value:
        try:
            return self.evaluated(attribute)
        except EvaluationError:  # told of once, where it stands
            return _unknown(types.DYNAMIC)

    def _module(self, name: str) -> Value:
        block = self._instance.module.of("module").get((name,))
        called = self._instance.context.installed.calls.of(self._instance.module, name)
        if block is None or called is None:
            return _unknown(types.DYNAMIC)
        outputs: dict[str, Type] = {output: types.DYNAMIC for (output,) in called.of("output")}
        of_one = ObjectType(MappingProxyType(outputs))
        if "count" in block.body.attributes:
            return _unknown(ListType(of_one))
        return _unknown(MapType(of_one) if "for_each" in block.body.attributes else of_one)

    def arguments(self, call: Block, diagnostics: Diagnostics) -> None:
        """Evaluate what a call hands to the variables of its module, and hold it against their validations."""
        context = self._instance.context
        called = context.installed.calls.of(self._instance.module, call.labels[0])
        given: dict[str, Value] = {}
        for name, attribute in call.body.attributes.items():
            if name not in _OF_CALL:
                variable = called.of("variable").get((name,)) if called is not None else None
                wanted = context.declaration(variable).constraint if variable else types.DYNAMIC
                given[name] = self._argument(attribute, wanted, diagnostics)
        if called is None:
            return
        inside = ModuleInstance(context, called)
        for (name,), block in called.of("variable").items():
            declaration = context.declaration(block)
            decided = declaration.decide(given.get(name), Diagnostics(), declaration.place)
            scope = _Unplanned(inside, {name: decided})
            validate(declaration, scope.evaluated, diagnostics, call.body.attributes.get(name))

    def evaluated(self, attribute: Attribute) -> Value:
        """The value of an attribute.

        Raises:
            EvaluationError: where it has none.
        """
        return evaluate(attribute.expression, self, attribute.source)

    def _argument(self, argument: Attribute, wanted: Type, diagnostics: Diagnostics) -> Value:
        """The value of an argument, if it is of the type that its variable has."""
        try:
            given = self.evaluated(argument)
            convert(given, wanted)
        except EvaluationError as error:
            diagnostics.evaluation(error, argument.source, argument.offset)
        except ConversionError as error:
            place = argument.source.range_at(argument.offset)
            diagnostics.error("Invalid value for input variable", f"The given value is not suitable: {error}.", place)
        else:
            return given
        return _unknown(wanted)


def _unknown(type_: Type) -> Value:
    return values.unknown(type_, _CAUSE)


def _object(attributes: dict[str, Type]) -> Value:
    return values.mapping({name: _unknown(type_) for name, type_ in attributes.items()})
