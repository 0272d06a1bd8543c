from typing import Any

import pytest

from leastprivilege.adopt import advice, kinds, statements
from leastwise.results import Confidence, Recommendation
from world import ACCOUNT, allow, an_account, deny, document, user_of

QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
SEND = allow("sqs:SendMessage", QUEUE)


def advised(*granted: dict[str, Any], boundary: dict[str, Any] | None = None) -> Recommendation:
    world = an_account()
    if boundary:
        world.policy("limit", document(boundary))
    world.user("ann", inline={"p": document(*granted)}, boundary="limit" if boundary else "")
    account = world.build()
    return advice(account, user_of(account, "ann"))


@pytest.mark.parametrize(
    "dead",
    [
        allow("s3:GetObject", f"arn:aws:iam::{ACCOUNT}:user/x"),
        allow("s3:GetObject", "arn:aws:s3:::logs"),
        allow("sqs:SendMessage", QUEUE, Condition={"StringEquals": {"aws:PrincipalAccount": "999988887777"}}),
        allow("sqs:SendMessage", QUEUE, Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}),
    ],
)
def test_what_never_takes_effect_goes(dead: dict[str, object]) -> None:
    found = advised(SEND, dead)
    assert kinds(found) == {"never takes effect"}
    assert statements(found) == [SEND]
    assert found.changes[0].pointer.endswith("/Statement/1")


