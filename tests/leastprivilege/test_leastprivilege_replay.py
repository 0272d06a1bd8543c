"""Every observed event is replayed against the recommended policy by the evaluator alone: no word of the proof counts.

What the proof claims must then be seen to be so: nothing that was allowed is refused where it says that all is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from leastprivilege.adopt import adopt
from leastwise.access import can
from leastwise.advised import Tri
from leastwise.escalation import find_paths
from leastwise.evidence import Knowledge
from leastwise.leastprivilege import Adviser
from leastwise.leastprivilege.proof import prove
from leastwise.usage.records import Known
from trails import DATA, FAR, a_call, every_day, the_logs
from world import ACCOUNT, World, allow, by_service, deny, document

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.results import Recommendation
    from leastwise.usage.records import Observation

TABLE = f"arn:aws:dynamodb:{FAR}:{ACCOUNT}:table/orders"
WORK = (
    a_call("role/worker", "s3:GetObject", {"bucketName": "b", "key": "in/1"}, **DATA),
    a_call("role/worker", "s3:PutObject", {"bucketName": "b", "key": "out/1"}, **DATA),
    a_call("role/worker", "s3:ListBuckets"),
    a_call("role/worker", "ec2:DescribeInstances"),
    a_call("role/worker", "sqs:SendMessage", {"queueUrl": f"https://sqs.{FAR}.amazonaws.com/{ACCOUNT}/q"}, **DATA),
    a_call(
        "role/worker",
        "lambda:CreateFunction20150331",
        {"functionName": "f", "role": f"arn:aws:iam::{ACCOUNT}:role/runner"},
    ),
    a_call("role/worker", "dynamodb:GetItem", {"tableName": "orders"}, **DATA),
    a_call("role/worker", "iam:GetUser", {"userName": "ann"}, errorCode="AccessDenied"),
)
PASS_RUNNER = allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/*")
POLICIES: dict[str, list[dict[str, Any]]] = {
    "wildcards": [allow(["s3:*", "sqs:*", "lambda:*", "ec2:*", "dynamodb:*"]), PASS_RUNNER],
    "some denied": [allow(["s3:*", "ec2:*"]), deny("s3:PutObject", "arn:aws:s3:::b/secret/*"), PASS_RUNNER],
    "an escalation": [allow(["s3:*", "iam:PassRole", "lambda:*", "iam:PutRolePolicy"])],
    "all but": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
    "by condition": [
        allow("s3:*", Condition={"StringEquals": {"aws:RequestedRegion": FAR}}),
        allow("dynamodb:*", TABLE),
    ],
    "less than was used": [allow("sqs:*"), allow("ec2:*")],
}


def judged(*statements: dict[str, Any]) -> tuple[Account, Holder, tuple[Observation, ...], Recommendation]:
    world = World().bucket("b").role("worker", age=500, used=1, inline={"p": document(*statements)})
    world.role("runner", age=500, trusted=by_service("lambda"), inline={"p": document(allow("*"))})
    account = world.build()
    worker = next(role for role in account.roles if role.name == "worker")
    knowledge = Knowledge.of(account, [the_logs(*every_day(), *WORK)])
    found = Adviser(account, find_paths(account), knowledge=knowledge).recommend(worker, 50)
    return account, worker, knowledge.observed(worker), found


def lost(account: Account, before: Holder, after: Holder, seen: Observation) -> bool:
    """Whether the evaluator allows the event now and refuses it then."""
    facts = {"aws:RequestedRegion": seen.circumstance.region}
    if seen.circumstance.passed_to:
        facts["iam:PassedToService"] = seen.circumstance.passed_to
    now, then = (can(account, one, seen.action, seen.resource, facts=facts).allowed for one in (before, after))
    return now is True and then is False


@pytest.mark.parametrize("name", POLICIES)
def test_what_was_seen_is_still_allowed_where_the_proof_says_so(name: str) -> None:
    account, worker, observed, found = judged(*POLICIES[name])
    after = adopt(worker, found)
    exact = [seen for seen in observed if seen.known is Known.EXACT]
    assert len(exact) > 5
    gone = [seen.action for seen in exact if lost(account, worker, after, seen)]
    assert (found.proof.covers_observed is Tri.NO) == bool(gone), found.proof
    if found.policies:
        assert found.proof.observed + found.proof.set_apart == len(observed)


def test_a_use_that_is_taken_away_is_lost_and_said_to_be() -> None:
    account, worker, observed, _ = judged(*POLICIES["wildcards"])
    blind = Adviser(account, find_paths(account)).recommend(worker, 50)  # it takes away that a role is passed
    after = adopt(worker, blind)
    proof = prove(account, worker, after, knowledge=Knowledge.of(account, [the_logs(*every_day(), *WORK)]))
    gone = [(seen.action, seen.resource) for seen in observed if lost(account, worker, after, seen)]
    assert gone == [("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/runner")]
    assert [(example.action, example.resource) for example in proof.counterexamples] == gone
    assert proof.covers_observed is Tri.NO
    assert not proof.is_safe


def test_what_was_seen_and_is_not_allowed_today_is_set_apart() -> None:
    *_, found = judged(*POLICIES["less than was used"])
    assert found.proof.set_apart > 2
    assert any("not allowed by the current policies" in reason for reason in found.proof.reasons)
