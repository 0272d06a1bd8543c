"""Questions to an account: who may do what, and why. Near misses stand beside what they nearly are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from leastwise.errors import UsageError
from leastwise.policy.document import Document, parse_value
from leastwise.policy.evaluate import Outcome
from leastwise.questions import Circumstances, ask, can, compare, find, grants, what_can, who_can
from leastwise.questions.asker import NO_MEMBER
from leastwise.questions.what import BECOMES_FULL, CONDITIONAL, EVERYWHERE, SOMEWHERE
from world import ACCOUNT, FOREIGN, World, allow, an_account, by_service, deny, document, trust

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.questions import Verdict, Who

YES, NO, DENIED, IF = Outcome.ALLOWED, Outcome.DENIED, Outcome.EXPLICITLY_DENIED, Outcome.CONDITIONAL
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
OBJECT = "arn:aws:s3:::b/key"
GET = allow("s3:GetObject", "arn:aws:s3:::b/*")
ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
HOME = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
ASSUME = allow("sts:AssumeRole", ROLE)


def ann(*statements: dict[str, Any], **more: Any) -> World:
    return an_account().user("ann", inline={"p": document(*statements)} if statements else None, **more)


def bucket(effect: str, principal: Any, action: str = "s3:GetObject", **more: Any) -> dict[str, Any]:
    named = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "arn:aws:s3:::b/*"}
    return document({**named, **more})


def asked(world: World, action: str, resource: str | None = None, *, who: str = "ann", **given: Any) -> Verdict:
    return can(world.build(), who, ask(action, resource), Circumstances(**given))


def bound(world: World, *levels: dict[str, Any]) -> Account:
    """The account under these SCPs, one level each."""
    for number, body in enumerate(levels):
        world.organization().scp(f"scp{number}", body, level=f"ou-{number}")
    return world.build()


def names(who: Who) -> tuple[set[str], set[str]]:
    return {v.principal for v in who.allowed}, {v.principal for v in who.conditional}


# can: one resource


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


def test_what_another_account_must_allow_too_is_no_yes() -> None:
    verdict = asked(ann(allow("*")), "sts:AssumeRole", f"arn:aws:iam::{FOREIGN}:role/x")
    assert (verdict.outcome, FOREIGN in verdict.conditions[0]) == (IF, True)
    assert asked(ann(GET), "sts:AssumeRole", f"arn:aws:iam::{FOREIGN}:role/x").outcome is NO


# can: anything the action takes


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


# principals


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ann", "user/ann"),
        ("user/ann", "user/ann"),
        (f"arn:aws:iam::{ACCOUNT}:user/team/ann", "user/ann"),
        ("user/team/ann", "user/ann"),
        ("role/twin", "role/twin"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/twin/session", "role/twin"),
        ("group/twin", "group/twin"),
        ("root", "root"),
        (f"arn:aws:iam::{ACCOUNT}:root", "root"),
    ],
)
def test_principals_are_found_by_what_people_call_them(text: str, name: str) -> None:
    account = an_account().user("ann", path="/team/").role("twin").group("twin").build()
    assert find(account, text).name == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("twin", "may be role/twin or group/twin"),
        ("anne", "did you mean user/ann?"),
        ("user/bob", "name it as in user/ann"),
        ("group/ann", "did you mean user/ann?"),
        (f"arn:aws:iam::{FOREIGN}:user/ann", f"is of account {FOREIGN}"),
    ],
)
def test_who_is_nobody_or_several_is_said(text: str, says: str) -> None:
    account = an_account().user("ann").role("twin").group("twin").build()
    with pytest.raises(UsageError, match=says.replace("?", r"\?")):
        find(account, text)


def test_a_user_called_root_is_not_the_root_user() -> None:
    account = an_account().user("root").build()
    with pytest.raises(UsageError, match=f"arn:aws:iam::{ACCOUNT}:root or user/root"):
        find(account, "root")
    assert find(account, "user/root").name == "user/root"


def test_a_session_is_the_role_under_its_own_name() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
    world = an_account().role("r").bucket("b", policy=bucket("Allow", {"AWS": session}))
    assert asked(world, "s3:GetObject", OBJECT, who=session).outcome is YES
    assert asked(world, "s3:GetObject", OBJECT, who="role/r").outcome is NO
    assert asked(world, "s3:GetObject", OBJECT, who=session).arn == session


def test_a_group_stands_for_its_members() -> None:
    verdict = asked(an_account().group("g", inline={"p": document(GET)}), "s3:GetObject", OBJECT, who="group/g")
    assert (verdict.outcome, verdict.notes) == (YES, (NO_MEMBER,))


@pytest.mark.parametrize(
    ("action", "resource"),
    [("s3:Get*", None), ("GetObject", None), ("s3:", None), ("s3:GetObject x", None), ("s3:GetObject", "bucket")],
)
def test_what_is_no_question_is_said(action: str, resource: str | None) -> None:
    with pytest.raises(UsageError):
        ask(action, resource)


def test_what_an_action_does_not_take_is_noted() -> None:
    assert ask("s3:ListAllMyBuckets", "arn:aws:s3:::b").resource == "*"
    assert "takes no resource" in ask("s3:ListAllMyBuckets", "arn:aws:s3:::b").notes[0]
    assert "does not take such a resource" in ask("iam:CreateUser", "arn:aws:s3:::b").notes[0]
    assert "each must be allowed" in ask("ec2:RunInstances", "arn:aws:ec2:eu-west-1:1:instance/i").notes[0]
    assert ask("iam:CreateUser", ANN).notes == ()


def test_a_bucket_policy_that_cannot_be_read_leaves_it_open_for_all() -> None:
    world = ann().bucket("b", policy={"Statement": 7})
    for resource in (OBJECT, None):
        assert asked(world, "s3:GetObject", resource).outcome is IF
        assert names(who_can(world.build(), ask("s3:GetObject", resource))) == (set(), {"user/ann"})
    assert asked(world, "s3:GetObject", "arn:aws:s3:::c/key").outcome is NO


# who


def a_crowd() -> World:
    return (
        an_account()
        .group("g", inline={"p": document(GET)})
        .user("ann", groups=("g",))
        .user("bob", inline={"p": document(GET, deny("s3:GetObject"))})
        .user("cat", inline={"p": document({**GET, "Condition": MFA})})
        .user("dan", inline={"p": document(allow("s3:PutObject"))})
        .user("eve", inline={"p": document({"Effect": "Perhaps"})})
        .role("guest", by_service("ec2"))
    )


def test_who_may_read() -> None:
    who = who_can(a_crowd().build(), ask("s3:GetObject", OBJECT))
    assert (*names(who), who.others) == ({"user/ann"}, {"user/cat", "user/eve"}, 3)
    assert who.conditional[0].conditions == ("Bool aws:MultiFactorAuthPresent = true",)


def test_who_may_read_with_a_second_factor() -> None:
    given = Circumstances(known={"aws:MultiFactorAuthPresent": ("true",)})
    assert names(who_can(a_crowd().build(), ask("s3:GetObject"), given))[0] == {"user/ann", "user/cat"}


@pytest.mark.parametrize("resource", [OBJECT, None])
def test_the_policy_of_a_bucket_counts(resource: str | None) -> None:
    world = a_crowd().bucket("b", policy=bucket("Allow", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/guest"}))
    assert names(who_can(world.build(), ask("s3:GetObject", resource)))[0] == {"user/ann", "role/guest"}
    world = a_crowd().bucket("b", policy=bucket("Allow", "*"))
    assert names(who_can(world.build(), ask("s3:GetObject", resource)))[0] == {
        "user/ann", "user/cat", "user/dan", "role/guest",
    }  # fmt: skip


@pytest.mark.parametrize("resource", [ROLE, f"arn:aws:iam::{ACCOUNT}:role/*"])
def test_trust_counts(resource: str) -> None:
    world = an_account().user("ann").user("bob", inline={"p": document(ASSUME)}).user("cat")
    assert names(who_can(world.role("r", trust({"AWS": ANN})).build(), ask("sts:AssumeRole", resource)))[0] == {
        "user/ann"
    }
    world = an_account().user("ann").user("bob", inline={"p": document(ASSUME)}).role("r", trust(HOME))
    assert names(who_can(world.build(), ask("sts:AssumeRole", resource)))[0] == {"user/bob"}


def test_an_scp_counts_for_all() -> None:
    account = bound(a_crowd(), document(allow("*"), deny("s3:GetObject")))
    assert names(who_can(account, ask("s3:GetObject"))) == (set(), set())


def test_everybody_may_ask_who_it_is() -> None:
    assert who_can(a_crowd().build(), ask("sts:GetCallerIdentity")).others == 0


def test_who_agrees_with_can() -> None:
    account = a_crowd().bucket("b", policy=bucket("Allow", HOME)).role("r", trust(HOME)).build()
    for action in ("s3:GetObject", "s3:PutObject", "sts:AssumeRole", "iam:CreateUser", "novel:Do"):
        sure, perhaps = names(who_can(account, ask(action)))
        for holder in account.principals:
            name = find(account, holder.arn).name
            outcome = can(account, holder.arn, ask(action)).outcome
            assert (outcome is YES, outcome is IF) == (name in sure, name in perhaps), (action, name)


# what


def reach(world: World, action: str, *, who: str = "ann") -> str:
    account = world.build()
    shares = [s for s in what_can(account, who).shares if s.actions & mask(action)]
    return " ".join(share.reach for share in shares)


def mask(action: str) -> int:
    from leastwise import catalog

    return catalog.universe().mask(action)


@pytest.mark.parametrize(
    ("world", "action", "expect"),
    [
        (ann(allow("s3:GetObject")), "s3:GetObject", EVERYWHERE),
        (ann(allow("s3:GetObject", "arn:aws:s3:::*")), "s3:GetObject", EVERYWHERE),
        (ann(GET), "s3:GetObject", SOMEWHERE),
        (ann(allow("s3:GetObject"), deny("s3:GetObject", "arn:aws:s3:::b/*")), "s3:GetObject", SOMEWHERE),
        (ann(allow("s3:GetObject", Condition=MFA)), "s3:GetObject", CONDITIONAL),
        (ann(allow("s3:GetObject"), deny("s3:GetObject")), "s3:GetObject", ""),
        (ann(allow("s3:*", "arn:aws:s3:::b/*")), "s3:ListAllMyBuckets", ""),
        (ann(allow("s3:*", "arn:aws:s3:::b/*")), "s3:ListBucket", ""),
        (ann(allow("s3:ListAllMyBuckets")), "s3:ListAllMyBuckets", EVERYWHERE),
        (ann(allow("sts:AssumeRole")).role("r", trust(HOME)), "sts:AssumeRole", SOMEWHERE),
        (ann(allow("sts:AssumeRole")), "sts:AssumeRole", CONDITIONAL),
        (ann().bucket("b", policy=bucket("Allow", {"AWS": ANN})), "s3:GetObject", SOMEWHERE),
        (ann().bucket("b", policy=bucket("Allow", HOME)), "s3:GetObject", ""),
        (an_account().policy("b", document(GET)).user("ann", boundary="b", attached=("AdministratorAccess",)), "s3:GetObject", SOMEWHERE),
    ],
)  # fmt: skip
def test_how_far_an_action_reaches(world: World, action: str, expect: str) -> None:
    assert reach(world, action) == expect


def test_an_administrator_is_told_in_one_line() -> None:
    for who in ("ann", "root"):
        found = what_can(ann(allow("*")).build(), who)
        assert (found.administrator, found.shares) == (True, ())
    found = what_can(ann(allow("*"), deny("s3:*", "arn:aws:s3:::b/*")).build(), "ann")
    assert not found.administrator
    assert found.reaching(SOMEWHERE) & mask("s3:GetObject")
    assert not what_can(bound(ann(allow("*")), document(allow("s3:*"))), "root").administrator


def test_who_can_make_itself_an_administrator_is_told() -> None:
    assert BECOMES_FULL in what_can(an_account().user("ann", attached=("IAMFullAccess",)).build(), "ann").notes
    assert BECOMES_FULL not in what_can(ann(allow("iam:Get*")).build(), "ann").notes


def test_actions_that_the_catalogue_does_not_know_are_listed() -> None:
    found = what_can(ann(allow(["novel:Do", "novel:*", "s3:GetObject"])).build(), "ann")
    assert found.unlisted == ("novel:Do",)


def test_what_agrees_with_can() -> None:
    world = ann(
        allow("s3:*", "arn:aws:s3:::b/*"), allow("ec2:*", Condition=MFA), allow(["sts:*", "iam:*"]), deny("iam:Create*")
    )
    account = world.role("r", trust(HOME)).build()
    found = what_can(account, "ann")
    sure, perhaps = found.reaching(EVERYWHERE) | found.reaching(SOMEWHERE), found.reaching(CONDITIONAL)
    for action in (
        "s3:GetObject", "s3:ListBucket", "s3:CreateBucket", "ec2:RunInstances", "ec2:DescribeInstances", "iam:CreateUser",
        "iam:GetUser", "sts:AssumeRole", "sts:TagSession", "sts:GetCallerIdentity", "lambda:InvokeFunction",
    ):  # fmt: skip
        outcome = can(account, "ann", ask(action)).outcome
        told = bool(mask(action) & sure), bool(mask(action) & perhaps)
        assert told == (outcome is YES, outcome is IF), action


# bare documents


def policy(*statements: dict[str, Any]) -> Document:
    return Document(arn="", name="p", kind="file", policy=parse_value(document(*statements)))


def shared(principal: Any, action: str = "s3:GetObject") -> Document:
    body = bucket("Allow", principal, action)
    return Document(arn="", name="p", kind="file", policy=parse_value(body))


@pytest.mark.parametrize(
    ("old", "new", "expect"),
    [
        (policy(allow("s3:Get*")), policy(allow("s3:GetObject")), "contained"),
        (policy(allow("s3:GetObject")), policy(allow("s3:Get*")), "not contained"),
        (policy(allow("s3:*", Condition=MFA)), policy(allow("s3:*")), "not contained"),
        (policy(), policy(allow("s3:*")), "not contained"),
        (policy(allow("s3:*")), policy(), "contained"),
        (shared({"AWS": [ANN, FOREIGN]}), shared({"AWS": ANN}), "contained"),
        (shared({"AWS": ANN}), shared({"AWS": [ANN, FOREIGN]}), "not contained"),
        (shared({"AWS": ANN}), shared({"AWS": ANN}, "s3:PutObject"), "not contained"),
        (policy(), shared({"AWS": ANN}), "not contained"),
    ],
)
def test_what_is_new_in_a_policy(old: Document, new: Document, expect: str) -> None:
    found = compare(old, new)
    assert found.verdict.value == expect
    assert bool(found.witness) is (expect == "not contained")


def test_policies_of_different_kinds_are_not_compared() -> None:
    with pytest.raises(UsageError, match="the same kind"):
        compare(policy(allow("s3:*")), shared("*"))


@pytest.mark.parametrize(
    ("document_", "action", "resource", "expect"),
    [
        (policy(GET), "s3:GetObject", "*", True),
        (policy(GET), "s3:*", OBJECT, True),
        (policy(GET), "s3:GetObject", "arn:aws:s3:::c/*", False),
        (policy(GET), "s3:PutObject", "*", False),
        (policy(GET, deny("s3:*")), "s3:GetObject", "*", False),
        (policy(allow("s3:*", Condition=MFA)), "s3:GetObject", "*", True),
        (policy(allow("novel:*")), "novel:Do", "*", True),
        (policy(), "sts:GetCallerIdentity", "*", False),  # everybody may, whatever the policy says
        (shared({"AWS": ANN}), "s3:GetObject", "*", True),
        (shared({"AWS": ANN}), "s3:PutBucketPolicy", "*", False),  # the owner's root may, whatever the policy says
        (shared({"AWS": FOREIGN}), "s3:GetObject", OBJECT, True),
        (shared({"Service": "ec2.amazonaws.com"}), "s3:GetObject", OBJECT, True),
    ],
)
def test_what_a_policy_grants(document_: Document, action: str, resource: str, expect: bool) -> None:
    assert grants(document_, action, resource).granted is expect
