from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from leastprivilege.adopt import adopt, advice, score, statements, statements_of
from leastwise.access import Holder, can
from leastwise.account.model import Account
from leastwise.advised import Tri
from leastwise.leastprivilege import advise
from leastwise.leastprivilege.packing import size_of
from leastwise.results import Confidence
from world import ACCOUNT, allow, an_account, by_service, document, role_of, user_of

QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"


def everyone(account: Account, limit: int = 200) -> tuple[list[str], int]:
    found = advise(account, [score(h, n) for n, h in enumerate(account.holders)], limit=limit)
    return [r.subject.name for r in found.recommendations], found.left_out


def test_a_full_administrator_gets_a_warning_and_no_invented_policy() -> None:
    account = an_account().user("root", attached=("AdministratorAccess",)).build()
    found = advice(account, user_of(account, "root"))
    assert not found.policies
    assert found.actions_before == found.actions_after
    assert found.confidence is Confidence.CONDITIONAL
    assert "without evidence of use" in found.warnings[0]


def test_exempt_reserved_and_service_linked_principals_get_none() -> None:
    world = an_account().user("glass", tags={"EmergencyAccess": "true"}).role("OrganizationAccountAccessRole")
    world.role("AWSServiceRoleForX", path="/aws-service-role/x.amazonaws.com/")
    world.role("AWSReservedSSO_x", path="/aws-reserved/sso.amazonaws.com/").user("ann")
    assert everyone(world.build()) == (["ann"], 0)


def test_the_riskiest_come_first_and_the_rest_is_counted() -> None:
    account = an_account().user("ann").user("bob").user("cy").build()
    assert everyone(account, limit=2) == (["cy", "bob"], 1)


def test_subjects_that_hold_no_policies_are_passed_over() -> None:
    account = an_account().bucket("logs").build()
    bucket = account.buckets[0]
    assert advise(account, [msgspec.structs.replace(score(_ann(account)), subject=bucket.subject)]) == ((), 0)


def _ann(account: Account):  # type: ignore[no-untyped-def]  # noqa: ANN202 - any holder's shape will do
    return user_of(an_account(account.id).user("ann").build(), "ann")


def test_an_unreadable_policy_is_left_and_named() -> None:
    world = an_account().user("ann", inline={"odd": {"Statement": "?"}, "p": document(allow("sqs:SendMessage"))})
    account = world.build()
    found = advice(account, user_of(account, "ann"))
    assert any("odd could not be read" in w for w in found.warnings)
    assert [p.name for p in found.policies] == ["p"]
    assert found.confidence is Confidence.CONDITIONAL


def test_no_evidence_is_always_said() -> None:
    account = an_account().user("ann").build()
    assert "no usage evidence" in advice(account, user_of(account, "ann")).confidence_reasons[0]


def test_equal_principals_get_equal_policies_for_themselves() -> None:
    body = {"p": document(allow(["sqs:SendMessage", "sns:Publish"]))}
    account = an_account().role("a", inline=body).role("b", inline=body).build()
    first, second = (advice(account, role_of(account, name)) for name in "ab")
    assert [p.document for p in first.policies] == [p.document for p in second.policies]
    assert all(second.subject.arn == c.document for c in second.changes)


def test_sizes_leave_out_whitespace() -> None:
    assert size_of({"Sid": "a b\t c"}) == len('{"Sid":"abc"}') + len("\\t")


def test_what_outgrows_the_inline_quota_becomes_managed_policies_that_fit() -> None:
    names = [f"sqs:Job{number:04}Done" for number in range(700)]
    account = an_account().user("ann", inline={"p": document(allow(["sqs:SendMessage", *names], Sid="Many"))}).build()
    found = advice(account, user_of(account, "ann"))
    assert len(found.policies) > 1
    assert {p.kind for p in found.policies} == {"managed"}
    assert all(p.size == size_of(p.document) <= p.quota == 6144 for p in found.policies)
    assert len({p.name for p in found.policies}) == len(found.policies)
    granted = {a for s in statements(found) for a in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])}
    assert {*names, "sqs:SendMessage"} == granted
    for policy in found.policies:
        sids = [s["Sid"] for s in statements_of(policy.document)]
        assert len(set(sids)) == len(sids)


