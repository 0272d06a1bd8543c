"""Which policies bear on a principal, and what they let it do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leastwise import access
from leastwise.policy.evaluate import Outcome
from world import ACCOUNT, World, allow, an_account, by_service, deny, document, group_of, role_of, trust, user_of

if TYPE_CHECKING:
    from leastwise.account.model import Account

EVERYTHING = document(allow("*"))
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def full(world: World, name: str = "ann") -> bool | None:
    account = world.build()
    return access.full_administrator(account, user_of(account, name))


@pytest.mark.parametrize(
    ("world", "expect"),
    [
        (an_account().user("ann", inline={"p": EVERYTHING}), True),
        (an_account().user("ann", inline={"p": document(allow("*:*", "**"))}), True),
        (an_account().user("ann", attached=("AdministratorAccess",)), True),
        (an_account().group("g", attached=("AdministratorAccess",)).user("ann", groups=("g",)), True),
        (
            an_account().user(
                "ann",
                inline={
                    "a": document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
                    "b": document(allow("iam:*")),
                },
            ),
            True,
        ),
        (an_account().user("ann", inline={"p": document(allow("*", Condition=MFA))}), None),
        (an_account().user("ann", inline={"p": document(allow("*"), deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))}), None),
        (an_account().user("ann", inline={"p": document(allow("*"), deny("*"))}), False),
        (an_account().user("ann", inline={"p": document(allow("*"), deny("s3:DeleteBucket", "arn:aws:s3:::b"))}), False),
        (an_account().user("ann", inline={"p": document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})}), False),
        (an_account().user("ann", inline={"p": document(allow("*", "arn:aws:s3:::*"))}), False),
        (an_account().user("ann", attached=("PowerUserAccess",)), False),
        (an_account().policy("b", document(allow("s3:Get*"))).user("ann", attached=("AdministratorAccess",), boundary="b"), False),
        (an_account().policy("b", EVERYTHING).user("ann", attached=("AdministratorAccess",), boundary="b"), True),
        (an_account().user("ann", inline={"p": document(allow("*", Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}))}), False),
        (an_account().user("ann"), False),
    ],
)  # fmt: skip
def test_who_is_a_full_administrator(world: World, expect: bool | None) -> None:
    assert full(world) is expect


def test_a_group_can_be_a_full_administrator() -> None:
    account = an_account().group("g", attached=("AdministratorAccess",)).group("h").build()
    assert access.full_administrator(account, group_of(account, "g")) is True
    assert access.full_administrator(account, group_of(account, "h")) is False


def ask(account: Account, action: str, resource: str = "*") -> Outcome:
    return access.can(account, user_of(account, "ann"), action, resource).outcome


def test_can_counts_groups_boundary_and_denies() -> None:
    world = an_account().policy("b", document(allow(["s3:*", "ec2:*"])))
    world.group("g", inline={"p": document(allow("s3:*"), deny("s3:Put*"))})
    account = world.user("ann", inline={"p": document(allow(["ec2:*", "iam:*"]))}, groups=("g",), boundary="b").build()
    assert ask(account, "s3:GetObject", "arn:aws:s3:::b/k") is Outcome.ALLOWED
    assert ask(account, "s3:PutObject", "arn:aws:s3:::b/k") is Outcome.EXPLICITLY_DENIED
    assert ask(account, "iam:GetUser") is Outcome.DENIED
    assert ask(account, "ec2:RunInstances") is Outcome.ALLOWED


def test_tags_and_names_of_the_principal_are_known() -> None:
    same = {"StringEquals": {"aws:PrincipalTag/team": "a"}}
    home = "arn:aws:s3:::home/${aws:username}/*"
    account = (
        an_account()
        .user("ann", tags={"Team": "a"}, inline={"p": document(allow("s3:*", home), allow("ec2:*", Condition=same))})
        .build()
    )
    assert ask(account, "s3:GetObject", "arn:aws:s3:::home/ann/x") is Outcome.ALLOWED
    assert ask(account, "s3:GetObject", "arn:aws:s3:::home/bob/x") is Outcome.DENIED
    assert ask(account, "ec2:RunInstances") is Outcome.ALLOWED


def test_a_users_missing_tag_is_absent_but_a_roles_session_may_bring_one() -> None:
    bound = {"p": document(allow("ec2:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}))}
    account = an_account().user("ann", inline=bound).role("r", inline=bound).build()
    assert ask(account, "ec2:RunInstances") is Outcome.DENIED
    assert access.can(account, role_of(account, "r"), "ec2:RunInstances").outcome is Outcome.CONDITIONAL


@pytest.mark.parametrize(
    ("trusted", "identity", "expect"),
    [
        (trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}), None, Outcome.ALLOWED),
        (trust({"AWS": ACCOUNT}), None, Outcome.DENIED),
        (trust({"AWS": ACCOUNT}), document(allow("sts:AssumeRole")), Outcome.ALLOWED),
        (trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}), document(deny("sts:*")), Outcome.EXPLICITLY_DENIED),
        (by_service("ec2"), document(allow("sts:AssumeRole")), Outcome.DENIED),
        (trust({"AWS": ACCOUNT}, "sts:AssumeRole", **MFA), document(allow("sts:AssumeRole")), Outcome.CONDITIONAL),
    ],
)
def test_assume_needs_the_trust(
    trusted: dict[str, object], identity: dict[str, object] | None, expect: Outcome
) -> None:
    account = an_account().user("ann", inline={"p": identity} if identity else None).role("r", trusted).build()
    assert access.assume(account, user_of(account, "ann"), role_of(account, "r")).outcome is expect


def test_which_services_a_role_lets_in() -> None:
    both = trust({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]})
    bound = trust({"Service": "lambda.amazonaws.com"}, StringEquals={"aws:SourceAccount": "999988887777"})
    account = an_account().role("r", both).role("bound", bound).build()
    role = role_of(account, "r")
    assert access.trusted_services(role) == ("ec2.amazonaws.com", "lambda.amazonaws.com")
    assert access.trusts_service(account, role, "lambda.amazonaws.com").outcome is Outcome.ALLOWED
    assert access.trusts_service(account, role, "glue.amazonaws.com").outcome is Outcome.DENIED
    assert access.trusts_service(account, role_of(account, "bound"), "lambda.amazonaws.com").outcome is Outcome.DENIED


def test_evidence_points_into_the_snapshot() -> None:
    account = an_account().user("ann", inline={"p": document(allow("ec2:*"), allow("s3:*", Sid="Mine"))}).build()
    (evidence,) = access.evidence_of(access.can(account, user_of(account, "ann"), "s3:GetObject"))
    assert evidence.pointer == "/UserDetailList/0/UserPolicyList/0/PolicyDocument/Statement/1"
    assert (evidence.document, evidence.name, evidence.sid) == (user_of(account, "ann").arn, "p", "Mine")


def test_unreadable_documents_are_named_the_boundary_included() -> None:
    broken = {"Version": "2012-10-17"}
    account = an_account().policy("b", broken).user("ann", inline={"p": broken}, boundary="b").user("bob").build()
    assert [d.name for d in access.unreadable(user_of(account, "ann"))] == ["p", "b"]
    assert access.unreadable(user_of(account, "bob")) == ()
