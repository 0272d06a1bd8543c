"""Laws of advice that follows use: on random policies and random use."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leastprivilege.adopt import adopt
from leastprivilege.test_leastprivilege_advice import any_statement
from leastwise.access import can
from leastwise.advised import Tri
from leastwise.evidence import Knowledge
from leastwise.leastprivilege import Adviser
from leastwise.leastprivilege.packing import INLINE_QUOTA
from leastwise.usage.records import Circumstance, Evidence, Known, Observation
from trails import DATA, FAR, a_call, an_arn, every_day, the_logs
from world import ACCOUNT, NOW, an_account, by_service, document, user_of

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.results import Recommendation
    from leastwise.usage.records import Coverage

QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
ROLES = f"arn:aws:iam::{ACCOUNT}:role"
USES = (
    ("s3:GetObject", "arn:aws:s3:::logs/a/x"), ("s3:GetObject", "arn:aws:s3:::logs/2026/x"),
    ("s3:GetObject", "arn:aws:s3:::partner/in/y"), ("s3:GetObject", "*"), ("s3:GetObjectTagging", "arn:aws:s3:::logs/a/x"),
    ("s3:ListBucket", "arn:aws:s3:::logs"), ("s3:ListBucket", "arn:aws:s3:::partner"), ("s3:ListAllMyBuckets", "*"),
    ("s3:CreateBucket", "arn:aws:s3:::new"), ("iam:PassRole", f"{ROLES}/worker"), ("iam:PassRole", f"{ROLES}/*other"),
    ("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/ann"), ("iam:ListUsers", f"arn:aws:iam::{ACCOUNT}:user/"),
    ("sqs:SendMessage", QUEUE), ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:999988887777:theirs"),
    ("sqs:GetQueueAttributes", QUEUE), ("sqs:ListQueues", "*"), ("ec2:DescribeInstances", "*"),
    ("lambda:CreateFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"),
)  # fmt: skip
ASKED = (
    *USES, ("iam:PassRole", f"{ROLES}/other"), ("s3:GetObject", "arn:aws:s3:::other/x"), ("s3:PutObject", "arn:aws:s3:::logs/a"),
    ("sqs:Teleport", QUEUE), ("new:Thing", "arn:aws:new:::thing"), ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t"), ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"),
)  # fmt: skip
STRENGTH = {False: 0, None: 1, True: 2}
BODIES = st.lists(st.lists(any_statement(), min_size=1, max_size=4), min_size=1, max_size=3)
SEEN = st.lists(st.sampled_from(USES), max_size=6, unique=True)
LONG_LISTS: list[list[dict[str, object]]] = [[{"Effect": "Allow", "Action": ["*:List*"], "Resource": ["*"]}]]
"""Scoped, it fits into one policy only once wildcards stand for what is left of its lists."""
NO_OBJECT: list[list[dict[str, object]]] = [[{"Effect": "Allow", "Action": ["*"], "Resource": ["arn:aws:s3:::logs"]}]]
"""It grants to read objects, by name, but there is no object among its resources."""
OBJECT, UNNAMED = USES[0], USES[3]
SOME = settings(deadline=None, max_examples=settings().max_examples // 5)


@cache
def _coverage(*, data: bool) -> Coverage:
    """What complete logs could see."""
    read = a_call("user/bob", "s3:GetObject", {"bucketName": "b", "key": "k"}, **DATA)
    return the_logs(*every_day(), *([read] if data else [])).coverage


def _logs(seen: list[tuple[str, str]], *, data: bool) -> Evidence:
    return Evidence(observations=tuple(_use(*one) for one in seen), coverage=_coverage(data=data))


def _use(action: str, resource: str) -> Observation:
    taken = Known.PATTERN if "*" in resource else Known.EXACT
    whole = action in {"s3:ListAllMyBuckets", "sqs:ListQueues", "ec2:DescribeInstances"}
    return Observation(
        principal=an_arn("user", "ann"),
        action=action,
        resource=resource,
        known=Known.UNKNOWN if resource == "*" and not whole else taken if resource != "*" else Known.EXACT,
        circumstance=Circumstance(account=ACCOUNT, region=FAR),
        count=1,
        first=NOW - timedelta(days=3),
        last=NOW - timedelta(days=2),
    )


def _account(bodies: list[list[dict[str, object]]]) -> Account:
    world = an_account().bucket("logs").role("worker", by_service("lambda")).role("other", by_service("ec2"))
    inline = {f"p{number}": document(*body) for number, body in enumerate(bodies[:2])}
    for body in bodies[2:]:
        world.policy("shared", document(*body)).user("bob", attached=("shared",))
    return world.user("ann", inline=inline, attached=("shared",) * len(bodies[2:])).build()


def _advise(account: Account, user: Holder, logs: Evidence, *, aggressive: bool = False) -> Recommendation:
    return Adviser(account, knowledge=Knowledge.of(account, [logs]), aggressive=aggressive).recommend(user, 50)


@SOME
@given(BODIES, SEEN, st.booleans(), st.booleans())
@example(bodies=NO_OBJECT, seen=[OBJECT, UNNAMED], data=False, aggressive=False)
def test_nothing_is_gained_nothing_seen_is_lost_and_all_fits(
    bodies: list[list[dict[str, object]]], seen: list[tuple[str, str]], data: bool, aggressive: bool
) -> None:
    account = _account(bodies)
    before = user_of(account, "ann")
    found = _advise(account, before, _logs(seen, data=data), aggressive=aggressive)
    assert not any("withheld" in w for w in found.warnings), found.warnings
    assert found.proof.subset_of_current is not Tri.NO
    assert found.proof.covers_observed is not Tri.NO, found.proof
    after = adopt(before, found)
    for action, resource in ASKED:
        now, then = (can(account, h, action, resource).allowed for h in (after, before))
        assert STRENGTH[now] <= STRENGTH[then], (action, resource)
        if (action, resource) in seen and "*" not in resource:
            assert now == then, (action, resource)
    assert found.use.used + found.use.unused_proven + found.use.unknown == found.actions_before
    assert all(p.size <= p.quota for p in found.policies)
    assert sum(p.size for p in found.policies if p.kind == "inline") <= INLINE_QUOTA[before.kind]
    assert len(after.attached) + sum(p.kind == "managed" for p in found.policies) <= 10


@SOME
@given(BODIES, SEEN, st.booleans(), st.booleans())
@example(bodies=LONG_LISTS, seen=[], data=False, aggressive=False)
def test_what_is_advised_needs_no_further_advice(
    bodies: list[list[dict[str, object]]], seen: list[tuple[str, str]], data: bool, aggressive: bool
) -> None:
    account, logs = _account(bodies), _logs(seen, data=data)
    before = user_of(account, "ann")
    found = _advise(account, before, logs, aggressive=aggressive)
    assert not _advise(account, adopt(before, found), logs, aggressive=aggressive).changes


@SOME
@given(BODIES, SEEN, SEEN, st.booleans())
def test_more_use_never_removes_more(
    bodies: list[list[dict[str, object]]], seen: list[tuple[str, str]], more: list[tuple[str, str]], data: bool
) -> None:
    account = _account(bodies)
    user = user_of(account, "ann")
    few, many = (adopt(user, _advise(account, user, _logs(uses, data=data))) for uses in (seen, list({*seen, *more})))
    for action, resource in ASKED:
        less, as_much = (can(account, h, action, resource).allowed for h in (few, many))
        assert STRENGTH[less] <= STRENGTH[as_much], (action, resource)


@SOME
@given(BODIES, SEEN, st.data())
def test_the_order_of_events_does_not_matter(
    bodies: list[list[dict[str, object]]], seen: list[tuple[str, str]], chosen: st.DataObject
) -> None:
    account = _account(bodies)
    user, shuffled = user_of(account, "ann"), chosen.draw(st.permutations(seen))
    first, second = (msgspec.json.encode(_advise(account, user, _logs(s, data=True))) for s in (seen, shuffled))
    assert first == second
