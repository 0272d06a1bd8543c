"""What principals take off themselves: group denies, tags that conditions ask for, the lack of an MFA device.

Each is judged by what there would be without it, and is silent where that wins nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from escalation.cases_io import by_eve as eve
from escalation.cases_io import routes, used
from leastwise.escalation import find_paths, tier
from leastwise.results import Verdict
from world import allow, an_account, by_service, deny, document, trust

IAM = "arn:aws:iam::123456789012:"
EVE = f"{IAM}user/eve"
GROUP = f"{IAM}group/guarded"
ADMIN = ("AdministratorAccess",)
TEAM = {"StringEquals": {"aws:PrincipalTag/team": "admins"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
ENROL = ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice"]


def but(effect: str, *actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "NotAction": list(actions), "Resource": "*", **more}


LEAVE = "iam:RemoveUserFromGroup"


def test_the_deny_of_a_group_stands_in_another_one_too() -> None:
    guard = {"d": document(but("Deny", LEAVE))}
    world = an_account().group("guarded", inline=guard).group("other", inline=guard)
    assert not eve(world, but("Allow", LEAVE), allow(LEAVE, GROUP), groups=("guarded", "other"))


def test_two_groups_are_left_one_after_the_other() -> None:
    guard = {"d": document(but("Deny", LEAVE))}
    world = an_account().group("guarded", inline=guard).group("other", inline=guard)
    leave = allow(LEAVE, [GROUP, f"{IAM}group/other"])
    (path,) = eve(world, but("Allow", LEAVE), leave, groups=("guarded", "other"))
    assert [edge.method for edge in path.edges] == ["iam-leavegroup", "iam-leavegroup"]
    assert path.verdict is Verdict.PROVEN


def test_leaving_a_group_that_denies_nothing_is_no_way() -> None:
    world = an_account().group("guarded", inline={"a": document(allow("s3:*"))})
    assert not eve(world, allow(LEAVE, GROUP), groups=("guarded",))


def test_only_membership_of_that_group_can_be_ended() -> None:
    world = an_account().group("guarded", inline={"d": document(but("Deny", LEAVE))})
    assert not eve(world, but("Allow", LEAVE), allow(LEAVE, f"{IAM}group/others"), groups=("guarded",))


@pytest.mark.parametrize(("action", "method"), [
    ("iam:CreatePolicyVersion", "iam-001"),
    ("iam:SetDefaultPolicyVersion", "iam-setdefault"),
])  # fmt: skip
def test_the_policy_of_a_group_that_denies_is_rewritten_or_set_back(action: str, method: str) -> None:
    denies = document(but("Deny", action))
    for older in ((), (document(allow("s3:GetObject")),)):
        world = an_account().policy("guard", denies, older=older).group("guarded", attached=("guard",))
        paths = eve(world, but("Allow", action), allow(action, f"{IAM}policy/guard"), groups=("guarded",))
        assert used(paths) == ({method} if older or method == "iam-001" else set())


def test_a_deny_that_is_attached_and_one_within_a_group() -> None:
    acts = ["iam:DetachUserPolicy", "iam:DeleteGroupPolicy"]
    world = an_account().policy("guard", document(but("Deny", *acts)))
    world.group("guarded", inline={"d": document(but("Deny", *acts))})
    mine = allow(acts, [EVE, GROUP])
    first, second = eve(world, but("Allow", *acts), mine, attached=("guard",), groups=("guarded",))
    assert used([first]) == used([second]) == {"iam-deletegrouppolicy", "iam-detachuserpolicy"}


TAG = "iam:TagUser"


def tagging(condition: dict[str, Any], *, tag_if: dict[str, Any] | None = None, **tags: str) -> set[str]:
    """The methods of eve, who may do anything under the condition, and tag herself."""
    more: dict[str, Any] = {"Condition": tag_if} if tag_if else {}
    return used(eve(an_account(), allow("*", Condition=condition), allow(TAG, EVE, **more), tags=tags))


@pytest.mark.parametrize("condition", [
    TEAM,
    {"StringLike": {"aws:PrincipalTag/team": "adm*-?"}},
    {"StringEquals": {"aws:principaltag/TEAM": ["admins", "chiefs"]}},
    {"StringEquals": {"aws:PrincipalTag/team": "admins", "aws:PrincipalTag/site": "here"}},
    {"Null": {"aws:PrincipalTag/team": "false"}},
])  # fmt: skip
def test_the_tag_that_a_condition_asks_for_is_written(condition: dict[str, Any]) -> None:
    assert tagging(condition) == {"iam-taguser"}
    assert tagging(condition, team="guests") >= {"iam-taguser"} or "Null" in condition


def test_the_tags_are_told() -> None:
    (path,) = eve(an_account(), allow("*", Condition=TEAM), allow(TAG, EVE))
    assert path.edges[0].commands == ("aws iam tag-user --user-name eve --tags Key=team,Value=admins",)


@pytest.mark.parametrize("tag_if", [
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["project"]}},
    {"StringEquals": {"aws:RequestTag/team": "guests"}},
    {"Null": {"aws:RequestTag/cost-center": "false"}},
    {"StringEquals": {"aws:ResourceTag/team": "red"}},
])  # fmt: skip
def test_only_some_tags_can_be_written(tag_if: dict[str, Any]) -> None:
    assert not tagging(TEAM, tag_if=tag_if)


@pytest.mark.parametrize("tag_if", [
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["project", "team"]}},
    {"StringLike": {"aws:RequestTag/team": "*"}},
    {"Null": {"aws:ResourceTag/team": "true"}},
])  # fmt: skip
def test_these_tags_can_be_written(tag_if: dict[str, Any]) -> None:
    assert tagging(TEAM, tag_if=tag_if) == {"iam-taguser"}


def test_a_deny_on_tags_stands() -> None:
    assert not eve(an_account(), allow("*", Condition=TEAM), allow(TAG, EVE), deny(TAG))


@pytest.mark.parametrize(("condition", "escalates"), [
    ({"StringEquals": {"aws:PrincipalTag/team": "guests"}}, True),
    ({"StringNotEquals": {"aws:PrincipalTag/team": "admins"}}, True),
    ({"StringLike": {"aws:PrincipalTag/team": "*"}}, False),
])  # fmt: skip
def test_a_deny_by_tag_is_evaded_by_another_value(condition: dict[str, Any], escalates: bool) -> None:
    paths = eve(an_account(), allow("*"), but("Deny", TAG, Condition=condition), tags={"team": "guests"})
    assert used(paths) == ({"iam-taguser"} if escalates else set())


def test_an_allow_and_a_deny_ask_for_tags() -> None:
    guests = {"StringNotEquals": {"aws:PrincipalTag/clearance": "high"}}
    paths = eve(an_account(), allow("*", Condition=TEAM), allow(TAG, EVE), but("Deny", TAG, Condition=guests))
    assert used(paths) == {"iam-taguser"}


def test_a_tag_opens_a_trust() -> None:
    tagged = trust({"AWS": EVE}, StringEquals={"aws:PrincipalTag/team": "admins"})
    world = an_account().role("boss", tagged, attached=ADMIN)
    (path,) = eve(world, allow(TAG, EVE))
    assert [edge.method for edge in path.edges] == ["iam-taguser", "sts-001"]
    assert path.verdict is Verdict.PROVEN


def test_a_tag_that_leads_nowhere_is_no_path() -> None:
    tagged = trust({"AWS": EVE}, StringEquals={"aws:PrincipalTag/team": "admins"})
    world = an_account().role("clerk", tagged, inline={"p": document(allow("s3:GetObject"))})
    assert not eve(world, allow(TAG, EVE))


def test_a_value_that_nobody_can_know_leaves_it_open() -> None:
    mirrored = {"StringEquals": {"aws:PrincipalTag/team": "${aws:SourceIdentity}"}}
    (path,) = eve(an_account(), allow("*", Condition=mirrored), allow(TAG, EVE))
    assert path.verdict is Verdict.CONDITIONAL
    assert "aws:PrincipalTag/team" in path.edges[0].conditions[0]


def test_many_values_are_tried_up_to_a_bound() -> None:
    world = an_account()
    for number in range(80):
        world.role(f"r{number}", trust({"AWS": EVE}, StringEquals={"aws:PrincipalTag/team": f"t{number}"}))
    assert not eve(world, allow(TAG, EVE))


def test_the_tag_of_a_role_is_not_its_sessions_only_tag() -> None:
    unless = but("Deny", "iam:UntagRole", Condition={"StringEquals": {"aws:PrincipalTag/team": "guests"}})
    world = an_account().role("eve", tags={"team": "guests"}, inline={"p": document(allow("*"), unless)})
    (path,) = routes(world.build())
    assert path.verdict is Verdict.CONDITIONAL


def test_an_untagged_principal_has_no_tag_to_take_off() -> None:
    unless = but("Deny", "iam:UntagUser", Condition={"Null": {"aws:PrincipalTag/team": "false"}})
    assert used(eve(an_account(), allow("*"), unless, tags={"team": "x"})) == {"iam-untaguser"}
    assert not eve(an_account(), but("Allow", "iam:PutUserPolicy", "iam:AttachUserPolicy"), deny("iam:*"))


def test_an_mfa_device_of_ones_own_opens_a_trust() -> None:
    world = an_account().role("boss", trust({"AWS": EVE}, Bool={"aws:MultiFactorAuthPresent": "true"}), attached=ADMIN)
    (path,) = eve(world, allow(ENROL))
    assert [edge.method for edge in path.edges] == ["iam-enrolmfa", "sts-001"]
    assert path.verdict is Verdict.PROVEN
    assert "mfa/eve" in path.edges[0].commands[1]


def test_without_enrolment_a_trust_that_asks_for_mfa_stays_open() -> None:
    world = an_account().role("boss", trust({"AWS": EVE}, Bool={"aws:MultiFactorAuthPresent": "true"}), attached=ADMIN)
    (path,) = eve(world, allow(ENROL[1]), mfa=True, password=True)
    assert path.verdict is Verdict.CONDITIONAL


@pytest.mark.parametrize("guard", [
    [allow(ENROL, Condition=MFA)],
    [allow(ENROL), deny(ENROL, Condition=NO_MFA)],
    [allow(ENROL), deny("iam:EnableMFADevice", Condition={"Null": {"aws:MultiFactorAuthAge": "true"}})],
])  # fmt: skip
def test_enrolment_that_asks_for_mfa_itself_is_no_way(guard: list[dict[str, Any]]) -> None:
    world = an_account().role("boss", trust({"AWS": EVE}, Bool={"aws:MultiFactorAuthPresent": "true"}), attached=ADMIN)
    assert "iam-enrolmfa" not in used(eve(world, *guard))


def test_a_deny_of_all_but_enrolment_falls_once_a_device_is_enrolled() -> None:
    unless = but("Deny", *ENROL, "sts:GetSessionToken", Condition=NO_MFA)
    (path,) = eve(an_account(), allow("*"), unless)
    assert [edge.method for edge in path.edges] == ["iam-enrolmfa"]
    assert path.verdict is Verdict.PROVEN


def test_a_device_under_another_name() -> None:
    device = allow("iam:CreateVirtualMFADevice", f"{IAM}mfa/phones/*")
    (path,) = eve(an_account(), allow("*", Condition=MFA), device, allow("iam:EnableMFADevice", EVE))
    assert path.edges[0].method == "iam-enrolmfa"
    assert f"{IAM}mfa/phones/" in path.edges[0].commands[1]


def test_what_asks_for_no_mfa_wins_nothing_by_it() -> None:
    assert not eve(an_account(), allow(ENROL), allow("s3:*", Condition=MFA))


def test_two_who_enrol_are_not_taken_for_each_other() -> None:
    """The answers of one who has shown a device are not those of others whose statements are the same."""
    world = an_account().role("boss", trust({"AWS": f"{IAM}root"}), attached=ADMIN)
    go = allow("sts:AssumeRole", Condition=MFA)
    world.user("ann", inline={"p": document(go)}).user("eve", inline={"p": document(go, allow(ENROL))})
    verdicts = {path.source.name: path.verdict for path in find_paths(world.build()) if path.escalates}
    assert verdicts == {"ann": Verdict.CONDITIONAL, "eve": Verdict.PROVEN}


@pytest.mark.parametrize("action", [TAG, "iam:EnableMFADevice"])
def test_meeting_conditions_is_no_privilege_by_itself(action: str) -> None:
    account = an_account().user("eve", inline={"p": document(allow(action, EVE))}).build()
    assert tier(account, account.users[0]) == "other"


def test_permissions_that_ask_for_mfa_are_not_shared_with_those_who_have_none() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    use = allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], Condition=MFA)
    world.user("ann", inline={"p": document(use)}).user("eve", inline={"p": document(use, allow(ENROL))})
    verdicts = {path.source.name: path.verdict for path in find_paths(world.build()) if path.escalates}
    assert verdicts == {"ann": Verdict.CONDITIONAL, "eve": Verdict.PROVEN}


@pytest.mark.parametrize("value", ["two words", "a:b/c=d+e@f.g_h-i", ""])
def test_a_tag_may_have_this_value(value: str) -> None:
    assert tagging({"StringEquals": {"aws:PrincipalTag/team": value}}) == {"iam-taguser"}


@pytest.mark.parametrize("value", ["it's", "a,b", "x" * 257])
def test_no_tag_can_have_this_value(value: str) -> None:
    assert not tagging({"StringEquals": {"aws:PrincipalTag/team": value}})
