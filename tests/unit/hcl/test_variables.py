"""Input variables: declarations, precedence, conversion, what is said about them."""

import pytest

from auditor.hcl import load
from auditor.model.errors import HclSyntaxError, SourceError

DECLARED = """
variable "a" {
  type    = string
  default = "default"
}
output "a" {
  value = var.a
}
"""


def value(configuration, name="a"):
    return configuration.outputs[name].value.content


def test_sources_in_order(write, tmp_path):
    root = write(**{"main.tf": DECLARED})
    seen = [value(load(root))]
    seen.append(value(load(root, environment_variables={"TF_VAR_a": "environment"})))
    for name, text in [
        ("terraform.tfvars", 'a = "tfvars"'),
        ("terraform.tfvars.json", '{"a": "json"}'),
        ("B.auto.tfvars", 'a = "B"'),
        ("a.auto.tfvars.json", '{"a": "a"}'),
    ]:
        (root / name).write_text(text + "\n")
        seen.append(value(load(root, environment_variables={"TF_VAR_a": "environment"})))
    file = tmp_path / "given.tfvars"
    file.write_text('a = "file"\n')
    seen.append(value(load(root, given=[file])))
    seen.append(value(load(root, given=[file, ("a", "option")])))
    seen.append(value(load(root, given=[("a", "option"), file])))
    assert seen == ["default", "environment", "tfvars", "json", "B", "a", "file", "option", "file"]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("a = upper(1)", "Function calls not allowed"),
        ("a = var.b", "Variables not allowed"),
        ('a = ["x"]', "Invalid value for input variable"),
    ],
)
def test_values_that_terraform_refuses_become_unknown(write, text, summary):
    configuration = load(write(**{"main.tf": DECLARED, "terraform.tfvars": text + "\n"}))
    assert [diagnostic.summary for diagnostic in configuration.diagnostics] == [summary]
    assert configuration.outputs["a"].value.content.cause.references == ("var.a",)


def test_an_undeclared_name_in_a_file_is_a_warning(write):
    configuration = load(write(**{"main.tf": DECLARED, "terraform.tfvars": "b = 1\n"}))
    (diagnostic,) = configuration.diagnostics
    assert (diagnostic.severity, diagnostic.summary) == ("warning", "Value for undeclared variable")
    assert str(diagnostic.place) == "terraform.tfvars:1:1"


def test_blocks_in_values_files_are_refused(write):
    with pytest.raises(HclSyntaxError, match="Unexpected block"):
        load(write(**{"main.tf": DECLARED, "terraform.tfvars": "b {}\n"}))


@pytest.mark.parametrize("name", ["terraform.tfvars", "x.auto.tfvars"])
def test_a_folder_in_the_place_of_a_values_file_is_refused_as_terraform_does(write, name):
    root = write(**{"main.tf": DECLARED})
    (root / name).mkdir()
    with pytest.raises(SourceError, match="no regular file"):
        load(root)


def test_a_link_that_leads_nowhere_is_refused_but_for_the_first_file(write):
    root = write(**{"main.tf": DECLARED})
    (root / "terraform.tfvars").symlink_to("nowhere")
    assert value(load(root)) == "default"
    (root / "x.auto.tfvars").symlink_to("nowhere")
    with pytest.raises(SourceError, match="can't be read"):
        load(root)


def test_a_name_that_stands_twice_in_json_is_refused(write):
    with pytest.raises(HclSyntaxError, match="Duplicate argument"):
        load(write(**{"main.tf": DECLARED, "x.auto.tfvars.json": '{"a": "1", "a": "2"}'}))


def test_a_values_file_that_is_not_there(write, tmp_path):
    with pytest.raises(SourceError):
        load(write(**{"main.tf": DECLARED}), given=[tmp_path / "gone.tfvars"])


@pytest.mark.parametrize(
    ("declaration", "given", "expected"),
    [
        ("default = 1", "null", None),
        ("default = 1\n  nullable = false", "null", 1),
        ("type = number", '"5"', 5),
        ("type = bool", '"true"', True),
    ],
)
def test_null_and_conversion(write, declaration, given, expected):
    main = f'variable "a" {{\n  {declaration}\n}}\noutput "a" {{\n  value = var.a\n}}\n'
    assert value(load(write(**{"main.tf": main, "terraform.tfvars": f"a = {given}\n"}))) == expected


@pytest.mark.parametrize("wrong", ['type = number\n  default = "x"', "default  = null\n  nullable = false"])
def test_a_default_that_does_not_fit_is_told(loaded, wrong):
    configuration = loaded(f'variable "a" {{\n  {wrong}\n}}\n')
    assert [diagnostic.summary for diagnostic in configuration.diagnostics] == ["Invalid default value for variable"]


def test_arguments_that_the_module_does_not_declare(loaded):
    configuration = loaded('module "m" {\n  source = "./m"\n  extra  = 1\n}\n', {"m/main.tf": 'variable "needed" {}\n'})
    summaries = [diagnostic.summary for diagnostic in configuration.diagnostics]
    assert sorted(summaries) == ["No value for required variable", "Unsupported argument"]