def test_names_stay_within_what_aws_takes() -> None:
    world = an_account().policy("p" * 120, document(allow("sqs:SendMessage")))
    world.user("u" * 60, attached=("p" * 120,)).user("bob", attached=("p" * 120,))
    account = world.build()
    assert [len(p.name) for p in advice(account, user_of(account, "u" * 60)).policies] == [128]


def test_the_proof_says_how_it_was_made() -> None:
    account = an_account().user("ann", inline={"p": document(allow("sqs:*"))}).build()
    proof = advice(account, user_of(account, "ann")).proof
    assert proof.subset_of_current is Tri.YES
    assert proof.method == "each statement lies within one of the other"
    assert proof.covers_observed is Tri.UNKNOWN
    assert not proof.is_safe


def test_what_changes_nothing_needs_no_proof() -> None:
    account = an_account().user("ann", inline={"p": document(allow("sts:GetCallerIdentity"))}).build()
    found = advice(account, user_of(account, "ann"))
    assert not found.policies
    assert found.proof.is_safe
    assert found.proof.method == "nothing changes"


def test_nothing_is_proven_of_a_principal_of_whom_a_policy_cannot_be_read() -> None:
    account = an_account().user("ann", inline={"p": document(allow("sqs:*")), "torn": {"Statement": 7}}).build()
    found = advice(account, user_of(account, "ann"))
    assert found.policies
    assert found.proof.subset_of_current is Tri.UNKNOWN
    assert found.proof.reasons[0] == "torn could not be read"


ACTIONS = (
    "*", "s3:*", "s3:GetObject", "s3:Get*", "s3:ListBucket", "s3:CreateBucket", "iam:PassRole", "iam:*", "iam:Pass*",
    "sqs:SendMessage", "sqs:*", "sqs:ListQueues", "sqs:Teleport", "lambda:CreateFunction", "*:List*", "ec2:Describe*",
)  # fmt: skip
RESOURCES = (
    "*", "arn:aws:s3:::*", "arn:aws:s3:::logs/*", "arn:aws:s3:::logs", "arn:aws:s3:::partner/*", QUEUE,
    f"arn:aws:iam::{ACCOUNT}:role/*", f"arn:aws:iam::{ACCOUNT}:role/worker", "arn:aws:sqs:*:*:*",
    "arn:aws:s3:::${aws:username}/*",
)  # fmt: skip
CONDITIONS = (
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}},
    {"StringEquals": {"aws:username": "somebody"}},
)
ASKED = (
    ("s3:GetObject", "arn:aws:s3:::logs/x"), ("s3:GetObject", "arn:aws:s3:::partner/x"),
    ("s3:GetObject", "arn:aws:s3:::ann/x"), ("s3:ListBucket", "arn:aws:s3:::logs"),
    ("s3:CreateBucket", "arn:aws:s3:::new"), ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/worker"),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/other"), ("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/ann"),
    ("iam:ListUsers", f"arn:aws:iam::{ACCOUNT}:user/"), ("sqs:SendMessage", QUEUE), ("sqs:Teleport", QUEUE),
    ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:999988887777:theirs"), ("sqs:ListQueues", "*"),
    ("lambda:CreateFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"), ("ec2:DescribeInstances", "*"),
    ("new:Thing", "arn:aws:new:::thing"),
)  # fmt: skip


@st.composite
def any_statement(draw: st.DrawFn) -> dict[str, object]:
    found: dict[str, object] = {
        "Effect": draw(st.sampled_from(("Allow", "Allow", "Allow", "Deny"))),
        draw(st.sampled_from(("Action", "Action", "Action", "NotAction"))): draw(
            st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=4)
        ),
        draw(st.sampled_from(("Resource", "Resource", "Resource", "NotResource"))): draw(
            st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=3)
        ),
    }
    condition = draw(st.none() | st.sampled_from(CONDITIONS))
    return {**found, "Condition": condition} if condition else found


POLICIES = st.lists(st.lists(any_statement(), min_size=1, max_size=4), min_size=1, max_size=3)
STRENGTH = {False: 0, None: 1, True: 2}


