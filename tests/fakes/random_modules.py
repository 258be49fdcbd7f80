"""Random modules: typed variables with validation, locals, resources, nested calls with count and for_each, outputs.

A program is a folder of files; the same random state gives the same program. Most are valid, some are not.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from random_programs import NUMBERS, TEXTS, Programs, quoted

STRING, NUMBER, BOOL, ANY = ("string",), ("number",), ("bool",), ("any",)
PRIMITIVES = (STRING, STRING, NUMBER, BOOL)
NAMES = ("a", "b", "id", "name", "on", "x-y")
KEYS = ("a", "b", "k1", "x-y", "1", "é")
SIMPLE = ("", "a", "b", "prod", "A-b_c", " x ", "1", "1.5", "true", "a,b", "é", "%s", "日本", "x.y")
_STRINGS = (*map(quoted, SIMPLE * 4), *map(quoted, TEXTS), "1", "2.50", "true", "1e3")
_FEW_NUMBERS = ("0", "1", "2", "3", "10", "-4", "1.5")
FUNCTIONS = (
    *("upper", "lower", "title", "trimspace", "length", "keys", "values", "merge", "concat", "flatten", "distinct"),
    *("compact", "sort", "reverse", "coalesce", "lookup", "contains", "join", "split", "format"),
    *("jsonencode", "yamlencode", "jsondecode", "tostring", "tonumber", "tobool", "tolist", "toset", "tomap"),
    *("zipmap", "setproduct", "setunion", "setintersection", "setsubtract", "element", "slice", "index", "range"),
    *("one", "sum", "max", "min", "anytrue", "alltrue", "chunklist", "matchkeys", "transpose", "replace", "substr"),
    *("sensitive", "issensitive", "coalescelist", "regexall", "formatlist", "abs", "ceil", "md5"),
)


def listed(items: Iterable[str]) -> str:
    """Write a tuple."""
    return f"[{', '.join(items)}]"


def braced(items: Iterable[tuple[str, str]]) -> str:
    """Write an object."""
    return f"{{ {', '.join(f'{name} = {value}' for name, value in items)} }}"


@dataclass
class Scope:
    """What expressions of one module may name."""

    typed: list[tuple[str, tuple]] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    """Names whose types are not known."""

    def inside(self, *more: tuple[str, tuple]) -> "Scope":
        """Return the scope with further names."""
        return Scope([*self.typed, *more], self.loose)


class Modules:
    """A source of programs; with `aws`, tables and policy documents are among what they declare."""

    def __init__(self, chance: random.Random, *, aws: bool = False):
        self.chance = chance
        self.aws = aws
        self.whole = True
        """Objects have all attributes: nothing is left for a constraint to fill in."""
        self.wild = Programs(chance, FUNCTIONS)

    # -- types and literals -------------------------------------------------------------------------------------

    def type(self, depth=2):
        """Return a type."""
        pick = self.chance.random()
        if depth <= 0 or pick < 0.4:
            return self.chance.choice(PRIMITIVES)
        if pick < 0.55:
            return ("list", self.type(depth - 1))
        if pick < 0.62:
            return ("set", self.chance.choice(PRIMITIVES) if self.chance.random() < 0.8 else self.type(depth - 1))
        if pick < 0.77:
            return ("map", self.type(depth - 1))
        if pick < 0.95:
            names = self.chance.sample(NAMES[:5], self.chance.randrange(4))
            return ("object", tuple((name, self.type(depth - 1), self.optional()) for name in sorted(names)))
        return ("tuple", tuple(self.type(depth - 1) for _ in range(self.chance.randrange(3))))

    def optional(self):
        """Return whether an attribute may be left out: no, yes, or with a default."""
        return self.chance.choice(("", "", "optional", "default"))

    def constraint(self, type_):
        """Write a type as a constraint."""
        match type_:
            case ("list" | "set" | "map" as kind, inner):
                return f"{kind}({'any' if self.chance.random() < 0.08 else self.constraint(inner)})"
            case ("tuple", inner):
                return f"tuple([{', '.join(map(self.constraint, inner))}])"
            case ("object", attributes):
                items = []
                for name, inner, optional in attributes:
                    written = self.constraint(inner)
                    if optional == "default":
                        written = f"optional({written}, {self.literal(inner)})"
                    items.append(f"{name} = {f'optional({written})' if optional == 'optional' else written}")
                return f"object({{ {', '.join(items)} }})"
        return type_[0]

    def literal(self, type_):
        """Write a value that converts to a type, in one of several ways."""
        if self.chance.random() < 0.004:
            return "null"
        match type_:
            case ("string",):
                return self.chance.choice(_STRINGS)
            case ("number",):
                number = self.chance.choice(NUMBERS if self.chance.random() < 0.2 else _FEW_NUMBERS)
                return f'"{number}"' if self.chance.random() < 0.15 else number
            case ("bool",):
                return self.chance.choice(("true", "false", "true", "false", '"true"'))
            case ("any",):
                return self.literal(self.type(1))
        return self.nested_literal(type_)

    def nested_literal(self, type_):
        """Write a collection, a tuple or an object."""
        match type_:
            case ("list" | "set", inner):
                return listed(self.literal(inner) for _ in range(self.chance.randrange(4)))
            case ("map", inner):
                return braced((quoted(key), self.literal(inner)) for key in self.some_keys())
            case ("tuple", inner):
                return listed(map(self.literal, inner))
        items = [(name, self.literal(inner)) for name, inner in self.attributes(type_)]
        if not self.whole and self.chance.random() < 0.15:
            items.append(("extra", '"x"'))
        return braced(items)

    def attributes(self, type_):
        """Return names and types of the attributes that are written: optional ones may be left out."""
        return [
            (name, inner)
            for name, inner, optional in type_[1]
            if not optional or self.whole or self.chance.random() < 0.5
        ]

    def some_keys(self):
        """Return a few keys of a map."""
        return self.chance.sample(KEYS, self.chance.randrange(4))

    # -- expressions --------------------------------------------------------------------------------------------

    def expression(self, type_, scope, depth=3):
        """Return an expression that mostly has a type, or converts to it."""
        candidates = [path for name, known in scope.typed for path in self.paths(name, known, type_)]
        if candidates and self.chance.random() < 0.45:
            path = self.chance.choice(candidates)
            return f"try({path}, {self.literal(type_)})" if "]" in path else path
        if depth <= 0 or self.chance.random() < 0.12:
            return self.literal(type_)
        if self.chance.random() < 0.25:
            return self.anything(type_, scope, depth - 1)
        return _EXPRESSIONS.get(type_[0], Modules.literal_of)(self, type_, scope, depth - 1)

    def literal_of(self, type_, _scope, _depth):
        """Write a literal."""
        return self.literal(type_)

    def paths(self, name, known, wanted, depth=3):
        """Yield what of a typed name has the wanted type."""
        if wanted in (known, ANY):
            yield name
        for step, inner in self.steps(known) if depth > 0 else ():
            yield from self.paths(f"{name}{step}", inner, wanted, depth - 1)

    def steps(self, known):
        """Yield the steps into a type, with the types they lead to; into lists and maps now and then."""
        match known:
            case ("list" | "map" as kind, inner):
                if self.chance.random() < 0.3:
                    yield f"[{quoted(self.chance.choice(KEYS)) if kind == 'map' else 0}]", inner
                if kind == "list":
                    yield from ((f"[*]{step}", ("list", of)) for step, of in self.steps(inner) if step[0] == ".")
            case ("object", attributes):
                yield from ((f".{key}", inner) for key, inner, _ in attributes if key.isidentifier())
            case ("tuple", items):
                yield from ((f"[{index}]", inner) for index, inner in enumerate(items))

    def anything(self, type_, scope, depth):
        """Return what there is for every type: a choice, a fallback, a wrapped value."""
        value = self.expression(type_, scope, depth)
        match self.chance.randrange(8):
            case 0 | 1 if type_[0] in ("string", "number", "bool") or self.chance.random() < 0.2:
                return f"({self.expression(BOOL, scope, depth)} ? {value} : {self.expression(type_, scope, depth)})"
            case 2:
                return f"try({self.expression(type_, scope, depth)}, {value})"
            case 3:
                return f"try({self.of_any(scope, depth)}, {value})"
            case 4:
                return f"try(coalesce({self.expression(type_, scope, depth)}, {value}), {value})"
            case 5 if scope.typed:
                return f"sensitive({value})"
            case 6:
                return f"one([{value}])"
        key = quoted(self.chance.choice(KEYS))
        return f"lookup({self.expression(('map', type_), scope, depth)}, {key}, {value})"

    def of_any(self, scope, depth):
        """Return an expression of no type in particular."""
        self.wild.roots = tuple(name for name, _ in scope.typed) + tuple(scope.loose)
        return self.wild.expression(depth)

    def string(self, _type, scope, depth):
        """Return a text."""
        value = self.expression(STRING, scope, depth)
        match self.chance.randrange(10):
            case 0 | 1:
                return (
                    f'"{self.chance.choice(("a-", "x ", ""))}${{{value}}}-${{{self.expression(STRING, scope, depth)}}}"'
                )
            case 2:
                return f"{self.chance.choice(('upper', 'lower', 'title', 'trimspace', 'md5'))}({value})"
            case 3:
                return (
                    f'join("{self.chance.choice(("-", ",", ""))}", {self.expression(("list", STRING), scope, depth)})'
                )
            case 4:
                return f'format("%s/%v", {value}, {self.expression(self.type(1), scope, depth)})'
            case 5:
                return f"jsonencode({self.expression(self.type(), scope, depth)})"
            case 6:
                pattern, put = self.chance.choice(("a", "/[^a-z]/", "-")), self.chance.choice(("", "_"))
                return f'replace({value}, "{pattern}", "{put}")'
            case 7:
                items = self.expression(("map", STRING), scope, depth)
                return f'"%{{ for k, v in {items} }}${{k}}=${{v}};%{{ endfor }}"'
            case 8:
                condition = self.expression(BOOL, scope, depth)
                return f'"%{{ if {condition} }}${{{value}}}%{{ else }}no%{{ endif }}"'
        return f"tostring({self.expression(self.chance.choice((NUMBER, BOOL, STRING)), scope, depth)})"

    def number(self, _type, scope, depth):
        """Return a number."""
        value = self.expression(NUMBER, scope, depth)
        match self.chance.randrange(5):
            case 0:
                counted = self.chance.choice((("list", STRING), ("map", NUMBER), STRING))
                return f"length({self.expression(counted, scope, depth)})"
            case 1:
                return f"({value} {self.chance.choice('+-*')} {self.expression(NUMBER, scope, depth)})"
            case 2:
                return f"{self.chance.choice(('max', 'min'))}({value}, {self.expression(NUMBER, scope, depth)})"
            case 3:
                return f"sum(concat([0], {self.expression(('list', NUMBER), scope, depth)}))"
        return f"floor({value} / 2)"

    def bool(self, _type, scope, depth):
        """Return a truth."""
        match self.chance.randrange(7):
            case 0:
                kind = self.type(1)
                operator = self.chance.choice(("==", "!="))
                return f"({self.expression(kind, scope, depth)} {operator} {self.expression(kind, scope, depth)})"
            case 1:
                operator = self.chance.choice(("<", ">=", ">"))
                return f"({self.expression(NUMBER, scope, depth)} {operator} {self.expression(NUMBER, scope, depth)})"
            case 2:
                operator = self.chance.choice(("&&", "||"))
                return f"({self.expression(BOOL, scope, depth)} {operator} {self.expression(BOOL, scope, depth)})"
            case 3:
                return f"!{self.expression(BOOL, scope, depth)}"
            case 4:
                texts = self.expression(("list", STRING), scope, depth)
                return f"contains({texts}, {self.expression(STRING, scope, depth)})"
            case 5:
                return f"can({self.of_any(scope, depth)})"
        return f"alltrue({self.expression(('list', BOOL), scope, depth)})"

    def list(self, type_, scope, depth):
        """Return a list."""
        inner = type_[1]
        match self.chance.randrange(7):
            case 0:
                return (
                    "[" + ", ".join(self.expression(inner, scope, depth) for _ in range(self.chance.randrange(4))) + "]"
                )
            case 1 | 2:
                return self.loop(("[", "]"), "", inner, scope, depth)
            case 3:
                return f"concat({self.expression(type_, scope, depth)}, {self.expression(type_, scope, depth)})"
            case 4:
                return f"values({self.expression(('map', inner), scope, depth)})"
            case 5:
                return (
                    f"{self.chance.choice(('distinct', 'reverse', 'tolist'))}({self.expression(type_, scope, depth)})"
                )
        return f"flatten([{self.expression(type_, scope, depth)}, [{self.expression(type_, scope, depth)}]])"

    def set(self, type_, scope, depth):
        """Return a set."""
        if self.chance.random() < 0.3:
            return f"setunion({self.expression(type_, scope, depth)}, {self.expression(type_, scope, depth)})"
        return f"toset({self.expression(('list', type_[1]), scope, depth)})"

    def map(self, type_, scope, depth):
        """Return a map."""
        inner = type_[1]
        match self.chance.randrange(5):
            case 0:
                keys = self.chance.sample(KEYS, self.chance.randrange(4))
                return (
                    "{ " + ", ".join(f"{quoted(key)} = {self.expression(inner, scope, depth)}" for key in keys) + " }"
                )
            case 1 | 2:
                return self.loop(("{", "}"), "k => ", inner, scope, depth)
            case 3:
                return f"merge({self.expression(type_, scope, depth)}, {self.expression(type_, scope, depth)})"
        keys = self.chance.sample(KEYS, 2)
        pair = f"[{self.expression(inner, scope, depth)}, {self.expression(inner, scope, depth)}]"
        return f"zipmap([{quoted(keys[0])}, {quoted(keys[1])}], {pair})"

    def object(self, type_, scope, depth):
        """Return an object."""
        return braced((name, self.expression(inner, scope, depth)) for name, inner in self.attributes(type_))

    def tuple(self, type_, scope, depth):
        """Return a tuple."""
        return listed(self.expression(inner, scope, depth) for inner in type_[1])

    def loop(self, brackets, key, inner, scope, depth):
        """Return a `for` over a map or a list."""
        over = self.type(1)
        kind = "map" if key or self.chance.random() < 0.5 else "list"
        names = [("v", over), ("k", STRING if kind == "map" else NUMBER)]
        condition = f" if {self.expression(BOOL, scope.inside(*names), depth)}" if self.chance.random() < 0.25 else ""
        value = self.expression(inner, scope.inside(*names), depth)
        collection = self.expression((kind, over), scope, depth)
        return f"{brackets[0]}for k, v in {collection} : {key}{value}{condition}{brackets[1]}"


_EXPRESSIONS: dict[str, Callable] = {
    "string": Modules.string,
    "number": Modules.number,
    "bool": Modules.bool,
    "list": Modules.list,
    "set": Modules.set,
    "map": Modules.map,
    "object": Modules.object,
    "tuple": Modules.tuple,
}
