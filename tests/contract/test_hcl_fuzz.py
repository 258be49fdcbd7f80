"""Random programs, whole and broken: no error outside the tree, and no text that takes more than its length allows.

`make soak` goes through a million of them; AUDIT_FUZZ_FIRST and AUDIT_FUZZ_COUNT choose others.
"""

import json
import os
import random
import time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_programs import MARKS, Programs

from auditor.hcl.console import EmptyScope, eval_rows
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.json_syntax import parse_json, parse_json_values
from auditor.hcl.parser import parse
from auditor.hcl.source import SourceFile
from auditor.hcl.template import parse_template
from auditor.model.errors import HclSyntaxError

SCOPE = EmptyScope(Surroundings(Path("/nowhere"), Path("/nowhere")))
CHARACTERS = sorted({character for mark in MARKS for character in mark} | set("abE019"))
SECONDS = 0.5
SECONDS_PER_CHARACTER = 0.0002
"""Far above what is needed on any machine, far below what anything quadratic takes."""


def read(parser, text):
    told = None
    try:
        parser(SourceFile("main.tf", text))
    except HclSyntaxError as error:
        told = error
    assert told is None or (told.summary and told.subject.line >= 1)


def evaluate(text):
    (row,) = eval_rows([{"expr": text}], SCOPE)
    json.dumps(row)
    assert row["ok"] or row["error"]


def whole_json(programs):
    return json.dumps(programs.json_value(), indent=programs.chance.choice((None, 1)))


WAYS = {
    "expression": (lambda p: p.expression(), evaluate),
    "broken expression": (lambda p: p.mutated(p.expression(3)), evaluate),
    "body": (lambda p: p.body(), lambda text: read(parse, text)),
    "broken body": (lambda p: p.mutated(p.body()), lambda text: read(parse, text)),
    "template": (lambda p: p.mutated(p.template(3, ())[1:-1]), lambda text: read(parse_template, text)),
    "JSON": (whole_json, lambda text: read(parse_json, text)),
    "broken JSON": (lambda p: p.mutated(whole_json(p)), lambda text: read(parse_json, text)),
    "broken JSON values": (lambda p: p.mutated(whole_json(p)), lambda text: read(parse_json_values, text)),
}


def program(seed):
    """Return the way, and the text, of a seed."""
    programs = Programs(random.Random(seed))  # noqa: S311 - the same seed gives the same program
    name = list(WAYS)[seed % len(WAYS)]
    return name, WAYS[name][0](programs)


def spent(seed):
    """Read the program of a seed; return the CPU time, as a part of what is allowed."""
    name, text = program(seed)
    return part_of_allowed(text, WAYS[name][1])


def part_of_allowed(text, work, tries=3):
    """Do the work on a text; return its CPU time, as a part of what is allowed.

    What is slow for another reason than the text, as a collection of all garbage of the tests before, is not so twice.
    """
    before = time.process_time()
    work(text)
    part = (time.process_time() - before) / (SECONDS + SECONDS_PER_CHARACTER * len(text))
    return part if part < 1 or tries == 1 else min(part, part_of_allowed(text, work, tries - 1))


FOUND = {
    # A position that counts in 64 bits was looked for in a range, item by item.
    '[for i, v in ["a", "b"] : element(["x", "y"], i)]': '["x","y"]',
    # Blanks for all lines were made before there was a line.
    'indent(9007199254740993, "one line")': '"one line"',
    # Terraform tries a condition even where there is no element, and knows the form of a branch that fails.
    'try([for x in [] : x if 1 < "a"], "refused")': '"refused"',
    'try([for x in [] : x if x == 1], "refused")': "[]",
    'try(false ? [cidrnetmask({})] : "x", "refused")': '"refused"',
    'try(false ? cidrnetmask({}) : "x", "refused")': '"x"',
}
"""What earlier searches found, with the value."""


@pytest.mark.parametrize("text", FOUND)
def test_what_was_found(text):
    (row,) = eval_rows([{"expr": text}], SCOPE)
    assert row["value"] == FOUND[text]


@settings(max_examples=400)
@given(st.integers(0, 2**40))
def test_random_programs(seed):
    assert spent(seed) < 1


@settings(max_examples=300)
@given(
    st.text(st.sampled_from(sorted({character for mark in MARKS for character in mark} | set("abE019"))), max_size=80)
)
def test_random_texts(text):
    for parser in (parse, parse_template, parse_json, parse_json_values):
        read(parser, text)
    evaluate(text)


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("before", ["a = ", 'a = "', "a = <<E\n", "a = [", "a = {", ""])
def test_a_mark_a_thousand_times(mark, before):
    assert part_of_allowed(before + mark * 1000, partial(read, parse)) < 1


@pytest.mark.soak
def test_a_million_programs(capsys):
    first = int(os.environ.get("AUDIT_FUZZ_FIRST", "0"))
    count = int(os.environ.get("AUDIT_FUZZ_COUNT", "1000000"))
    slowest = (0.0, first)
    for seed in range(first, first + count):
        try:
            slowest = max(slowest, (spent(seed), seed))
        except Exception as error:
            raise AssertionError(f"seed {seed}: {program(seed)}") from error
    with capsys.disabled():
        print(  # noqa: T201 - what a long search found
            f"\n{count:,} programs from seed {first}; slowest: {slowest[0]:.0%} of its time, seed {slowest[1]}"
        )
    assert slowest[0] < 1
