import msgspec
import pytest

from leastprivilege.adopt import adopt, advice, escalation, kinds, statements
from leastwise.access import assume, can
from leastwise.account.model import Account, User
from leastwise.escalation import find_paths
from leastwise.leastprivilege import Adviser
from leastwise.results import Verdict
from world import ACCOUNT, World, allow, an_account, by_service, document, group_of, role_of, trust, user_of

IAM = f"arn:aws:iam::{ACCOUNT}"
ANN = f"{IAM}:user/ann"
ADMIN = f"{IAM}:role/admin"


def fleet() -> World:
    return (
        an_account()
        .role("admin", by_service("lambda"), attached=("AdministratorAccess",))
        .role("worker", by_service("lambda"))
    )


def people(world: World) -> tuple[Account, User]:
    account = world.build()
    return account, user_of(account, "ann")


def test_an_action_on_the_way_is_removed_and_nothing_else() -> None:
    account, ann = people(
        an_account().user("ann", inline={"p": document(allow(["iam:PutUserPolicy", "iam:GetUser"], ANN))})
    )
    found = advice(account, ann, escalation(ann, ann, f"iam:PutUserPolicy on {ANN}"))
    assert statements(found) == [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": ANN}]
    assert kinds(found) == {"escalation closed"}
    assert found.actions_after == found.actions_before - 1


@pytest.mark.parametrize("verdict", [Verdict.LATENT, Verdict.LATERAL])
def test_what_is_no_escalation_stays(verdict: Verdict) -> None:
    account, ann = people(an_account().user("ann", inline={"p": document(allow("iam:PutUserPolicy", ANN))}))
    assert not advice(account, ann, escalation(ann, ann, f"iam:PutUserPolicy on {ANN}", verdict=verdict)).changes


def test_a_role_on_the_way_is_no_longer_passed_and_the_others_are() -> None:
    granted = allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])
    account, ann = people(fleet().user("ann", inline={"p": document(granted)}))
    found = advice(
        account,
        ann,
        escalation(ann, role_of(account, "admin"), f"iam:PassRole on {ADMIN}", "lambda:CreateFunction on *"),
    )
    after = adopt(ann, found)
    assert can(account, after, "iam:PassRole", ADMIN).allowed is False
    assert can(account, after, "iam:PassRole", f"{IAM}:role/worker").allowed
    assert can(account, after, "lambda:CreateFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:x").allowed


def test_among_many_roles_a_deny_takes_out_the_one() -> None:
    world = fleet()
    for number in range(25):
        world.role(f"worker-{number}", by_service("lambda"))
    account, ann = people(world.user("ann", inline={"p": document(allow(["iam:PassRole", "lambda:CreateFunction"]))}))
    found = advice(account, ann, escalation(ann, role_of(account, "admin"), f"iam:PassRole on {ADMIN}"))
    assert {"Effect": "Deny", "Action": "iam:PassRole", "Resource": ADMIN} in statements(found)


@pytest.mark.parametrize(
    "granted",
    [
        {"Effect": "Allow", "Action": "iam:PassRole", "NotResource": f"{IAM}:role/secret"},
        {"Effect": "Allow", "NotAction": "s3:*", "NotResource": f"{IAM}:role/secret"},
    ],
)
def test_roles_excluded_from_an_exclusion_are_denied(granted: dict[str, str]) -> None:
    lambdas = allow("lambda:CreateFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:x")
    account, ann = people(fleet().user("ann", inline={"p": document(granted, lambdas)}))
    found = advice(account, ann, escalation(ann, role_of(account, "admin"), f"iam:PassRole on {ADMIN}"))
    assert {"Effect": "Deny", "Action": "iam:PassRole", "Resource": ADMIN} in statements(found)
    assert granted in statements(found)


def test_a_role_named_by_a_variable_is_not_offered_to_others() -> None:
    granted = allow(
        ["iam:PassRole", "lambda:CreateFunction"], [f"{IAM}:role/${{aws:userid}}", ADMIN, "arn:aws:lambda:*"]
    )
    account, ann = people(fleet().user("ann", inline={"p": document(granted)}))
    found = advice(account, ann, escalation(ann, role_of(account, "admin"), f"iam:PassRole on {ADMIN}"))
    assert not any("withheld" in w for w in found.warnings)
    assert can(account, adopt(ann, found), "iam:PassRole", ADMIN).allowed is False


def test_a_wildcard_is_spelled_out_by_the_dated_catalogue() -> None:
    account, ann = people(an_account().user("ann", inline={"p": document(allow("iam:*"))}))
    found = advice(account, ann, escalation(ann, ann, f"iam:PutUserPolicy on {ANN}"))
    after = adopt(ann, found)
    assert can(account, after, "iam:PutUserPolicy", ANN).allowed is False
    assert can(account, after, "iam:PutRolePolicy", ADMIN).allowed
    assert "catalogue of 20" in next(c.reason for c in found.changes if c.kind == "escalation closed")
    assert found.actions_after == found.actions_before - 1


def test_an_exclusion_excludes_one_more_and_is_not_expanded() -> None:
    granted = {"Effect": "Allow", "NotAction": ["s3:*"], "Resource": "*", "Condition": {"Bool": {"aws:Via": "true"}}}
    account, ann = people(an_account().user("ann", inline={"p": document(granted)}))
    found = advice(account, ann, escalation(ann, ann, f"iam:PutUserPolicy on {ANN}"))
    assert statements(found) == [{**granted, "NotAction": ["s3:*", "iam:PutUserPolicy"]}]


