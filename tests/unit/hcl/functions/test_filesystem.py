from pathlib import Path

import pytest

from auditor.hcl import values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions import filesystem
from auditor.hcl.functions.specification import Surroundings, call
from auditor.hcl.functions.table import FUNCTIONS
from auditor.hcl.values import Undecided


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    module = root / "envs" / "prod"
    module.mkdir(parents=True)
    (root / "outer.txt").write_text("outer")
    (module / "own.txt").write_text("own")
    (module / ".hidden").mkdir()
    (module / ".hidden" / "a.json").write_text("{}")
    (tmp_path / "secret.txt").write_text("secret")
    (module / "link.txt").symlink_to(tmp_path / "secret.txt")
    return Surroundings(directory=module, project_root=root)


def run(name, surroundings, *texts):
    return call(FUNCTIONS[name], [values.string(text) for text in texts], surroundings)


def test_files_of_the_project_are_read(project):
    assert run("file", project, "own.txt").content == "own"
    assert run("file", project, "../../outer.txt").content == "outer"
    assert run("fileexists", project, "../../none.txt").content is False


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../secret.txt", "link.txt"])
@pytest.mark.parametrize("name", ["file", "filebase64", "filesha256", "fileexists"])
def test_files_outside_are_unknown_not_read(project, name, path):
    content = run(name, project, path).content
    assert isinstance(content, Undecided)
    assert "outside of the project" in content.cause.detail


def test_the_home_directory_is_unknown_unless_told(project):
    assert isinstance(run("pathexpand", project, "~/x").content, Undecided)
    told = Surroundings(project.directory, project.project_root, home="/home/tester")
    assert run("pathexpand", told, "~/x").content == "/home/tester/x"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["own.txt"]),
        ("**", [".hidden/a.json", "own.txt"]),
        ("**/*.json", [".hidden/a.json"]),
        ("{own,none}.txt", ["own.txt"]),
        ("o[a-z]n.tx?", ["own.txt"]),
        ("[^o]*", []),
        ("[!o]*", ["own.txt"]),
        ("a,b}", []),
    ],
)
def test_patterns(project, pattern, found):
    assert [item.content for item in run("fileset", project, ".", pattern).content] == found


@pytest.mark.parametrize("pattern", ["[", "{a", "a\\"])
def test_malformed_patterns(project, pattern):
    with pytest.raises(FunctionError, match="syntax error in pattern"):
        run("fileset", project, ".", pattern)


def test_too_many_files(project, monkeypatch):
    monkeypatch.setattr(filesystem, "_MOST_FILES", 1)
    with pytest.raises(FunctionLimit):
        run("fileset", project, ".", "**")


def test_a_file_that_is_too_large_is_unknown(project, monkeypatch):
    monkeypatch.setattr(filesystem, "_LARGEST_FILE", 2)
    assert "larger than" in run("file", project, "own.txt").content.cause.detail


def test_a_null_byte_in_a_path(project):
    with pytest.raises(FunctionError):
        run("file", project, "a\x00b")


@pytest.mark.parametrize(
    ("path", "directory", "name"),
    [("a//b/c", "a/b", "c"), ("/", "/", "/"), ("", ".", "."), ("x", ".", "x"), ("/a", "/", "a"), ("//a", "/", "a")],
)
def test_parts_of_paths(project, path, directory, name):
    assert (run("dirname", project, path).content, run("basename", project, path).content) == (directory, name)


def test_absolute_paths_start_at_the_root_module():
    assert run("abspath", Surroundings(Path("/p/envs"), Path("/p")), "../x").content == "/p/x"
