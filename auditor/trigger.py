"""What started a run, as continuous integration tells in its environment variables; nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Variable that says whose run it is -> service, and which variables tell the event, who caused it and where it is seen.
# GitHub: "Variables reference", default environment variables. GitLab: "Predefined CI/CD variables reference". AWS
# CodeBuild: "Environment variables in build environments". Jenkins: "Using environment variables".
_SERVICES: Final[Mapping[str, tuple[str, str, str, str]]] = MappingProxyType(
    {
        "GITHUB_ACTIONS": ("github", "GITHUB_EVENT_NAME", "GITHUB_ACTOR", ""),
        "GITLAB_CI": ("gitlab", "CI_PIPELINE_SOURCE", "GITLAB_USER_LOGIN", "CI_JOB_URL"),
        "CODEBUILD_BUILD_ARN": ("codebuild", "CODEBUILD_WEBHOOK_EVENT", "CODEBUILD_INITIATOR", "CODEBUILD_BUILD_URL"),
        "JENKINS_URL": ("jenkins", "", "", "BUILD_URL"),
    }
)
_GITHUB_RUN: Final = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
# Variable that says whose run it is -> which variables tell the commit and the address of its repository's pages, and
# what stands between that address and the commit.
_PAGES: Final[Mapping[str, tuple[str, tuple[str, ...], str]]] = MappingProxyType(
    {
        "GITHUB_ACTIONS": ("GITHUB_SHA", ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"), "/blob/"),
        "GITLAB_CI": ("CI_COMMIT_SHA", ("CI_PROJECT_URL",), "/-/blob/"),
    }
)
_LONGEST: Final = 200


def trigger(variables: Mapping[str, str]) -> Mapping[str, str]:
    """`by` (github, gitlab, codebuild, jenkins), `event`, `actor` and `url`, as far as they are told; else empty."""
    for mark, (by, event, actor, url) in _SERVICES.items():
        if variables.get(mark, "") not in {"", "false"}:
            told = {
                "by": by,
                "event": variables.get(event, ""),
                "actor": variables.get(actor, ""),
                "url": _github_run(variables) if by == "github" else variables.get(url, ""),
            }
            return MappingProxyType({name: text[:_LONGEST] for name, text in told.items() if text})
    return MappingProxyType({})


def _github_run(variables: Mapping[str, str]) -> str:
    server, repository, run = (variables.get(name, "") for name in _GITHUB_RUN)
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""


def pages(variables: Mapping[str, str], commit: str) -> str:
    """What the address of a file's page at a commit begins with; empty where that is not the commit of the run.

    The code that is audited may be another repository's than the one that the run belongs to.
    """
    for mark, (sha, address, between) in _PAGES.items():
        told = [variables.get(name, "") for name in address]
        if variables.get(mark, "") == "true" and commit and variables.get(sha) == commit and all(told):
            return f"{'/'.join(told)}{between}{commit}/"
    return ""
