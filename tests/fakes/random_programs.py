"""Random expressions, bodies and files of Terraform's language, the same for the same random state."""

import json
import random
import string

from auditor.hcl.functions.table import FUNCTIONS

# Their results depend on the clock, the disk or chance, or their parameter is a key that no generator hits.
IMPURE = frozenset(
    {"timestamp", "plantimestamp", "uuid", "bcrypt", "rsadecrypt", "abspath", "pathexpand", "ephemeralasnull"}
)
ON_DISK = frozenset(name for name in FUNCTIONS if name.startswith(("file", "templatefile")))
PURE = sorted(name for name in FUNCTIONS if name not in IMPURE | ON_DISK and "::" not in name)

TEXTS = (
    "", "a", "b", "prod", "A-b_c", " x ", "1", "1.5", "true", "null", "a,b,c", "é", "e\u0301", "日本", "👩‍👩‍👧", "ß",
    "2024-02-29T12:00:00Z", "10.0.0.0/8", "192.168.1.0/28", "fe80::/64", "%s-%d", "%05.2f", "%q %v %#v", "[a-z]+",
    "(?P<n>a)(b)?", '{"a": [1, null]}', "a: [1, 2]\n", "YWJj", "line\nbreak", "\t", "<&>", "x" * 70, "1h30m", "-7",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/t", "%", "${", "\\",
)  # fmt: skip
NUMBERS = (
    "0", "1", "2", "3", "7", "10", "16", "36", "1.5", "0.1", "2.50", "1e3", "1e-7", "123456789012345678901234567890",
    "9007199254740993", "0.30000000000000004", "255", "1000000", "3.14159",
)  # fmt: skip
BINARY = ("+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||")
NAMES = ("k", "v", "x", "name")
KEYS = ("a", "b", "id", "name", "1", "x-y")
TYPES = ("string", "number", "bool", "list(string)", "set(number)", "map(any)", "any", "object({ a = string })")
MARKS = (
    *"\"'`{}[]()<>=!&|?:;,.#/*+-%$~\\\n\r\t @^",
    "${", "%{", "~}", "<<E\n", "<<-E\n", "\nE\n", '""', "/*", "*/", "//", "...", "::", "=>", "for ", "if ", "in ",
    "%{ if ", "%{ for x in ", "%{ endif }", "\\u00e9", "\\U0001F600", "\ufeff", "\x00", "\u2028", "é", "1e9999", "0x",
    "[*]", ".*.", "null", 'dynamic "x" {', "each.value", "-" * 30, "(" * 60, "[" * 60, "!" * 40,
)  # fmt: skip


def quoted(text):
    """Write a text as a string literal."""
    written = json.dumps(text, ensure_ascii=False)
    return written.replace("\\b", "\\u0008").replace("\\f", "\\u000c").replace("${", "$${").replace("%{", "%%{")


class Programs:
    """A source of programs; `functions` are the names that calls may use."""

    def __init__(self, chance: random.Random, functions=tuple(PURE), roots=()):
        self.chance = chance
        self.functions = functions
        self.roots = roots

    def expression(self, depth=4, bound=()):
        """Return an expression; often well-typed, sometimes not."""
        if depth <= 0 or self.chance.random() < 0.15:
            return self.leaf(bound)
        make = self.chance.choice(_WAYS)
        return make(self, depth - 1, tuple(bound))

    def leaf(self, bound=()):
        """Return a literal or a name."""
        names = (*bound, *self.roots)
        kind = self.chance.random()
        if names and kind < 0.4:
            return self.chance.choice(names)
        if kind < 0.7:
            return quoted(self.chance.choice(TEXTS))
        if kind < 0.9:
            return self.chance.choice(NUMBERS)
        return self.chance.choice(("true", "false", "null", "[]", "{}"))

    def call(self, depth, bound):
        """Return a call with about as many arguments as the function takes."""
        name = self.chance.choice(self.functions)
        function = FUNCTIONS[name]
        count = len(function.parameters) + (self.chance.randrange(4) if function.variadic else 0)
        if self.chance.random() < 0.03:
            count = self.chance.randrange(5)
        arguments = [self.expression(depth, bound) for _ in range(count)]
        if arguments and self.chance.random() < 0.05:
            arguments[-1] = f"[{arguments[-1]}]..."
        return f"{name}({', '.join(arguments)})"

    def binary(self, depth, bound):
        """Return an operation on two parts, or one."""
        if self.chance.random() < 0.2:
            return f"{self.chance.choice(('-', '!'))}({self.expression(depth, bound)})"
        return f"({self.expression(depth, bound)} {self.chance.choice(BINARY)} {self.expression(depth, bound)})"

    def conditional(self, depth, bound):
        """Return a choice."""
        return f"({self.condition(depth, bound)} ? {self.expression(depth, bound)} : {self.expression(depth, bound)})"

    def condition(self, depth, bound):
        """Return what is mostly a bool."""
        if self.chance.random() < 0.3:
            return self.chance.choice(("true", "false"))
        operator = self.chance.choice(BINARY[5:])
        return f"({self.expression(depth, bound)} {operator} {self.expression(depth, bound)})"

    def tuple(self, depth, bound):
        """Return a tuple."""
        return "[" + ", ".join(self.expression(depth, bound) for _ in range(self.chance.randrange(4))) + "]"

    def object(self, depth, bound):
        """Return an object."""
        items = []
        for _ in range(self.chance.randrange(4)):
            key = quoted(self.chance.choice(KEYS))
            if self.chance.random() < 0.1:
                key = f"({self.expression(depth, bound)})"
            items.append(f"{key} = {self.expression(depth, bound)}")
        return "{ " + ", ".join(items) + " }"

    def loop(self, depth, bound):
        """Return a `for` expression of either kind."""
        names = self.chance.sample(NAMES, self.chance.choice((1, 2)))
        inner = (*bound, *names)
        head = f"for {', '.join(names)} in {self.collection(depth, bound)} :"
        condition = f" if {self.condition(depth, inner)}" if self.chance.random() < 0.3 else ""
        result = self.expression(depth, inner)
        if self.chance.random() < 0.5:
            return f"[{head} {result}{condition}]"
        grouped = "..." if self.chance.random() < 0.3 else ""
        return f"{{{head} {self.expression(depth, inner)} => {result}{grouped}{condition}}}"

    def collection(self, depth, bound):
        """Return what is mostly a collection."""
        return self.chance.choice((Programs.tuple, Programs.object, Programs.call))(self, depth, bound)

    def steps(self, depth, bound):
        """Return a step, an index or a splat."""
        subject = self.collection(depth, bound)
        kind = self.chance.randrange(5)
        if kind == 0:
            return f"{subject}.{self.chance.choice(KEYS[:4])}"
        if kind == 1:
            return f"{subject}[{self.expression(depth, bound)}]"
        if kind == 2:
            return f"{subject}[*]" + self.chance.choice(("", ".a", "[0]", ".id"))
        if kind == 3:
            return f"{subject}.*" + self.chance.choice(("", ".a", ".name"))
        return f"{subject}[{self.chance.choice(('0', '1', quoted('a')))}]"

    def template(self, depth, bound):
        """Return a string template."""
        parts = []
        for _ in range(self.chance.randrange(1, 4)):
            kind = self.chance.random()
            strip = self.chance.choice(("", "", "~"))
            if kind < 0.4:
                # A blank behind it: a mark at its end would escape the opening of the next part.
                parts.append(quoted(self.chance.choice(TEXTS))[1:-1] + " ")
            elif kind < 0.8:
                parts.append(f"${{{strip}{self.expression(depth, bound)}{strip}}}")
            elif kind < 0.9:
                body = quoted(self.chance.choice(TEXTS))[1:-1] + " "
                parts.append(f"%{{{strip} if {self.condition(depth, bound)} }}{body}%{{ else }} - %{{ endif {strip}}}")
            else:
                collection = self.collection(depth, bound)
                parts.append(f"%{{{strip} for x in {collection} }}${{x}} %{{ endfor {strip}}}")
        return '"' + "".join(parts) + '"'

    def body(self, depth=3, lines=4):
        """Return attributes and blocks, as a file holds them."""
        found = []
        for _ in range(self.chance.randrange(1, lines + 1)):
            name = self.chance.choice(string.ascii_lowercase) + str(len(found))
            kind = self.chance.random()
            if kind < 0.5 or depth <= 0:
                found.append(f"{name} = {self.expression(depth)}\n")
            elif kind < 0.6:
                text = self.chance.choice(TEXTS).replace("${", "$").replace("%{", "%")
                mark = self.chance.choice(("<<E", "<<-E"))
                found.append(f"{name} = {mark}\n  {text}\n  ${{{self.expression(1)}}}\n  E\n")
            elif kind < 0.7:
                found.append(self.chance.choice(("# note\n", "// note\n", "/* a\n b */\n", "\n")))
            else:
                labels = "".join(f" {quoted(self.chance.choice(KEYS))}" for _ in range(self.chance.randrange(3)))
                found.append(f"{name}{labels} {{\n{self.body(depth - 1)}}}\n")
        return "".join(found)

    def mutated(self, text):
        """Return a text with some of it left out, doubled, moved, or replaced by what means something somewhere."""
        for _ in range(self.chance.randrange(1, 5)):
            start = self.chance.randrange(len(text) + 1)
            end = min(len(text), start + self.chance.choice((0, 0, 1, 1, 2, 5, 20)))
            kind = self.chance.randrange(4)
            if kind == 0:
                middle = self.chance.choice(MARKS)
            elif kind == 1:
                middle = text[start:end] * 2
            elif kind == 2:
                other = self.chance.randrange(len(text) + 1)
                middle = text[other : other + 10]
            else:
                middle = ""
            text = text[:start] + middle + text[end:]
        return text

    def json_value(self, depth=4):
        """Return a value as JSON syntax of Terraform holds it."""
        kind = self.chance.random()
        if depth <= 0 or kind < 0.5:
            leaf = self.chance.random()
            if leaf < 0.5:
                return self.chance.choice(TEXTS)
            if leaf < 0.7:
                return f"${{{self.expression(2)}}}"
            return self.chance.choice((None, True, False, 0, 1.5, 10**30, -1))
        if kind < 0.7:
            return [self.json_value(depth - 1) for _ in range(self.chance.randrange(4))]
        keys = (*KEYS, "resource", "dynamic", "//", "locals", "variable", "content", "for_each")
        return {self.chance.choice(keys): self.json_value(depth - 1) for _ in range(self.chance.randrange(4))}


_WAYS = (
    Programs.call, Programs.call, Programs.call, Programs.binary, Programs.conditional, Programs.tuple,
    Programs.object, Programs.loop, Programs.steps, Programs.template,
)  # fmt: skip
