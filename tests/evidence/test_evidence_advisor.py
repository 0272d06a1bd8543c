"""Used, unused-proven or unknown: the table, and the near misses in which nothing is proven."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from leastwise.account.last_accessed import CALL
from leastwise.evidence import Knowledge, Use, Verdict
from world import World, ago

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
    return Knowledge.of(account, **more).use(account.users[0], grant)


def told(listed: Iterable[dict[str, Any]], age: float = 500) -> Account:
    """An account in which AWS tells this of ann."""
    report = {"JobStatus": "COMPLETED", "JobCompletionDate": ago(0), "ServicesLastAccessed": list(listed)}
    return World().user("ann", age=age).call(CALL, {ANN: report}).build()


@pytest.mark.parametrize(
    ("grant", "expected", "reason"),
    [
        ("s3:ListAllMyBuckets", USED, "s3:ListAllMyBuckets was last tried on 2025-12-27; a denied attempt counts too"),
        ("S3:listallmybuckets", USED, "s3:ListAllMyBuckets was last tried"),
        ("s3:*", USED, "s3:ListAllMyBuckets was last tried"),
        ("s3:CreateBucket", UNUSED, "Access Advisor: s3:CreateBucket was not tried in 399 days"),
        ("ec2:RunInstances", UNUSED, "Access Advisor: ec2 was not tried in 399 days"),
        ("ec2:*", UNUSED, "ec2 was not tried in 399 days"),
        ("iam:CreateUser", UNUSED, "iam was not tried"),
        ("iam:PassRole", UNKNOWN, "does not track iam:PassRole: no call has its name"),
        ("iam:pass*", UNKNOWN, "does not track iam:PassRole"),
        ("iam:*", UNKNOWN, "does not track iam:PassRole"),
        ("s3:GetObject", UNKNOWN, "s3 was last tried on 2025-12-27, and s3:GetObject is not tracked in it"),
        ("s3:Create*", UNKNOWN, "s3:CreateAccessGrant is not tracked in it"),
        ("sqs:SendMessage", UNKNOWN, "sqs was last tried on 2024-12-17, and sqs:SendMessage is not tracked"),
        ("dynamodb:GetItem", UNKNOWN, "tells nothing of dynamodb: no policy of the principal allows it, or"),
        ("nosuch:Action", UNKNOWN, "nosuch:Action is not in the catalogue"),
        ("", UNKNOWN, " is not in the catalogue"),
    ],
)
def test_the_verdict_and_its_reason(grant: str, expected: Verdict, reason: str) -> None:
    said = verdict(grant)
    assert (said.verdict, reason in said.reason) == (expected, True), said
    assert (said.last is not None) is (expected is USED)
    assert said.sources == (() if expected is UNKNOWN else ("Access Advisor",))


def test_the_window_is_told_with_it() -> None:
    account = told(LISTED)
    source = Knowledge.of(account).sources(account.users[0])[0]
    assert (source.name, source.days) == ("Access Advisor", 399)
    assert (source.first, source.last) == ("2024-11-27T00:00:00Z", "2025-12-31T20:00:00Z")
    assert any("iam:PassRole is not tracked" in gap for gap in source.gaps)


@pytest.mark.parametrize(("age", "expected"), [(92, UNUSED), (90, UNKNOWN), (7, UNKNOWN)])
@pytest.mark.parametrize("grant", ["ec2:RunInstances", "s3:CreateBucket"])
def test_a_principal_younger_than_the_window_is_proven_nothing(age: float, expected: Verdict, grant: str) -> None:
    said = verdict(grant, age=age)
    assert said.verdict is expected
    assert ("days are covered, not 90" in said.reason) is (expected is UNKNOWN)
    assert verdict("s3:ListAllMyBuckets", age=age).verdict is USED


def test_how_much_proves_can_be_chosen() -> None:
    assert verdict("ec2:*", age=31, least_days=30).verdict is UNUSED
    assert verdict("ec2:*", age=500, least_days=400).verdict is UNKNOWN


def test_without_action_level_only_services_are_judged() -> None:
    listed = (service("s3", 5), service("ec2"))
    assert verdict("s3:CreateBucket", listed=listed).verdict is UNKNOWN
    assert verdict("ec2:RunInstances", listed=listed).verdict is UNUSED


def test_what_cannot_be_read_is_unknown() -> None:
    said = verdict("ec2:RunInstances", listed=({"ServiceNamespace": "ec2", "LastAuthenticated": "never"},))
    assert said.verdict is UNKNOWN
    assert "what it tells of ec2 cannot be read" in said.reason


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
    said = Knowledge.of(account).use(account.users[0], "ec2:RunInstances")
    assert (said.verdict, said.sources) == (UNKNOWN, ())
    assert reason in said.reason


def test_a_group_and_a_role_are_judged_alike() -> None:
    report = {"JobCompletionDate": ago(0), "ServicesLastAccessed": [service("ec2")]}
    made = World().group("team").role("worker", age=500)
    arns = (made.arn("group", "team"), made.arn("role", "worker"))
    account = made.call(CALL, dict.fromkeys(arns, report)).build()
    known = Knowledge.of(account)
    assert {known.use(holder, "ec2:RunInstances").verdict for holder in account.holders} == {UNUSED}
