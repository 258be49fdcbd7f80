"""Random code, tags and policies, and what AWS has of them after an apply; each takes the chance that decides."""

import copy
import json

from plan_cases import ACCOUNT

TAGS = ("env", "team", "ignored", "kubernetes.io/x", "aws:x")
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


class Map(dict):
    """A map argument, not a block."""


def hcl(values):
    """The body of a block."""
    lines = []
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{name} {{\n{hcl(block)}\n}}" for block in value]
        elif isinstance(value, dict) and not isinstance(value, Map):
            lines.append(f"{name} {{\n{hcl(value)}\n}}")
        elif not (isinstance(value, list) and not value and name in BLOCKS):
            lines.append(f"{name} = {json.dumps(value)}".replace("${", "$${"))
    return "\n".join(lines)


BLOCKS = ("attribute", "global_secondary_index", "local_secondary_index", "replica", "metric_query")


def written(chance, values, often=0.6):
    """Some of these, in their order."""
    return {name: value for name, value in values.items() if chance.random() < often}


def ignoring(chance, paths, often=0.15):
    """A lifecycle block, sometimes."""
    if chance.random() > often:
        return ""
    chosen = chance.sample(paths, min(len(paths), chance.choice((1, 1, 2))))
    listed = "all" if chance.random() < 0.08 else f"[{', '.join(chosen)}]"
    return f"\nlifecycle {{\n ignore_changes = {listed}\n}}"


def tags_of(chance):
    """Tags as written: null, a number, default ones and those that the provider leaves out are among them."""
    values = ("prod", "dev", "", 1, None)
    return Map({key: chance.choice(values) for key in chance.sample(TAGS, chance.choice((1, 1, 2, 3)))})


def applied_tags(provider, tags):
    """The tags that live has after an apply."""
    defaults = {"env": "prod"} if provider.startswith("default_tags") else {}
    given = {key: str(value) for key, value in (tags or {}).items() if value is not None}
    found = {**defaults, **given}
    if provider.startswith("ignore_tags"):
        found = {key: value for key, value in found.items() if key != "ignored" and not key.startswith("kubernetes")}
    return found


def retagged(chance, tags):
    """One tag changed by hand."""
    key = chance.choice(TAGS)
    if key in tags and chance.random() < 0.4:
        del tags[key]
    else:
        tags[key] = chance.choice(("prod", "dev", ""))


def policy_of(chance):
    """A key policy, in one of many writings."""
    statement = {"Sid": "Root", "Effect": "Allow", "Principal": ROOT, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement, *([dict(statement, Sid="B")] * (chance.random() < 0.3))]}


def rewritten(chance, policy):
    """The same policy or nearly."""
    document = copy.deepcopy(policy)
    statement = chance.choice(document["Statement"])
    changes = (
        {"Action": ["kms:*"]},
        {"Action": ["kms:*", "kms:*"]},
        {"Principal": {"AWS": [ACCOUNT]}},
        {"Principal": {"AWS": ACCOUNT}},
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Sid": "Other"},
        {"Effect": "allow"},
        {"Condition": {}},
        {"Condition": {"Bool": {"aws:SecureTransport": [True]}}},
        {"Resource": ["*"]},
        {},
    )
    statement |= chance.choice(changes)
    if chance.random() < 0.2:
        document["Statement"].reverse()
    if chance.random() < 0.1:
        document["Version"] = "2008-10-17"
    return document


def state_tags(tags):
    """Tags as a state keeps them."""
    return {key: str(value) for key, value in tags.items() if value is not None} if tags else None
