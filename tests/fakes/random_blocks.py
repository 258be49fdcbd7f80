"""The blocks of random modules: variables, locals, resources, calls, outputs."""

from random_modules import ANY, BOOL, KEYS, NUMBER, STRING, Modules, Scope
from random_programs import quoted


class Writer:
    """Writes one module, and those it calls."""

    def __init__(self, modules: Modules, folder: str, *, top: bool):
        self.make = modules
        self.chance = modules.chance
        self.folder = folder
        self.top = top
        self.scope = Scope()
        self.lines: list[str] = []
        self.files: dict[str, str] = {}
        self.variables: list[tuple[str, tuple, bool]] = []
        """Names, types, and whether a value must be given."""
        self.outputs: list[tuple[str, tuple]] = []

    def written(self, depth: int) -> "Writer":
        """Write everything; return itself."""
        for index in range(self.chance.randrange(1, 4)):
            self.variable(f"v{index}")
        steps = [self.local, self.local, self.local, self.resource]
        steps += [lambda name: self.call(name, depth - 1)] * 2 if depth > 0 else []
        steps += [self.table, self.document] if self.make.aws else []
        for index in range(self.chance.randrange(2, 6)):
            self.chance.choice(steps)(str(index))
        for index in range(self.chance.randrange(1, 4)):
            self.output(f"o{index}")
        self.files[f"{self.folder}main.tf"] = "\n".join(self.lines) + "\n"
        return self

    def variable(self, name: str) -> None:
        """Declare an input."""
        type_ = self.make.type()
        optional = self.top or self.chance.random() < 0.5
        body = [] if self.chance.random() < 0.1 else [f"type = {self.make.constraint(type_)}"]
        if optional:
            self.make.whole = not body
            body.append(f"default = {self.make.literal(type_)}")
            self.make.whole = True
        for flag in ("nullable = false", "sensitive = true"):
            body += [flag] if self.chance.random() < 0.12 else []
        if self.chance.random() < 0.2:
            condition = self.make.expression(BOOL, Scope([(f"var.{name}", type_), *self.scope.typed]), 2)
            body.append(f"validation {{\n condition = ({condition}) || length(jsonencode(var.{name})) >= 0\n")
            body.append(' error_message = "no"\n}')
        self.lines.append(f'variable "{name}" {{\n  ' + "\n  ".join(body) + "\n}")
        self.variables.append((name, type_, not optional))
        self.scope.typed.append((f"var.{name}", type_))

    def local(self, name: str) -> None:
        """Declare a local value."""
        if self.chance.random() < 0.2:
            text = f"try({self.make.of_any(self.scope, 3)}, {self.make.literal(ANY)})"
            self.scope.loose.append(f"local.l{name}")
        else:
            type_ = self.make.type()
            text = self.make.expression(type_, self.scope)
            self.scope.typed.append((f"local.l{name}", type_))
        self.lines.append(f"locals {{\n  l{name} = {text}\n}}")

    def repetition(self) -> tuple[str, str, Scope]:
        """Return what repeats a block, its argument, and the scope inside."""
        pick = self.chance.random()
        if pick < 0.4:
            return "", "", self.scope
        if pick < 0.6:
            flag = self.make.expression(BOOL, self.scope, 1)
            count = self.chance.choice(("0", "1", "2", "3", f"nonsensitive({flag}) ? 1 : 0"))
            return "count", f"  count = {count}\n", self.scope.inside(("count.index", NUMBER))
        if pick < 0.75:
            given = self.make.expression(("list", STRING), self.scope, 2)
            each = [("each.key", STRING), ("each.value", STRING)]
            kept = f"[for s in {given} : nonsensitive(s) if nonsensitive(s) != null]"
            return "for_each", f"  for_each = nonsensitive(toset({kept}))\n", self.scope.inside(*each)
        type_ = self.make.type(1)
        each = [("each.key", STRING), ("each.value", type_)]
        given = self.make.expression(("map", type_), self.scope, 2)
        return "for_each", f"  for_each = nonsensitive({given})\n", self.scope.inside(*each)

    def known(self, by: str, block: str, name: str, type_: tuple) -> None:
        """Add to the scope what references to a repeated block give."""
        if not by:
            self.scope.typed.append((f"{block}.{name}", type_))
        elif by == "count":
            self.scope.typed.append((f"{block}[*].{name}", ("list", type_)))
            self.scope.loose += [f"{block}[0].{name}", block]
        else:
            self.scope.typed.append((f"{{ for k, o in {block} : k => o.{name} }}", ("map", type_)))
            self.scope.typed.append((f"values({block})[*].{name}", ("list", type_)))
            self.scope.loose += [f"{block}[{quoted(self.chance.choice(KEYS))}].{name}", block]

    def resource(self, name: str) -> None:
        """Declare a resource that Terraform itself provides."""
        by, argument, inside = self.repetition()
        type_ = self.make.type()
        text = self.make.expression(type_, inside)
        more = ""
        if self.chance.random() < 0.2:
            more = f"  triggers_replace = {self.make.expression(self.make.type(1), inside, 2)}\n"
        self.lines.append(f'resource "terraform_data" "r{name}" {{\n{argument}  input = {text}\n{more}}}')
        block = f"terraform_data.r{name}"
        self.known(by, block, "input", ANY if type_ == STRING else type_)
        self.known(by, block, "id", STRING)

    def call(self, name: str, depth: int) -> None:
        """Call a module of its own."""
        child = Writer(self.make, f"{self.folder}m{name}/", top=False).written(depth)
        self.files |= child.files
        by, argument, inside = self.repetition()
        self.make.whole = self.chance.random() < 0.5
        given = "".join(
            f"  {variable} = {self.make.expression(type_, inside, 2)}\n"
            for variable, type_, must in child.variables
            if must or self.chance.random() < 0.6
        )
        self.make.whole = True
        self.lines.append(f'module "m{name}" {{\n  source = "./m{name}"\n{argument}{given}}}')
        for output, type_ in child.outputs:
            self.known(by, f"module.m{name}", output, type_)

    def table(self, name: str) -> None:
        """Declare a table with dynamic blocks."""
        by, argument, inside = self.repetition()
        key = {
            "": f'"t{name}-x"',
            "count": f'"t{name}-${{count.index}}x"',
            "for_each": f'"t{name}-${{md5(each.key)}}"',
        }[by]
        keys = self.chance.sample(("id", "at", "user", "day"), self.chance.randrange(1, 4))
        indexes = ", ".join(f'{{ name = "by-{each}", key = "{each}" }}' for each in keys[1:])
        flag, tags = self.make.expression(BOOL, inside, 2), self.make.expression(("map", STRING), inside, 2)
        self.lines.append(f"""resource "aws_dynamodb_table" "t{name}" {{
{argument}  name = {key}
  billing_mode = try({flag}, true) == false ? "PROVISIONED" : "PAY_PER_REQUEST"
  read_capacity = try({flag}, true) == false ? 1 : null
  write_capacity = try({flag}, true) == false ? 2 : null
  hash_key = "{keys[0]}"
  dynamic "attribute" {{
    for_each = toset({json_list(keys)})
    iterator = it
    content {{
      name = it.key
      type = it.value == "at" ? "N" : "S"
    }}
  }}
  dynamic "global_secondary_index" {{
    for_each = {{ for i in [{indexes}] : i.name => i }}
    content {{
      name = global_secondary_index.key
      hash_key = global_secondary_index.value.key
      projection_type = "ALL"
      read_capacity = try({flag}, true) == false ? 1 : null
      write_capacity = try({flag}, true) == false ? 1 : null
    }}
  }}
  dynamic "ttl" {{
    for_each = try({self.make.expression(BOOL, inside, 2)}, false) == true ? ["e"] : []
    content {{
      enabled = true
      attribute_name = ttl.value
    }}
  }}
  tags = {{ for k, v in {tags} : "t${{k}}" => v == "" ? "-" : v }}
}}""")
        self.known(by, f"aws_dynamodb_table.t{name}", "name", STRING)
        self.known(by, f"aws_dynamodb_table.t{name}", "arn", STRING)
        self.known(by, f"aws_dynamodb_table.t{name}", "tags", ("map", STRING))

    def document(self, name: str) -> None:
        """Read a policy document with dynamic statements."""
        by, argument, inside = self.repetition()
        type_ = self.chance.choice((("list", STRING), ("map", STRING)))
        inner = inside.inside(("statement.value", STRING))
        self.lines.append(f"""data "aws_iam_policy_document" "d{name}" {{
{argument}  dynamic "statement" {{
    for_each = {self.make.expression(type_, inside, 2)}
    content {{
      sid = "S${{md5(statement.key)}}"
      effect = try({self.make.expression(BOOL, inner, 1)}, true) == true ? "Allow" : "Deny"
      actions = ["s3:Get*", {self.make.expression(STRING, inner, 1)}]
      resources = [for r in {self.make.expression(("list", STRING), inner, 1)} : r if r != null]
      dynamic "condition" {{
        for_each = {self.make.expression(("map", STRING), inner, 1)}
        iterator = c
        content {{
          test = "StringEquals"
          variable = c.key
          values = [c.value == null ? "x" : c.value]
        }}
      }}
    }}
  }}
}}""")
        self.known(by, f"data.aws_iam_policy_document.d{name}", "json", STRING)

    def output(self, name: str) -> None:
        """Declare an output."""
        type_ = self.make.type()
        text = self.make.expression(type_, self.scope)
        if self.chance.random() < 0.2:
            text = f"try({self.make.of_any(self.scope, 3)}, null)"
            type_ = ANY
        self.lines.append(f'output "{name}" {{\n  value = {text}\n  sensitive = true\n}}')
        self.outputs.append((name, type_))


def json_list(texts: list[str]) -> str:
    """Write a list of texts."""
    return "[" + ", ".join(map(quoted, texts)) + "]"
