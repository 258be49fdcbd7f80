import pytest

from auditor.hcl import leaks
from auditor.hcl.source import SourceFile

# Put together here, so that no scanner of this repository takes them for real ones.
KEY = "AKIA" + "Q" * 16
SECRET = "a/+9" * 10
TOKEN = "gh" + "p_" + "x" * 36


def kinds(text, path="main.tf"):
    return [found.rpartition(": ")[2] for found in leaks([SourceFile(path, text)])]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f'access_key = "{KEY}"', "access key of AWS"),
        (f"# once {KEY}, now gone", "access key of AWS"),
        (f'access_key = "{KEY.replace("AKIA", "ASIA")}"', "access key of AWS"),
        (f'secret_key = "{SECRET}"', "secret key of AWS"),
        (f'"secret_key": "{SECRET}"', "secret key of AWS"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----", "private key"),
        ("-----BEGIN " + "PRIVATE KEY-----", "private key"),
        (f'token = "{TOKEN}"', "token of GitHub"),
        ('token = "github' + f'_pat_{"x" * 30}"', "token of GitHub"),
        ('token = "glpat' + f'-{"x" * 20}"', "token of GitLab"),
        ('token = "xox' + 'b-123456789-abcdefghij"', "token of Slack"),
        ('key = "sk_live' + f'_{"x" * 24}"', "key of Stripe"),
    ],
)
def test_a_secret_is_told_by_its_form(text, kind):
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        f'id = "X{KEY}"',
        f'id = "{KEY}Q"',
        'access_key = "AKIAIOSFODNN7EXAMPLE"',
        f'secret_key = "{SECRET}x"',
        f'digest = "{SECRET}"',
        "-----BEGIN PUBLIC KEY-----",
        'name = "ghp_short"',
        'table = "secrets"',
    ],
)
def test_what_only_looks_like_a_secret_is_none(text):
    assert kinds(text) == []


def test_place_and_kind_are_told_in_order_and_never_the_secret():
    text = f'\ntoken = "{TOKEN}"\n  access_key = "{KEY}"\n'
    found = list(leaks([SourceFile("envs/prod/terraform.tfvars", text)]))
    assert [each.split(":")[:2] for each in found] == [
        ["envs/prod/terraform.tfvars", "2"],
        ["envs/prod/terraform.tfvars", "3"],
    ]
    assert KEY not in repr(found)
    assert TOKEN not in repr(found)


def test_files_that_are_no_code_are_not_looked_at():
    assert kinds(KEY, ".terraform.lock.hcl") == []
