"""May this one do that? Near misses stand beside what they nearly are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from leastwise.questions import ask, can
from questions.asking import ANN, ASSUME, DENIED, GET, HOME, IF, MFA, NO, OBJECT, ROLE, YES, ann, asked, bound, bucket
from world import ACCOUNT, FOREIGN, World, allow, an_account, deny, document, trust

if TYPE_CHECKING:
    from leastwise.policy.evaluate import Outcome


# one resource


@pytest.mark.parametrize(
    ("world", "expect"),
    [
        (ann(GET), YES),
        (ann(allow("s3:GetObject", "arn:aws:s3:::other/*")), NO),
        (ann(allow("s3:GetObjectAcl", "arn:aws:s3:::b/*")), NO),
        (ann(), NO),
        (ann(GET, deny("s3:*", "arn:aws:s3:::b/*")), DENIED),
        (ann(GET, deny("s3:*", "arn:aws:s3:::other/*")), YES),
        (ann(GET, deny("s3:*", Condition=MFA)), IF),
        (ann({**GET, "Condition": MFA}), IF),
        (ann({**GET, "Condition": {"StringEquals": {"aws:username": "ann"}}}), YES),
        (ann({**GET, "Condition": {"StringEquals": {"aws:username": "bob"}}}), NO),
        (an_account().group("g", inline={"p": document(GET)}).user("ann", groups=("g",)), YES),
        (an_account().group("g", inline={"p": document(GET)}).user("ann"), NO),
        (an_account().group("g", inline={"p": document(deny("s3:*"))}).user("ann", groups=("g",), inline={"p": document(GET)}), DENIED),
        (an_account().policy("b", document(allow("ec2:*"))).user("ann", boundary="b", inline={"p": document(GET)}), NO),
        (an_account().policy("b", document(allow("s3:*"))).user("ann", boundary="b", inline={"p": document(GET)}), YES),
        (an_account().policy("b", document(deny("s3:*"))).user("ann", boundary="b", inline={"p": document(GET)}), DENIED),
        # the bucket's policy
        (ann().bucket("b", policy=bucket("Allow", {"AWS": ANN})), YES),
        (ann().bucket("b", policy=bucket("Allow", {"AWS": ANN + "e"})), NO),
        (ann().bucket("b", policy=bucket("Allow", HOME)), NO),
        (ann(GET).bucket("b", policy=bucket("Deny", "*")), DENIED),
        (ann(GET).bucket("b", policy=bucket("Deny", {"AWS": f"arn:aws:iam::{FOREIGN}:root"})), YES),
        (ann(GET).bucket("c", policy=bucket("Deny", "*")), YES),
        (ann().bucket("b", policy=bucket("Allow", "*", Condition=MFA)), IF),
        # what cannot be read is neither a yes nor a no
        (ann({"Effect": "Perhaps"}), IF),
        (ann(GET).bucket("b", policy={"Statement": 7}), IF),
    ],
)  # fmt: skip
def test_whether_ann_may_read_the_object(world: World, expect: Outcome) -> None:
    assert asked(world, "s3:GetObject", OBJECT).outcome is expect


@pytest.mark.parametrize(
    ("own", "trusted", "expect"),
    [
        ((ASSUME,), HOME, YES),
        ((), HOME, NO),
        ((), {"AWS": ANN}, YES),
        ((deny("sts:*"),), {"AWS": ANN}, DENIED),
        ((ASSUME,), {"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}, NO),
        ((ASSUME,), {"Service": "ec2.amazonaws.com"}, NO),
        ((allow("*"),), {"AWS": f"arn:aws:iam::{FOREIGN}:root"}, NO),
    ],
)
def test_whether_ann_may_assume_the_role(own: tuple[dict[str, Any], ...], trusted: Any, expect: Outcome) -> None:
    world = ann(*own).role("r", trust(trusted))
    assert asked(world, "sts:AssumeRole", ROLE).outcome is expect
    assert asked(world, "sts:AssumeRole").outcome is (IF if own == (allow("*"),) else expect), "and any role at all"


@pytest.mark.parametrize(
    ("levels", "who", "expect"),
    [
        ((document(allow("*")),), "ann", YES),
        ((document(allow("*")), document(allow("ec2:*"))), "ann", NO),
        ((document(allow("*"), deny("s3:*")),), "ann", DENIED),
        ((document(allow("*"), deny("s3:*", Condition=MFA)),), "ann", IF),
        ((document(allow("ec2:*")),), "root", NO),
        ((document(allow("s3:*")),), "root", YES),
    ],
)
def test_scps_bind_even_root(levels: tuple[dict[str, Any], ...], who: str, expect: Outcome) -> None:
    verdict = can(bound(ann(GET), *levels), who, ask("s3:GetObject", OBJECT))
    assert verdict.outcome is expect
    assert "SCPs" not in verdict.unseen


def test_scps_that_were_not_seen_are_named() -> None:
    account = msgspec.structs.replace(ann(GET).build(), scps=None, rcps=None)
    assert can(account, "ann", ask("s3:GetObject", OBJECT)).unseen[:2] == ("SCPs", "RCPs")
    assert "RCPs" not in can(account, "ann", ask("iam:CreateUser")).unseen, "RCPs do not reach IAM"


def test_a_bucket_without_a_policy_has_nothing_unseen() -> None:
    seen, other = (asked(ann(GET).bucket(name), "s3:GetObject", OBJECT).unseen for name in ("b", "c"))
    assert set(other) - set(seen) == {"the policy of bucket b"}


def test_what_another_account_must_allow_too_is_no_yes() -> None:
    verdict = asked(ann(allow("*")), "sts:AssumeRole", f"arn:aws:iam::{FOREIGN}:role/x")
    assert (verdict.outcome, FOREIGN in verdict.conditions[0]) == (IF, True)
    assert asked(ann(GET), "sts:AssumeRole", f"arn:aws:iam::{FOREIGN}:role/x").outcome is NO


# anything the action takes


@pytest.mark.parametrize(
    ("world", "action", "resource", "expect", "example"),
    [
        (ann(allow("s3:GetObject", "arn:aws:s3:::b/x")), "s3:GetObject", None, YES, "arn:aws:s3:::b/x"),
        (ann(allow("s3:GetObject", "arn:aws:s3:::b")), "s3:GetObject", None, NO, None),
        (ann(GET, deny("s3:*")), "s3:GetObject", None, DENIED, None),
        (ann(allow("s3:GetObject", "arn:aws:s3:::b/x")), "s3:GetObject", "arn:aws:s3:::b/*", YES, "arn:aws:s3:::b/x"),
        (ann(allow("s3:GetObject", "arn:aws:s3:::b/x")), "s3:GetObject", "arn:aws:s3:::c*", NO, None),
        (ann(GET).bucket("b", policy=bucket("Deny", "*")), "s3:GetObject", None, DENIED, None),
        (ann(GET, allow("s3:GetObject", "arn:aws:s3:::c/*")).bucket("b", policy=bucket("Deny", "*")), "s3:GetObject", None, YES, None),
        (ann().bucket("b", policy=bucket("Allow", {"AWS": ANN})), "s3:GetObject", None, YES, None),
        (ann().bucket("b", policy=bucket("Allow", {"AWS": ANN})), "s3:GetObject", "arn:aws:s3:::c/*", NO, None),
        (ann(ASSUME), "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/*", NO, None),
        (ann(ASSUME).role("r", trust(HOME)), "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/*", YES, ROLE),
        (ann(ASSUME).role("r", trust(HOME)), "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/s*", NO, None),
        (ann(allow("sts:AssumeRole", f"arn:aws:iam::{FOREIGN}:role/x")), "sts:AssumeRole", None, IF, f"arn:aws:iam::{FOREIGN}:role/x"),
        (ann(allow("s3:ListAllMyBuckets")), "s3:ListAllMyBuckets", None, YES, "*"),
        (ann(allow("s3:ListAllMyBuckets", "arn:aws:s3:::b")), "s3:ListAllMyBuckets", None, NO, None),
        (ann(allow("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x")), "iam:CreateUser", "*", YES, f"arn:aws:iam::{ACCOUNT}:user/x"),
        (ann(allow("ec2:RunInstances")), "ec2:RunInstances", None, YES, None),
        (ann(allow("ec2:RunInstances", "arn:aws:ec2:*:*:instance/*")), "ec2:RunInstances", None, IF, None),
        (ann(allow("novel:*", "arn:aws:novel:::x")), "novel:Do", None, YES, "arn:aws:novel:::x"),
        (ann(), "sts:GetCallerIdentity", None, YES, "*"),
        # no prefix of an ARN, and other people's accounts
        (ann(allow("s3:GetObject", "*b/x")), "s3:GetObject", None, YES, None),
        (ann(allow("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{FOREIGN}:function:f")), "lambda:InvokeFunction", None, IF, f"arn:aws:lambda:eu-west-1:{FOREIGN}:function:f"),
        (ann(allow("lambda:InvokeFunction"), deny("lambda:*", f"arn:aws:lambda:*:{ACCOUNT}:*")), "lambda:InvokeFunction", None, IF, ""),
        (ann({"Effect": "Allow", "Action": "lambda:InvokeFunction", "NotResource": f"arn:aws:lambda:*:{ACCOUNT}:*"}), "lambda:InvokeFunction", None, IF, ""),
        (ann(allow("lambda:InvokeFunction", f"arn:aws:lambda:*:{ACCOUNT}:function:f"), deny("lambda:*", f"arn:aws:lambda:*:{ACCOUNT}:*")), "lambda:InvokeFunction", None, DENIED, None),
    ],
)  # fmt: skip
def test_whether_ann_may_do_it_to_anything(
    world: World, action: str, resource: str | None, expect: Outcome, example: str | None
) -> None:
    verdict = asked(world, action, resource)
    assert verdict.outcome is expect
    assert example is None or verdict.example == example


def test_root_may_and_cannot_assume_roles() -> None:
    world = an_account().role("r", trust(HOME))
    assert asked(world, "s3:GetObject", who="root").outcome is YES
    assert asked(world, "sts:AssumeRole", ROLE, who="root").outcome is NO


# the circumstances


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ({}, IF),
        ({"known": {"aws:multifactorauthpresent": ("true",)}}, YES),
        ({"known": {"aws:multifactorauthpresent": ("false",)}}, NO),
        ({"absent": ("aws:multifactorauthpresent",)}, NO),
        ({"strict": True}, NO),
        ({"strict": True, "known": {"aws:multifactorauthpresent": ("true",)}}, YES),
    ],
)
def test_context_decides_what_hangs_on_it(given: dict[str, Any], expect: Outcome) -> None:
    verdict = asked(ann({**GET, "Condition": MFA}), "s3:GetObject", OBJECT, **given)
    assert verdict.outcome is expect
    assert bool(verdict.conditions) is (expect is IF)


def test_a_key_may_have_several_values() -> None:
    world = ann({**GET, "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}})
    assert asked(world, "s3:GetObject", OBJECT, known={"aws:TagKeys": ("a", "b")}).outcome is YES
    assert asked(world, "s3:GetObject", OBJECT, known={"aws:TagKeys": ("a", "c")}).outcome is NO


def test_keys_and_actions_that_nobody_knows_are_noted() -> None:
    notes = asked(ann(), "s3:GetObjct", known={"aws:Frob": ("x",)}).notes
    assert any("aws:Frob" in note for note in notes)
    assert any("did you mean s3:GetObject?" in note for note in notes)
    assert asked(ann(), "S3:GETOBJECT", known={"aws:PrincipalTag/team": ("x",)}).notes == ()


# reasons


def test_the_reasons_name_statement_and_group() -> None:
    world = an_account().group("g", inline={"p": document(allow("ec2:*"), {**GET, "Sid": "Get"})})
    (why,) = asked(world.user("ann", groups=("g",)), "s3:GetObject", OBJECT).reasons
    assert (why.layer, why.allows, why.statement, why.evidence.sid) == ("identity", True, "/Statement/1", "Get")
    assert (why.evidence.name, why.evidence.note) == ("p", "through group g")


def test_a_near_miss_names_what_stands_in_its_way() -> None:
    world = an_account().policy("fence", document(allow("ec2:*")))
    verdict = asked(world.user("ann", boundary="fence", inline={"p": document(GET)}), "s3:GetObject", OBJECT)
    assert [(why.evidence.name, why.but_for) for why in verdict.near] == [("p", ("boundary fence",))]
    assert asked(ann(), "s3:GetObject", OBJECT).near == ()
