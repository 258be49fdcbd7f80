import pytest

from auditor.trigger import pages, trigger

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_EVENT_NAME": "schedule",
    "GITHUB_ACTOR": "release-bot",
    "GITHUB_SERVER_URL": "https://git.example.com",
    "GITHUB_REPOSITORY": "koneksi/estate",
    "GITHUB_RUN_ID": "4711",
}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, {}),
        ({"CI": "true"}, {}),
        ({"GITHUB_ACTIONS": "false", "GITHUB_ACTOR": "somebody"}, {}),
        (
            GITHUB,
            {
                "by": "github",
                "event": "schedule",
                "actor": "release-bot",
                "url": "https://git.example.com/koneksi/estate/actions/runs/4711",
            },
        ),
        ({name: text for name, text in GITHUB.items() if name == "GITHUB_ACTIONS"}, {"by": "github"}),
        (
            {"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "schedule", "CI_JOB_URL": "https://lab.example.com/-/jobs/1"},
            {"by": "gitlab", "event": "schedule", "url": "https://lab.example.com/-/jobs/1"},
        ),
        (
            {"CODEBUILD_BUILD_ARN": "arn:aws:codebuild:x", "CODEBUILD_INITIATOR": "rule/nightly"},
            {"by": "codebuild", "actor": "rule/nightly"},
        ),
        (
            {"JENKINS_URL": "https://ci.example.com/", "BUILD_URL": "https://ci.example.com/7/"},
            {"by": "jenkins", "url": "https://ci.example.com/7/"},
        ),
    ],
)
def test_only_what_is_told_is_told(variables, expected):
    assert trigger(variables) == expected


def test_it_is_bounded():
    assert len(trigger(GITHUB | {"GITHUB_ACTOR": "x" * 9999})["actor"]) == 200


COMMIT = "9505cacb7c710ed17125fcc6cb3669e8ddca6c8c"
GITLAB = {"GITLAB_CI": "true", "CI_COMMIT_SHA": COMMIT, "CI_PROJECT_URL": "https://lab.example.com/koneksi/estate"}


def test_the_pages_of_the_code():
    github = GITHUB | {"GITHUB_SHA": COMMIT}
    assert pages(github, COMMIT) == f"https://git.example.com/koneksi/estate/blob/{COMMIT}/"
    assert pages(GITLAB, COMMIT) == f"https://lab.example.com/koneksi/estate/-/blob/{COMMIT}/"


@pytest.mark.parametrize(
    ("variables", "commit"),
    [({}, COMMIT), (GITHUB, COMMIT), (GITHUB, ""), (GITLAB, "another"), (GITLAB | {"CI_PROJECT_URL": ""}, COMMIT)],
)
def test_no_pages_are_guessed(variables, commit):
    assert pages(variables, commit) == ""
