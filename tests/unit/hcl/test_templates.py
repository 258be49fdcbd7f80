import pytest

from auditor.hcl import types, values
from auditor.hcl.console import EmptyScope
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.parser import parse_expression
from auditor.hcl.source import SourceFile
from auditor.hcl.values import SENSITIVE, Undecided


class Scope(EmptyScope):
    def resolve(self, name, steps, /):
        found = {
            "text": values.string("hello ${name}%{ if loud }!%{ endif }"),
            "nested": values.string("${templatefile(path, {})}"),
            "later": values.unknown(types.STRING, values.not_evaluable("later")),
            "secret": values.string("s").marked(frozenset({SENSITIVE})),
        }
        return (found[steps[0]], 1) if name == "local" else super().resolve(name, steps)


@pytest.fixture
def run(tmp_path):
    (tmp_path / "t.tftpl").write_text("${jsonencode({ n = n })}")
    (tmp_path / "number.tftpl").write_text("${n}")
    scope = Scope(Surroundings(tmp_path, tmp_path))

    def result(expression):
        source = SourceFile("main.tf", expression)
        return evaluate(parse_expression(source), scope, source)

    return result


def test_a_template_sees_its_variables_only(run):
    assert run('templatestring(local.text, { name = "Ana", loud = true })').content == "hello Ana!"
    with pytest.raises(EvaluationError, match=r'vars map does not contain key "loud", referenced at .*:1,20-24'):
        run('templatestring(local.text, { name = "Ana" })')


def test_a_file_of_one_interpolation_keeps_its_type(run):
    assert run('templatefile("number.tftpl", { n = [1] })').type == types.TupleType((types.NUMBER,))
    assert run('templatefile("t.tftpl", { n = 1 })').content == '{"n":1}'


def test_templates_do_not_call_for_templates(run):
    with pytest.raises(EvaluationError, match="cannot recursively call templatefile"):
        run('templatestring(local.nested, { path = "t.tftpl" })')


def test_unknown_and_sensitive_variables_go_through(run):
    assert isinstance(run('templatefile("number.tftpl", { n = local.later })').content, Undecided)
    assert isinstance(run("templatestring(local.later, {})").content, Undecided)
    assert run('templatefile("number.tftpl", { n = local.secret })').sensitive


def test_variables_that_can_not_be_named(run):
    with pytest.raises(EvaluationError, match="invalid template variable name"):
        run('templatefile("t.tftpl", { "1x" = 1, n = 1 })')


def test_files_outside_of_the_project_are_not_read(run):
    assert "outside" in run('templatefile("../x", {})').content.cause.detail
