"""What events prove of a principal, and what they leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from leastwise.evidence import Knowledge, Use, Verdict
from leastwise.usage.records import Fault
from trails import DATA, FAR, HOME, a_call, every_day, the_logs
from world import World, allow, document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.usage.records import Evidence

USED, UNUSED, UNKNOWN = Verdict.USED, Verdict.UNUSED, Verdict.UNKNOWN
RUN = a_call("role/worker", "ec2:RunInstances", {"instanceType": "t3.nano"}, days=3)


def verdict(
    action: str, *records: dict[str, Any], every: Iterable[dict[str, Any]] | None = None, age: float = 500
) -> Use:
    return told(action, the_logs(*(every_day() if every is None else every), *records), age=age)


def told(action: str, logs: Evidence, *, age: float = 500) -> Use:
    granted = document(allow(["ec2:*", "s3:*", "iam:PassRole"]))
    account = World().role("worker", age=age, used=3, inline={"p": granted}).build()
    return Knowledge.of(account, [logs]).use(account.roles[0], action)


@pytest.mark.parametrize(
    ("action", "expected", "reason"),
    [
        ("ec2:RunInstances", USED, "CloudTrail logs: ec2:RunInstances was last used on 2025-12-29"),
        ("ec2:Run*", USED, "was last used on"),
        ("ec2:StopInstances", UNUSED, "CloudTrail logs: no use of ec2:StopInstances in 120 days"),
        ("iam:CreateUser", UNUSED, "no use of iam:CreateUser"),
        ("s3:GetObject", UNKNOWN, "CloudTrail logs: there are no data events of s3 in the logs"),
        ("s3:*", UNKNOWN, "there are no data events of s3 in the logs"),
        ("kms:Decrypt", UNKNOWN, "there are no management events of kms in the logs"),
        ("iam:PassRole", UNKNOWN, "a role may have been passed by calls that do not name it"),
        ("rds-db:connect", UNKNOWN, "rds-db:connect has no event of its own"),
        ("ec2:CreateTags", UNKNOWN, "ec2:CreateTags may be checked within another action that was used"),
    ],
)
def test_what_the_events_of_a_role_say(action: str, expected: Verdict, reason: str) -> None:
    said = verdict(action, RUN)
    assert (said.verdict, reason in said.reason) == (expected, True), said


def test_a_denied_call_is_no_use() -> None:
    refused = a_call("role/worker", "ec2:StopInstances", errorCode="Client.UnauthorizedOperation")
    assert verdict("ec2:StopInstances", refused).verdict is UNUSED
    assert verdict("ec2:StopInstances", a_call("role/worker", "ec2:StopInstances")).verdict is USED


def test_data_events_prove_for_their_service() -> None:
    read = a_call("role/other", "s3:GetObject", {"bucketName": "b", "key": "k"}, **DATA)
    assert verdict("s3:GetObject", read).verdict is UNUSED
    assert verdict("dynamodb:GetItem", read).verdict is UNKNOWN


@pytest.mark.parametrize(
    ("every", "reason"),
    [
        ([], "there are no events"),
        (every_day(89), "there are events of 89 days, not of 90"),
        (every_day(90), ""),
        (every_day(100, until=7), ""),
        (every_day(100, until=8), "the last event is 8 days older than the snapshot"),
        (every_day(regions=(FAR,)), "the logs, of eu-west-1, need not have shown ec2:StopInstances: add those of all"),
        (every_day(regions=(HOME,)), "the logs, of us-east-1, need not have shown"),
    ],
    ids=["none", "short", "enough", "fresh", "stale", "one region", "home alone"],
)
def test_logs_that_cannot_have_shown_it_prove_nothing(every: list[dict[str, Any]], reason: str) -> None:
    said = verdict("ec2:StopInstances", every=every)
    assert (said.verdict, reason in said.reason) == (UNKNOWN if reason else UNUSED, True), said


def test_what_has_no_region_is_told_of_at_home() -> None:
    assert verdict("iam:CreateUser", every=every_day(regions=(HOME,))).verdict is UNUSED
    assert verdict("iam:CreateUser", every=every_day(regions=(FAR,))).verdict is UNKNOWN


def test_of_another_account_they_say_nothing() -> None:
    logs = the_logs(*(record | {"recipientAccountId": "999988887777"} for record in every_day()))
    assert "there are no events of account 123456789012" in told("ec2:StopInstances", logs).reason


@pytest.mark.parametrize(("age", "expected"), [(90, UNUSED), (88, UNKNOWN)])
def test_a_principal_must_be_older_than_the_window(age: float, expected: Verdict) -> None:
    assert verdict("ec2:StopInstances", age=age).verdict is expected


def test_a_log_that_could_not_be_read_may_have_held_the_use() -> None:
    logs = the_logs(*every_day(), RUN)
    torn = msgspec.structs.replace(logs.coverage, faults=(Fault(path="a.json.gz", reason="it is cut off"),))
    logs = msgspec.structs.replace(logs, coverage=torn)
    said = told("ec2:StopInstances", logs)
    assert said.verdict is UNKNOWN
    assert "mend them or leave them out: a.json.gz (it is cut off)" in said.reason
    assert told("ec2:RunInstances", logs).verdict is USED
    stray = msgspec.structs.replace(logs.coverage, faults=(Fault(path="README", reason="no log", lost=False),))
    assert told("ec2:StopInstances", msgspec.structs.replace(logs, coverage=stray)).verdict is UNUSED


def test_an_event_without_a_known_action_leaves_its_service_open() -> None:
    strange = a_call("role/other", "ec2:DoSomethingNobodyKnows")
    said = verdict("ec2:StopInstances", strange)
    assert said.verdict is UNKNOWN
    assert "there are events of ec2 that no action is known for" in said.reason
    assert verdict("rds:StopDBInstance", strange).verdict is UNUSED


def test_no_role_was_passed_where_nothing_passes_one() -> None:
    listing = a_call("role/worker", "ec2:DescribeInstances")
    assert verdict("iam:PassRole", listing).verdict is UNUSED
    passing = a_call("role/worker", "ec2:RunInstances", {"iamInstanceProfile": {"name": "web"}})
    assert verdict("iam:PassRole", passing).verdict is USED


def test_a_groups_use_is_that_of_its_members() -> None:
    world = World().group("team", inline={"p": document(allow("ec2:*"))}).group("empty")
    account = world.user("ann", groups=("team",)).user("bob", groups=("team",)).build()
    logs = the_logs(*every_day(), a_call("user/ann", "ec2:StopInstances"), a_call("user/bob", "ec2:StartInstances"))
    known, (empty, team) = Knowledge.of(account, [logs]), account.groups
    assert known.use(team, "ec2:StopInstances").verdict is USED
    assert known.use(team, "ec2:StartInstances").verdict is USED
    assert known.use(team, "ec2:RebootInstances").verdict is UNUSED
    assert [one.action for one in known.observed(team)] == ["ec2:StartInstances", "ec2:StopInstances"]
    assert "the group has no members now" in known.use(empty, "ec2:StopInstances").reason


def test_a_session_that_does_not_tell_its_roles_path_counts_for_the_role() -> None:
    identity = {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/deep/s"}
    logs = the_logs(*every_day(), a_call("role/deep", "ec2:StopInstances", userIdentity=identity))
    account = World().role("deep", path="/a/b/", used=3).build()
    assert Knowledge.of(account, [logs]).use(account.roles[0], "ec2:StopInstances").verdict is USED


def test_what_one_source_saw_another_cannot_prove_unused() -> None:
    account = World().role("worker", age=500, used=3).build()
    known = Knowledge.of(account, [the_logs(*every_day()), the_logs(RUN)])
    assert known.use(account.roles[0], "ec2:RunInstances").verdict is USED
    assert known.use(account.roles[0], "ec2:CreateTags").verdict is UNKNOWN
    assert known.use(account.roles[0], "ec2:StopInstances").verdict is UNUSED


def test_the_source_says_what_it_sees_and_what_not() -> None:
    read = a_call("role/other", "s3:GetObject", {"bucketName": "b", "key": "k"}, **DATA)
    account = World().role("worker", age=500, used=3).build()
    source = Knowledge.of(account, [the_logs(*every_day(), read)]).sources(account.roles[0])[0]
    assert (source.name, source.days) == ("CloudTrail logs", 120)
    assert source.sees == ("management events of eu-west-1, us-east-1", "data events of s3")
    assert "data events of other services" in source.gaps


def test_who_is_named_without_a_path_is_looked_up() -> None:
    account = World().role("worker", age=500, used=3).user("deep", path="/a/").user("very-deep").build()
    calls = [a_call("role/worker", "iam:CreateAccessKey", {"userName": name}) for name in ("deep", "gone")]
    known = Knowledge.of(account, [the_logs(*every_day(), *calls)])
    here = "arn:aws:iam::123456789012:user"
    assert [one.resource for one in known.observed(account.roles[0])] == [f"{here}/*gone", f"{here}/a/deep"]