def test_what_starts_later_stays() -> None:
    later = {"DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}
    assert not advised(SEND, allow("sqs:ReceiveMessage", QUEUE, Condition=later)).changes


def test_a_condition_on_a_tag_that_is_not_there_is_no_certainty() -> None:
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    found = advised(SEND, allow("sqs:ReceiveMessage", QUEUE, Condition=tagged))
    assert [c.confidence for c in found.changes] == [Confidence.CONDITIONAL]


def test_what_a_deny_covers_goes_and_the_deny_stays() -> None:
    refusal = deny("sqs:Send*", Sid="No")
    found = advised(allow(["sqs:SendMessage", "sqs:ReceiveMessage"], QUEUE), refusal)
    assert statements(found) == [allow("sqs:ReceiveMessage", QUEUE), refusal]
    assert found.confidence is Confidence.CERTAIN
    assert "Deny" in found.changes[0].reason


@pytest.mark.parametrize(
    "refusal",
    [
        deny("sqs:Send*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
        deny("sqs:Send*", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:other"),
        deny("sqs:SendMessageBatch"),
    ],
)
def test_a_deny_that_may_not_apply_removes_nothing(refusal: dict[str, object]) -> None:
    assert not advised(SEND, refusal).changes


def test_what_the_boundary_does_not_allow_goes() -> None:
    found = advised(allow(["sqs:SendMessage", "sns:Publish"], "*"), boundary=allow("sqs:*"))
    dead = [c for c in found.changes if c.kind == "never takes effect"]
    assert [c.before.partition(" ")[0] for c in dead] == ["sns:Publish"]
    assert found.actions_before == found.actions_after == 1


def test_a_boundary_on_other_resources_shadows_too() -> None:
    within = allow("sqs:*", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:other")
    assert kinds(advised(SEND, boundary=within)) == {"never takes effect", "policy removed"}
    assert not advised(SEND, boundary=allow("sqs:*", f"arn:aws:sqs:*:{ACCOUNT}:*")).changes


def test_what_is_granted_twice_goes_once() -> None:
    found = advised(allow("sqs:*", QUEUE), SEND)
    assert kinds(found) == {"granted elsewhere"}
    assert statements(found) == [allow("sqs:*", QUEUE)]
    assert found.confidence is Confidence.CERTAIN


def test_what_turns_out_to_be_granted_twice_once_its_resources_shrank_goes_too() -> None:
    wide = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    found = advised(wide, allow("iam:Get*"), allow(["dynamodb:GetItem", "iam:GetRole"]))
    gone = [change.before for change in found.changes if change.kind == "granted elsewhere"]
    assert [words.partition(" on ")[0] for words in gone] == ["dynamodb:GetItem", "iam:GetRole"]
    assert not any("iam:GetRole" in s.get("Action", ()) for s in statements(found))


def test_of_two_equals_one_stays() -> None:
    assert statements(advised(SEND, SEND)) == [SEND]


def test_of_two_equal_policies_one_stays() -> None:
    world = an_account().user("ann", inline={"p": document(SEND), "q": document(SEND)})
    account = world.build()
    found = advice(account, user_of(account, "ann"))
    assert not found.policies
    assert [c.before for c in found.changes if c.kind == "policy removed"] == ["q"]


def test_a_grant_under_a_condition_replaces_none() -> None:
    bound = allow("sqs:*", QUEUE, Condition={"Bool": {"aws:SecureTransport": "true"}})
    assert not advised(bound, SEND).changes


def test_what_a_group_grants_need_not_be_granted_again() -> None:
    world = an_account().group("team", inline={"g": document(allow("sqs:*", QUEUE))})
    world.user("ann", inline={"p": document(SEND, allow("sqs:ListQueues"))}, groups=("team",))
    account = world.build()
    assert statements(advice(account, user_of(account, "ann"))) == [allow("sqs:ListQueues")]


def test_a_named_resource_outlives_the_wildcard_that_covered_it() -> None:
    world = an_account().bucket("logs")
    partner = allow("s3:GetObject", "arn:aws:s3:::partner/*")
    world.user("ann", inline={"p": document(allow("s3:GetObject"), partner)})
    account = world.build()
    assert partner in statements(advice(account, user_of(account, "ann")))


def test_resources_that_no_action_takes_go() -> None:
    found = advised(allow("sqs:SendMessage", [QUEUE, "arn:aws:s3:::logs/*"]))
    assert statements(found) == [SEND]


def test_unknown_actions_stay_with_a_warning_that_names_the_date() -> None:
    found = advised(allow(["sqs:SendMessage", "sqs:Teleport"], QUEUE))
    assert not found.changes
    assert any("sqs:Teleport" in w and "catalogue of 20" in w for w in found.warnings)


def test_a_shared_policy_is_not_tidied() -> None:
    world = an_account().policy("shared", document(allow("sqs:*", QUEUE), SEND))
    world.user("ann", attached=("shared",)).user("bob", attached=("shared",))
    account = world.build()
    assert not advice(account, user_of(account, "ann")).changes


def test_a_policy_of_its_own_is_edited_in_place() -> None:
    world = an_account().policy("mine", document(allow("sqs:*", QUEUE), SEND)).user("ann", attached=("mine",))
    account = world.build()
    found = advice(account, user_of(account, "ann"))
    assert [(p.name, p.kind, p.replaces) for p in found.policies] == [
        ("mine", "managed", f"arn:aws:iam::{ACCOUNT}:policy/mine")
    ]


def test_a_policy_granted_elsewhere_as_a_whole_is_detached() -> None:
    world = an_account().policy("small", document(SEND)).policy("large", document(allow("sqs:*", QUEUE)))
    world.user("ann", attached=("large", "small")).user("bob", attached=("large", "small"))
    account = world.build()
    found = advice(account, user_of(account, "ann"))
    assert not found.policies
    assert kinds(found) == {"granted elsewhere", "policy removed"}
    assert {c.document for c in found.changes} == {f"arn:aws:iam::{ACCOUNT}:policy/small"}
    assert found.affects == (f"arn:aws:iam::{ACCOUNT}:user/bob",)


def test_exclusions_are_kept_and_said() -> None:
    granted = {"Effect": "Allow", "NotAction": "iam:*", "Resource": QUEUE}
    found = advised(granted, SEND)
    assert statements(found) == [granted]
    assert any("NotAction" in w for w in found.warnings)
