"""What is proven of a recommendation: it grants nothing new, and what was seen in use is still allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from leastprivilege.adopt import advice, escalation
from leastwise.account.last_accessed import CALL
from leastwise.advised import Tri
from leastwise.evidence import Knowledge
from leastwise.leastprivilege import Adviser
from leastwise.leastprivilege.proof import prove
from leastwise.policy.document import Document, parse_value
from trails import DATA, FAR, a_call, every_day, the_logs
from world import ACCOUNT, World, ago, allow, deny, document

if TYPE_CHECKING:
    from leastwise.advised import Proof

QUEUE = f"arn:aws:sqs:{FAR}:{ACCOUNT}:q"
BUCKET = "arn:aws:s3:::b"
KEY = f"arn:aws:kms:{FAR}:{ACCOUNT}:key/k"
YES, NO, UNKNOWN = Tri.YES, Tri.NO, Tri.UNKNOWN
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
GET = a_call("role/worker", "s3:GetObject", {"bucketName": "b", "key": "x/y"}, **DATA)
LIST = a_call("role/worker", "ec2:DescribeInstances")
DECRYPT = a_call(
    "role/worker",
    "kms:Decrypt",
    resources=[{"ARN": KEY, "type": "AWS::KMS::Key"}],
    **DATA,
)


def via(record: dict[str, Any], service: str) -> dict[str, Any]:
    return record | {"userIdentity": record["userIdentity"] | {"invokedBy": service}}


def advised(holder: Any, *statements: dict[str, object]) -> Any:
    """The principal with one policy instead of its own."""
    made = Document(arn=holder.arn, name="p", kind="inline", policy=parse_value(document(*statements)))
    return msgspec.structs.replace(holder, inline=(made,), memo={})


def proof(now: tuple[dict[str, object], ...], then: tuple[dict[str, object], ...], *records: dict[str, Any]) -> Proof:
    """Of a role with the first statements that is advised the second, after these events."""
    account = World().role("worker", age=500, used=3, inline={"p": document(*now)}).build()
    role = account.roles[0]
    knowledge = Knowledge.of(account, [the_logs(*every_day(), *records)])
    return prove(account, role, advised(role, *then), knowledge=knowledge)


@pytest.mark.parametrize(
    ("now", "then", "record", "kept"),
    [
        (allow("s3:*"), allow("s3:GetObject", f"{BUCKET}/x/*"), GET, YES),
        (allow("s3:*"), allow("s3:GetObject", f"{BUCKET}/z/*"), GET, NO),
        (allow("s3:*"), allow("s3:PutObject"), GET, NO),
        (allow("*"), allow("ec2:Describe*"), LIST, YES),
        (allow("s3:*", Condition=MFA), allow("s3:GetObject", Condition=MFA), GET, YES),
        (allow("s3:*"), allow("s3:GetObject", Condition=MFA), GET, UNKNOWN),
        (
            allow("s3:*"),
            allow("s3:*", Condition={"StringEquals": {"aws:RequestedRegion": FAR}}),
            GET,
            YES,
        ),
        (
            allow("s3:*"),
            allow("s3:*", Condition={"StringEquals": {"aws:RequestedRegion": "us-west-2"}}),
            GET,
            NO,
        ),
        (allow("kms:*"), allow("kms:Decrypt", KEY), DECRYPT, YES),
        (
            allow("kms:*"),
            allow("kms:Decrypt", KEY, Condition={"StringEquals": {"kms:ViaService": f"s3.{FAR}.amazonaws.com"}}),
            via(DECRYPT, "s3.amazonaws.com"),
            YES,
        ),
        (
            allow("kms:*"),
            allow("kms:Decrypt", KEY, Condition={"StringEquals": {"kms:ViaService": f"s3.{FAR}.amazonaws.com"}}),
            DECRYPT,
            NO,
        ),
        (
            allow("kms:*"),
            allow("kms:Decrypt", KEY, Condition={"ForAnyValue:StringEquals": {"aws:CalledVia": "s3.amazonaws.com"}}),
            via(DECRYPT, "athena.amazonaws.com"),
            NO,
        ),
    ],
)
def test_a_use_is_decided_on_the_advised_policies(
    now: dict[str, object], then: dict[str, object], record: dict[str, Any], kept: Tri
) -> None:
    found = proof((now,), (then,), record)
    assert found.subset_of_current is YES, found
    assert found.covers_observed is kept, found
    assert (found.observed, found.set_apart) == (1, 0)
    assert found.is_safe is (kept is YES)
    lost = [c for c in found.counterexamples if c.against == "covers_observed"]
    assert bool(lost) is (kept is NO)
    assert bool(found.reasons) is (kept is UNKNOWN)


def test_a_counterexample_is_the_use_that_would_be_lost() -> None:
    (example,) = proof((allow("s3:*"),), (allow("s3:PutObject"),), GET).counterexamples
    assert (example.action, example.resource) == ("s3:GetObject", f"{BUCKET}/x/y")
    assert example.principal.endswith(":role/worker")
    assert example.context["aws:requestedregion"] == (FAR,)


def test_what_grants_something_new_is_disproved_by_a_request() -> None:
    found = proof((allow("s3:GetObject", f"{BUCKET}/*"),), (allow("s3:GetObject", "arn:aws:s3:::b*"),), GET)
    assert found.subset_of_current is NO
    (example,) = found.counterexamples
    assert (example.against, example.action) == ("subset_of_current", "s3:GetObject")
    assert not example.resource.startswith(f"{BUCKET}/")
    assert not found.is_safe


@pytest.mark.parametrize(
    ("now", "then", "narrower"),
    [
        ((allow("*"), deny("iam:*")), (allow("*"), deny("iam:*")), YES),
        ((allow("*"), deny("iam:*")), (allow("*"),), NO),
        ((allow("*"), deny("iam:*")), (allow("s3:*"),), YES),
        (({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},), (allow(["s3:*", "sqs:*"]),), YES),
        (({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},), (allow("iam:GetUser"),), NO),
        (
            ({"Effect": "Allow", "Action": "s3:*", "NotResource": f"{BUCKET}/*"},),
            (allow("s3:*", "arn:aws:s3:::c/*"),),
            YES,
        ),
        (
            ({"Effect": "Allow", "Action": "s3:*", "NotResource": f"{BUCKET}/*"},),
            (allow("s3:*", "arn:aws:s3:::*/x"),),
            NO,
        ),
        ((allow("s3:*", Condition=MFA),), (allow("s3:*"),), NO),
        ((allow("s3:Get*"), allow("s3:Put*")), (allow(["s3:GetObject", "s3:PutObject"]),), YES),
    ],
)
def test_it_is_judged_over_the_whole_set_of_policies(
    now: tuple[dict[str, object], ...], then: tuple[dict[str, object], ...], narrower: Tri
) -> None:
    assert proof(now, then).subset_of_current is narrower


def test_a_use_that_the_current_policies_do_not_allow_is_set_apart() -> None:
    now, then = (allow(["s3:PutObject", "ec2:*"]),), (allow("ec2:Describe*"),)
    found = proof(now, then, GET, LIST)
    assert (found.observed, found.set_apart, found.covers_observed) == (1, 1, YES)
    (reason,) = found.reasons
    assert reason.startswith("s3:GetObject: seen in use, but not allowed by the current policies")
    alone = proof(now, then, GET)
    assert (alone.observed, alone.set_apart, alone.covers_observed) == (0, 1, UNKNOWN)


def test_where_the_event_does_not_tell_the_resource_only_all_of_them_will_do() -> None:
    nameless = a_call("role/worker", "s3:GetObject", {}, **DATA)
    now = (allow("s3:*"),)
    assert proof(now, (allow("s3:Get*"),), nameless).covers_observed is YES
    assert proof(now, (allow("s3:Get*", f"{BUCKET}/*"),), nameless).covers_observed is UNKNOWN
    assert proof(now, (allow("s3:Put*"),), nameless).covers_observed is NO


def test_an_event_without_its_resource_was_not_about_what_the_action_cannot_act_on() -> None:
    nameless = a_call("role/worker", "s3:GetObject", {}, **DATA)
    found = proof((allow("s3:*", BUCKET), allow("ec2:*")), (allow("ec2:*"),), nameless, LIST)
    assert (found.observed, found.set_apart, found.covers_observed) == (1, 1, YES)
    assert proof((allow("s3:*", [BUCKET, f"{BUCKET}/*"]),), (allow("s3:*", BUCKET),), nameless).covers_observed is NO


def test_a_denied_call_is_nothing_to_be_kept() -> None:
    found = proof((allow(["s3:*", "ec2:*"]),), (allow("ec2:*"),), GET | {"errorCode": "AccessDenied"}, LIST)
    assert (found.observed, found.covers_observed) == (1, YES)


def test_where_nothing_was_seen_it_takes_sources_that_would_have_seen_all() -> None:
    assert proof((allow("ec2:Run*"),), (allow("ec2:RunInstances"),)).covers_observed is YES
    assert proof((allow("s3:*Object"),), (allow("s3:GetObject"),)).covers_observed is UNKNOWN


def test_what_only_had_no_effect_takes_no_evidence_to_go() -> None:
    twice = document(allow("sqs:*", QUEUE), allow("sqs:SendMessage", QUEUE))
    hidden = document(allow(["sqs:SendMessage", "sns:Publish"], QUEUE), deny("sns:*"))
    for body in (twice, hidden):
        account = World().user("ann", inline={"p": body}).build()
        found = Adviser(account, knowledge=Knowledge.of(account)).recommend(account.users[0], 50)
        assert found.policies
        assert found.proof.is_safe
        assert found.proof.method.endswith("all that is allowed today is allowed then, whatever was used")
    account = World().user("ann", inline={"p": document(allow("sqs:*"))}).build()
    assert not Adviser(account, knowledge=Knowledge.of(account)).recommend(account.users[0], 50).proof.is_safe


def test_without_evidence_it_is_unknown_whether_what_was_used_is_kept() -> None:
    account = World().role("worker", inline={"p": document(allow("s3:*"))}).build()
    role = account.roles[0]
    for knowledge in (None, Knowledge.of(account)):
        found = prove(account, role, advised(role, allow("s3:GetObject")), knowledge=knowledge)
        assert found.covers_observed is UNKNOWN
        assert found.reasons == ("nothing is known of its use, so that what was used may be lost",)
        assert not found.is_safe


def test_what_a_groups_members_use_must_be_kept_for_each_of_them() -> None:
    world = World().group("dev", inline={"p": document(allow("s3:*"))})
    world.user("ann", age=500, groups=("dev",)).user("bob", age=500, groups=("dev",))
    account = world.build()
    calls = [
        a_call(f"user/{name}", "s3:GetObject", {"bucketName": "b", "key": name}, **DATA) for name in ("ann", "bob")
    ]
    knowledge = Knowledge.of(account, [the_logs(*every_day(), *calls)])
    group = account.groups[0]
    kept = prove(account, group, advised(group, allow("s3:GetObject", f"{BUCKET}/*")), knowledge=knowledge)
    assert (kept.observed, kept.covers_observed) == (2, YES)
    lost = prove(account, group, advised(group, allow("s3:GetObject", f"{BUCKET}/a*")), knowledge=knowledge)
    assert [c.principal.rpartition("/")[2] for c in lost.counterexamples] == ["bob"]


def test_a_tried_action_of_which_no_event_tells_must_be_kept_on_everything() -> None:
    tracked = {"ActionName": "StartInstances", "LastAccessedTime": ago(5)}
    told = {"ServiceNamespace": "ec2", "LastAuthenticated": ago(5), "TrackedActionsLastAccessed": [tracked]}
    report = {"JobStatus": "COMPLETED", "JobCompletionDate": ago(0), "ServicesLastAccessed": [told]}
    world = World().user("ann", age=500, inline={"p": document(allow("ec2:*"))})
    account = world.call(CALL, {world.arn("user", "ann"): report}).build()
    user = account.users[0]

    def kept(*statements: dict[str, object]) -> Tri:
        return prove(account, user, advised(user, *statements), knowledge=Knowledge.of(account)).covers_observed

    assert kept(allow("ec2:Start*")) is YES
    assert kept(allow("ec2:Start*", f"arn:aws:ec2:{FAR}:{ACCOUNT}:instance/*")) is UNKNOWN
    assert kept(allow("ec2:Describe*")) is NO


def test_paths_that_end_and_paths_that_stay_are_named() -> None:
    world = World().group("dev", inline={"g": document(allow("iam:PutUserPolicy"))})
    account = world.user("ann", groups=("dev",), inline={"p": document(allow("iam:AttachUserPolicy"))}).build()
    user = account.users[0]
    own, by_group = (
        escalation(user, user, f"iam:{action} on {user.arn}") for action in ("AttachUserPolicy", "PutUserPolicy")
    )
    own = msgspec.structs.replace(own, edges=(msgspec.structs.replace(own.edges[0], method="other"),))
    found = advice(account, user, own, by_group).proof
    assert (found.paths_closed, found.paths_remaining) == ((own.fingerprint,), (by_group.fingerprint,))