def test_everything_but_the_way_becomes_an_exclusion() -> None:
    granted = allow("*", "*", Condition={"Bool": {"aws:Via": "true"}})
    account, ann = people(an_account().user("ann", inline={"p": document(granted)}))
    found = advice(account, ann, escalation(ann, ann, f"iam:PutUserPolicy on {ANN}"))
    assert statements(found)[0]["NotAction"] == "iam:PutUserPolicy"


def test_a_wildcard_over_all_services_gets_a_deny_instead_of_a_list() -> None:
    granted = allow("*:Put*", "*")
    account, ann = people(an_account().user("ann", inline={"p": document(granted)}))
    found = advice(account, ann, escalation(ann, ann, f"iam:PutUserPolicy on {ANN}"))
    assert statements(found) == [granted, {"Effect": "Deny", "Action": "iam:PutUserPolicy", "Resource": ANN}]


def test_assuming_is_denied_because_a_trust_may_stand_by_itself() -> None:
    world = an_account().role("admin", trust({"AWS": ANN}), attached=("AdministratorAccess",))
    account, ann = people(world.user("ann", inline={"p": document(allow("sts:AssumeRole", f"{IAM}:role/*"))}))
    assert isinstance(ann, User)
    found = advice(account, ann, escalation(ann, role_of(account, "admin"), f"sts:AssumeRole on {ADMIN}"))
    after = adopt(ann, found)
    assert isinstance(after, User)
    assert assume(account, after, role_of(account, "admin")).allowed is False
    assert not any("not ended" in w for w in found.warnings)


def test_a_trust_that_needs_no_permission_is_named() -> None:
    world = an_account().role("admin", trust({"AWS": ANN}), attached=("AdministratorAccess",)).user("ann")
    account, ann = people(world)
    found = advice(account, ann, escalation(ann, role_of(account, "admin"), f"sts:AssumeRole on {ADMIN}"))
    assert not found.changes
    assert any("not ended" in w and "trust policies" in w for w in found.warnings)


def test_any_resource_means_every_statement_that_grants_it() -> None:
    arn = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:"
    granted = [allow("lambda:UpdateFunctionCode", f"{arn}a"), allow("lambda:UpdateFunctionCode", f"{arn}b")]
    account, ann = people(fleet().user("ann", inline={"p": document(*granted)}))
    path = escalation(
        ann, role_of(account, "admin"), f"lambda:UpdateFunctionCode on {arn}a", verdict=Verdict.CONDITIONAL
    )
    found = advice(account, ann, path)
    assert not found.policies
    assert {c.pointer[-1] for c in found.changes if c.kind == "escalation closed"} == {"0", "1"}


def test_what_a_group_grants_is_closed_at_the_group() -> None:
    team = f"{IAM}:group/team"
    world = an_account().group("team", inline={"g": document(allow("iam:PutGroupPolicy", team))})
    account, ann = people(world.user("ann", groups=("team",)))
    path = escalation(ann, ann, f"iam:PutGroupPolicy on {team}")
    assert kinds(advice(account, group_of(account, "team"), path)) == {"escalation closed", "policy removed"}
    own = advice(account, ann, path)
    assert not own.changes
    assert any("see its groups" in w for w in own.warnings)


def test_a_shared_policy_is_replaced_for_this_principal_only() -> None:
    world = an_account().policy("shared", document(allow(["iam:PutUserPolicy", "iam:GetUser"], f"{IAM}:user/*")))
    account, ann = people(world.user("ann", attached=("shared",)).user("bob", attached=("shared",)))
    found = advice(account, ann, escalation(ann, ann, f"iam:PutUserPolicy on {ANN}"))
    assert [(p.name, p.replaces) for p in found.policies] == [("leastwise-ann-shared", f"{IAM}:policy/shared")]
    assert found.affects == (f"{IAM}:user/bob",)


def test_escalations_that_are_found_are_not_found_again() -> None:
    world = fleet().role(
        "ops", trust({"AWS": ACCOUNT}), inline={"p": document(allow("iam:AttachRolePolicy", f"{IAM}:role/ops"))}
    )
    world.user("ann", inline={"p": document(allow(["iam:PassRole", "lambda:*"]), allow("iam:PutUserPolicy", ANN))})
    world.user("bob", inline={"p": document(allow("iam:CreateAccessKey"), allow("sts:AssumeRole", f"{IAM}:role/ops"))})
    world.group("team", inline={"g": document(allow("iam:AttachGroupPolicy"))}).user("cy", groups=("team",))
    account = world.build()
    before = {path.fingerprint: path for path in find_paths(account) if path.escalates}
    assert {p.source.name for p in before.values()} == {"ann", "bob", "cy", "ops"}

    adviser = Adviser(account, before.values())
    groups = {g.arn: adopt(g, adviser.recommend(g, 0)) for g in account.groups}
    users = tuple(adopt(u, adviser.recommend(u, 0)) for u in account.users)
    after = msgspec.structs.replace(
        account,
        users=tuple(msgspec.structs.replace(u, groups=tuple(groups[g.arn] for g in u.groups)) for u in users),  # type: ignore[union-attr]
        roles=tuple(adopt(r, adviser.recommend(r, 0)) for r in account.roles),
        memo={},
    )
    assert not {p.fingerprint for p in find_paths(after) if p.escalates} & before.keys()