def _world(bodies: list[list[dict[str, object]]], boundary: list[dict[str, object]] | None) -> Account:
    world = an_account().bucket("logs").role("worker", by_service("lambda")).role("other", by_service("ec2"))
    if boundary:
        world.policy("limit", document(*boundary))
    inline = {f"p{number}": document(*body) for number, body in enumerate(bodies)}
    return world.user("ann", inline=inline, boundary="limit" if boundary else "").build()


@settings(deadline=None)
@given(POLICIES, st.none() | st.lists(any_statement(), min_size=1, max_size=2))
def test_nothing_is_allowed_that_was_not(
    bodies: list[list[dict[str, object]]], boundary: list[dict[str, object]] | None
) -> None:
    account = _world(bodies, boundary)
    before = user_of(account, "ann")
    found = advice(account, before)
    assert not any("withheld" in w for w in found.warnings)
    after = adopt(before, found)
    for action, resource in ASKED:
        now, then = (can(account, h, action, resource).allowed for h in (after, before))
        assert STRENGTH[now] <= STRENGTH[then], (action, resource)
    assert found.actions_after <= found.actions_before


@settings(deadline=None)
@given(POLICIES, st.none() | st.lists(any_statement(), min_size=1, max_size=2))
def test_cleaning_alone_changes_no_answer(
    bodies: list[list[dict[str, object]]], boundary: list[dict[str, object]] | None
) -> None:
    account = _world(bodies, boundary)
    before: Holder = user_of(account, "ann")
    found = advice(account, before)
    if any(c.kind == "scoped" for c in found.changes):
        found = advice(account, before := adopt(before, found))
    if not any(c.kind == "scoped" for c in found.changes):
        after = adopt(before, found)
        for action, resource in ASKED:
            assert can(account, after, action, resource).allowed == can(account, before, action, resource).allowed


@settings(deadline=None)
@given(POLICIES)
def test_what_is_advised_needs_no_further_advice(bodies: list[list[dict[str, object]]]) -> None:
    account = _world(bodies, None)
    before = user_of(account, "ann")
    found = advice(account, before)
    if all(p.kind == "inline" for p in found.policies):
        assert not advice(account, adopt(before, found)).changes


@settings(deadline=None)
@given(POLICIES)
def test_the_same_account_gets_the_same_advice(bodies: list[list[dict[str, object]]]) -> None:
    first, second = (advice(a := _world(bodies, None), user_of(a, "ann")) for _ in "12")
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
    assert all(one <= two for one, two in pairwise(sorted(c.pointer for c in first.changes)))


def test_a_new_policy_takes_no_name_that_is_taken() -> None:
    body = document(allow("sqs:SendMessage"))
    world = an_account().policy("p", body).policy("Leastwise-ANN-p", body).policy("leastwise-ann-p-3", body)
    account = world.user("ann", attached=("p",)).user("bob", attached=("p",)).build()
    ann, bob = (advice(account, user_of(account, name)) for name in ("ann", "bob"))
    assert [p.name for p in ann.policies] == ["leastwise-ann-p-2"]
    assert "create-policy --policy-name=leastwise-ann-p-2 " in " ".join(step.command for step in ann.plan)
    assert [p.name for p in bob.policies] == ["leastwise-bob-p"]


def test_the_parts_of_a_long_policy_take_no_name_that_is_taken() -> None:
    names = [f"sqs:Job{number:04}Done" for number in range(700)]
    world = an_account().policy("leastwise-ann-p-2", document(allow("sns:Publish")))
    account = world.user("ann", inline={"p": document(allow(["sqs:SendMessage", *names]))}).build()
    found = [p.name for p in advice(account, user_of(account, "ann")).policies]
    assert found[:2] == ["leastwise-ann-p-1", "leastwise-ann-p-3"]
    assert len(set(found)) == len(found)


def test_an_inline_and_a_shared_policy_of_one_name_get_two() -> None:
    names = [f"sqs:Job{number:04}Done" for number in range(150)]
    world = an_account().policy("p", document(allow("sqs:SendMessage"))).user("bob", attached=("p",))
    world.user("ann", inline={"p": document(allow(["sns:Publish", *names]))}, attached=("p",))
    account = world.build()
    assert [p.name for p in advice(account, user_of(account, "ann")).policies] == [
        "leastwise-ann-p",
        "leastwise-ann-p-2",
    ]
