"""Used, unused-proven or unknown: the table, and the near misses in which nothing is proven."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from leastwise.account.last_accessed import CALL
from leastwise.unused import Use, Verdict, unused_services, use
from world import NOW, World, ago

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.account.model import Account

ANN = World().arn("user", "ann")
USED, UNUSED, UNKNOWN = Verdict.USED, Verdict.UNUSED, Verdict.UNKNOWN


def service(name: str, last: float | None = None, **actions: float | None) -> dict[str, Any]:
    """A service, and its tracked actions with the days since their use; None: never."""
    tracked = [
        {"ActionName": action, **({} if days is None else {"LastAccessedTime": ago(days)})}
        for action, days in actions.items()
    ]
    when = {} if last is None else {"LastAuthenticated": ago(last)}
    return {"ServiceNamespace": name, **when, **({"TrackedActionsLastAccessed": tracked} if tracked else {})}


LISTED = (
    service("s3", 5, ListAllMyBuckets=5, CreateBucket=None),
    service("ec2"),
    service("iam"),
    service("kms", None, DescribeKey=7),
    service("sqs", 380),
)


def verdict(grant: str, *, age: float = 500, listed: Iterable[dict[str, Any]] = LISTED, **more: Any) -> Use:
    account = told(listed, age)
    return use(account, account.users[0], grant, **more)


def told(listed: Iterable[dict[str, Any]], age: float = 500) -> Account:
    """An account in which AWS tells this of ann."""
    report = {"JobStatus": "COMPLETED", "JobCompletionDate": ago(0), "ServicesLastAccessed": list(listed)}
    return World().user("ann", age=age).call(CALL, {ANN: report}).build()


@pytest.mark.parametrize(
    ("grant", "expected", "reason"),
    [
        ("s3", USED, "s3 was last tried on 2025-12-27; a denied attempt counts too"),
        ("s3:ListAllMyBuckets", USED, "s3:ListAllMyBuckets was last tried on 2025-12-27; a denied attempt"),
        ("S3:listallmybuckets", USED, "S3:listallmybuckets was last tried"),
        ("sqs", USED, "sqs was last tried on 2024-12-17"),
        ("kms", USED, "kms was last tried on 2025-12-25"),
        ("s3:CreateBucket", UNUSED, "s3:CreateBucket was not tried in the 399 days that are covered"),
        ("ec2", UNUSED, "ec2 was not tried in the 399 days that are covered"),
        ("ec2:RunInstances", UNUSED, "ec2 was not tried in the 399 days"),
        ("ec2:Run*", UNUSED, "ec2 was not tried in the 399 days"),
        ("iam:CreateUser", UNUSED, "iam was not tried"),
        ("iam:PassRole", UNKNOWN, "AWS does not track iam:PassRole: no call has its name"),
        ("iam:pass*", UNKNOWN, "AWS does not track iam:PassRole"),
        ("iam:*", UNKNOWN, "AWS does not track iam:PassRole"),
        ("iam", UNKNOWN, "AWS does not track iam:PassRole"),
        ("s3:GetObject", UNKNOWN, "s3 was last tried on 2025-12-27, and AWS does not track s3:GetObject in it"),
        ("s3:Create*", UNKNOWN, "AWS does not track s3:Create* in it"),
        ("sqs:SendMessage", UNKNOWN, "AWS does not track sqs:SendMessage in it"),
        ("dynamodb:GetItem", UNKNOWN, "AWS tells nothing of dynamodb: no policy of the principal allows it, or"),
        ("*", UNKNOWN, "AWS tells nothing of *"),
        ("", UNKNOWN, "AWS tells nothing of "),
    ],
)
def test_the_verdict_and_its_reason(grant: str, expected: Verdict, reason: str) -> None:
    said = verdict(grant)
    assert said.verdict is expected
    assert reason in said.reason
    assert (said.last is not None) is (expected is USED)


def test_the_coverage_is_told_with_it() -> None:
    coverage = verdict("ec2").coverage
    assert coverage is not None
    assert (coverage.source, coverage.accounts) == ("access_advisor", (World().account,))
    assert coverage.first is not None
    assert coverage.last is not None
    assert ((NOW - coverage.first).days, (NOW - coverage.last).seconds // 3600) == (400, 4)


@pytest.mark.parametrize(("age", "expected"), [(92, UNUSED), (90, UNKNOWN), (7, UNKNOWN)])
@pytest.mark.parametrize("grant", ["ec2", "s3:CreateBucket"])
def test_a_principal_younger_than_the_window_is_proven_nothing(age: float, expected: Verdict, grant: str) -> None:
    said = verdict(grant, age=age)
    assert said.verdict is expected
    assert ("days are covered, not 90" in said.reason) is (expected is UNKNOWN)
    assert verdict("s3", age=age).verdict is USED


def test_how_much_proves_can_be_chosen() -> None:
    assert verdict("ec2", age=31, least_days=30).verdict is UNUSED
    assert verdict("ec2", age=500, least_days=400).verdict is UNKNOWN


def test_without_action_level_only_services_are_judged() -> None:
    listed = (service("s3", 5), service("ec2"))
    assert verdict("s3:CreateBucket", listed=listed).verdict is UNKNOWN
    assert verdict("ec2:RunInstances", listed=listed).verdict is UNUSED


def test_what_cannot_be_read_is_unknown() -> None:
    said = verdict("ec2", listed=({"ServiceNamespace": "ec2", "LastAuthenticated": "never"},))
    assert (said.verdict, said.reason) == (UNKNOWN, "what AWS tells of ec2 cannot be read")


@pytest.mark.parametrize(
    ("world", "reason"),
    [
        (World(), "was not asked for (--last-accessed)"),
        (World().gap(CALL), f"{CALL}: AccessDenied"),
        (World().call(CALL, {}).gap(CALL, target=ANN, reason="Unfinished"), f"{CALL}: Unfinished"),
        (World().call(CALL, {}), "was not asked of this one"),
    ],
    ids=["not asked", "denied for all", "its own gap", "exempt"],
)
def test_nothing_is_known_of_who_has_no_report(world: World, reason: str) -> None:
    account = world.user("ann", age=500).build()
    said = use(account, account.users[0], "ec2")
    assert (said.verdict, said.coverage) == (UNKNOWN, None)
    assert reason in said.reason


def test_a_group_and_a_role_are_judged_alike() -> None:
    report = {"JobCompletionDate": ago(0), "ServicesLastAccessed": [service("ec2")]}
    made = World().group("team").role("worker", age=500)
    arns = (made.arn("group", "team"), made.arn("role", "worker"))
    account = made.call(CALL, dict.fromkeys(arns, report)).build()
    assert {use(account, holder, "ec2").verdict for holder in account.holders} == {UNUSED}


def test_the_unused_services_are_those_that_are_proven_so() -> None:
    listed = (*LISTED, service("athena"), {"ServiceNamespace": "glue", "LastAuthenticated": "never"})
    grown, young = told(listed), told(listed, age=30)
    assert unused_services(grown, grown.users[0]) == ("athena", "ec2")
    assert unused_services(young, young.users[0]) == ()
    unasked = World().user("ann").build()
    assert unused_services(unasked, unasked.users[0]) == ()
