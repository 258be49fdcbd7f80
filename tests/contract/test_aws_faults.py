"""The law of faults: whatever goes wrong, an answer is the whole truth or says that it is none."""

import random

import pytest
from fakeaws import FAULTS, FakeServer
from fakeaws.kind import kind

from auditor.aws.reader import Reader
from auditor.aws.session import Access, connect
from auditor.live import read
from auditor.model.answers import Request, Scope

SCOPE = Scope(account="123456789012", region="ap-southeast-1")
APIS = (
    "*",
    "ListTables",
    "DescribeTable",
    "DescribeContinuousBackups",
    "DescribeTimeToLive",
    "ListTagsOfResource",
    "GetResources",
    "ListAliases",
    "DescribeKey",
    "GetKeyRotationStatus",
    "DescribeAlarms",
    "DescribeScalableTargets",
    "DescribeScalingPolicies",
    "ListContributorInsights",
)
NOT_HERE = {"hang", "slow"}
"""They cost ten seconds each, and mean a timeout or nothing."""


def short_pages(request):
    """The same request with pages so short that there are several."""
    sizes = {"ListTables": {"Limit": 4}, "ListContributorInsights": {"MaxResults": 4}}
    size = sizes.get(request.api.partition(":")[2], {})
    return Request.of(request.api, **dict(request.params), **size)


@pytest.fixture(scope="module", autouse=True)
def _hasty():
    """Throttled lanes slow down to seconds between calls; here they only need to try often enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("auditor.aws.lanes._LOWEST_RATE", 100.0)
        patch.setattr("auditor.aws.reader._LONGEST_PAUSE", 0.1)
        yield


@pytest.fixture(scope="module")
def aws():
    with FakeServer(tables=14, seed=11, drift=0.4) as server:
        yield server


@pytest.fixture(scope="module")
def connection(aws):
    opened = connect(Access(region=SCOPE.region, endpoint=aws.url), PAGED.permissions)
    yield opened
    opened.close()


PAGED = kind([short_pages(request) for request in kind().requests(SCOPE)])


@pytest.fixture(scope="module")
def truth(aws, connection):
    aws.configure(faults=[])
    return read([PAGED], SCOPE, Reader(connection)).answers


def schedule(seed):
    """Some random faults."""
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    kinds = sorted(set(FAULTS) - NOT_HERE)
    faults = []
    for _ in range(dice.randint(1, 4)):
        first = dice.choice(["", "1", "2", "5"])
        faults.append(f"{dice.choice(APIS)}={dice.choice(kinds)}:{dice.choice([0.1, 0.4, 1])}::{first}")
    return faults


def hold(aws, connection, truth, faults, seed):
    """One faulty reading against the faultless one; how many answers are whole, and how many are not."""
    aws.configure(faults=faults, seed=seed)
    reading = read([PAGED], SCOPE, Reader(connection))
    aws.configure(faults=[])
    for answer in reading.answers:
        if answer.ok:
            assert answer.pages == truth.get(answer.request).pages, f"{answer.request} by {faults}, seed {seed}"
        else:
            assert answer.pages == ()
            assert answer.reason is not None
            assert answer.code
    asked, all_asked = ({answer.request for answer in answers} for answers in (reading.answers, truth))
    whole = sum(answer.ok for answer in reading.answers)
    assert set(PAGED.requests(SCOPE)) <= asked <= all_asked
    assert asked == all_asked or whole < len(asked)
    return whole, len(asked)


def test_the_truth_is_whole_and_has_collections_of_several_pages(truth):
    assert all(answer.ok for answer in truth)
    assert sum(len(answer.pages) > 1 for answer in truth) >= 2
    assert len({answer.request for answer in truth}) > 60


@pytest.mark.parametrize("kind_of_fault", sorted(set(FAULTS) - NOT_HERE))
def test_a_fault_everywhere_all_the_time_leaves_no_answer(aws, connection, truth, kind_of_fault):
    whole, _ = hold(aws, connection, truth, [f"*={kind_of_fault}"], 0)
    # A token can be repeated only where there are several pages.
    assert whole == 0 or kind_of_fault == "repeated_token"


@pytest.mark.parametrize("seed", range(12))
def test_an_answer_is_the_truth_or_none(aws, connection, truth, seed):
    hold(aws, connection, truth, schedule(seed), seed)


@pytest.mark.soak
def test_an_answer_is_the_truth_or_none_in_many_schedules(aws, connection, truth):
    results = [hold(aws, connection, truth, schedule(seed), seed) for seed in range(100, 5100)]
    assert any(whole == asked for whole, asked in results)
    assert any(whole == 0 for whole, _ in results)
