"""The second reading: agreement, disagreement, known faults, the deadline."""

import os
import time

import pytest

from auditor.hcl import second_reader
from auditor.hcl.second_reader import compared, start
from auditor.hcl.second_shape import theirs
from auditor.hcl.source import SourceFile

TEXT = """resource "aws_dynamodb_table" "t" {
  name = "${var.a}-x"
  size = -35 + 2 * var.b[0].c
  tags = { for k, v in var.m : k => v... if k != "" }
  list = [for x in var.l[*].n : upper(x)]
  text = <<-E
    ${var.a}
  E
  ttl {
    enabled = !true
  }
}
"""


def test_both_readers_agree():
    result = compared("main.tf", TEXT)
    assert result["agreed"] > 40
    assert result["disagreed"] == result["known_faults"] == []


def test_a_difference_is_told_with_its_place(monkeypatch):
    monkeypatch.setattr("auditor.hcl.second_shape.theirs", lambda text: theirs(text.replace("35", "36")))
    assert compared("main.tf", TEXT)["disagreed"] == ["main.tf: block resource aws_dynamodb_table t > attribute size"]


@pytest.mark.parametrize("text", ['locals {\n  a = "${~ var.s ~}"\n}\n', "locals {\n  a = var.l.*.n[0]\n}\n"])
def test_known_faults_are_told_apart(text):
    result = compared("main.tf", text)
    assert result["known_faults"]
    assert result["disagreed"] == []


def test_in_a_process_of_its_own():
    files = [SourceFile("a.tf", TEXT), SourceFile("b.tf", "locals {\n  a = 1\n}\n"), SourceFile("c.tf.json", "{}")]
    result = start(files).result(60)
    assert result["not_finished"] == []
    assert result["agreed"] == compared("a.tf", TEXT)["agreed"] + compared("b.tf", files[1].text)["agreed"]


@pytest.fixture
def endless(monkeypatch):
    monkeypatch.setattr(second_reader, "compared", lambda *_: time.sleep(60))


def gone(process):
    with pytest.raises(ChildProcessError):
        os.waitpid(process, os.WNOHANG)
    return True


def test_the_deadline_ends_it():
    reading = start([SourceFile("a.tf", TEXT)])
    result = reading.result(0)
    assert gone(reading.process)
    assert result is reading.result(60)
    assert result["not_finished"] in (["a.tf"], [])


def test_what_is_not_finished_is_named(endless):
    assert start([SourceFile("a.tf", TEXT)]).result(0.1)["not_finished"] == ["a.tf"]


def test_a_fault_of_the_reading_is_a_file_not_finished(monkeypatch, capfd):
    def only_one(path, _):
        if path == "b.tf":
            raise MemoryError
        return {"agreed": 1, "disagreed": [], "known_faults": []}

    monkeypatch.setattr(second_reader, "compared", only_one)
    result = start([SourceFile("a.tf", TEXT), SourceFile("b.tf", TEXT)]).result(60)
    assert (result["agreed"], result["not_finished"]) == (1, ["b.tf"])
    assert capfd.readouterr() == ("", "")


def test_what_fails_meanwhile_ends_it(endless):
    reading = start([SourceFile("a.tf", TEXT)])
    with pytest.raises(ZeroDivisionError), reading:
        raise ZeroDivisionError
    assert gone(reading.process)


def test_where_there_can_be_no_process_nothing_is_finished(monkeypatch):
    def none_left():
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", none_left)
    with start([SourceFile("a.tf", TEXT)]) as reading:
        assert reading.result(5)["not_finished"] == ["a.tf"]
