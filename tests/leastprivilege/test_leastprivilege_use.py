"""Advice that follows use: what goes, what is narrowed, and the near misses that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from leastprivilege.adopt import adopt, advice, escalation, kinds, statements
from leastwise import catalog
from leastwise.account.last_accessed import CALL
from leastwise.evidence import Knowledge
from leastwise.leastprivilege import Adviser
from leastwise.leastprivilege.fitting import wildcards
from leastwise.leastprivilege.kin import ROWS, is_bound, kin, makes
from leastwise.policy.elements import Actions
from leastwise.policy.pattern import Glob
from trails import DATA, a_call, every_day, the_logs
from world import ACCOUNT, World, ago, allow, an_account, deny, document, role_of

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.results import Path, Recommendation

HERE = f"eu-west-1:{ACCOUNT}"
WORKER = "role/worker"
STOP = a_call(WORKER, "ec2:StopInstances", {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}})
LOOK = a_call(WORKER, "ec2:DescribeInstances", {})
READ = a_call(WORKER, "s3:GetObject", {"bucketName": "data", "key": "in/2026/a.csv"}, **DATA)


def advise(
    account: Account,
    *records: dict[str, Any],
    name: str = "worker",
    paths: tuple[Path, ...] = (),
    aggressive: bool = False,
) -> Recommendation:
    """The recommendation for a role, by complete logs with these events."""
    knowledge = Knowledge.of(account, [the_logs(*every_day(), *records)])
    return Adviser(account, paths, knowledge=knowledge, aggressive=aggressive).recommend(role_of(account, name), 50)


def worker(*granted: dict[str, Any], world: World | None = None, attached: tuple[str, ...] = ()) -> Account:
    inline = {"p": document(*granted)} if granted else None
    return (world or an_account()).role("worker", age=500, used=1, inline=inline, attached=attached).build()


def actions(recommendation: Recommendation) -> set[str]:
    found = (s["Action"] for s in statements(recommendation) if s["Effect"] == "Allow")
    return {action for one in found for action in ([one] if isinstance(one, str) else one)}


def test_what_a_person_would_have_written() -> None:
    account = worker(
        allow(["s3:*", "sqs:GetQueue*"], Sid="Store"),
        allow("ec2:*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
        deny("s3:DeleteBucket"),
    )
    put = a_call(WORKER, "s3:PutObject", {"bucketName": "data", "key": "out/b.csv"}, **DATA)
    queue = a_call(
        WORKER, "sqs:GetQueueAttributes", {"queueUrl": f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/jobs"}
    )
    found = advise(account, STOP, LOOK, READ, put, queue, aggressive=True)
    inside = {"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}
    assert statements(found) == [
        {"Sid": "Store", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/in/*"},
        {"Sid": "Store2", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::data/out/*"},
        {
            "Sid": "Store3",
            "Effect": "Allow",
            "Action": "sqs:GetQueueAttributes",
            "Resource": f"arn:aws:sqs:{HERE}:jobs",
        },
        {"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*", **inside},
        {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": f"arn:aws:ec2:{HERE}:instance/*", **inside},
        deny("s3:DeleteBucket"),
    ]
    assert (found.use.used, found.actions_after) == (5, 5)


def test_only_what_is_proven_unused_goes() -> None:
    found = advise(worker(allow(["dynamodb:*", "iam:CreateUser"])), LOOK)
    assert "dynamodb:GetItem" in actions(found)
    assert not {"dynamodb:*", "dynamodb:CreateTable", "iam:CreateUser"} & actions(found)
    change = next(c for c in found.changes if c.kind == "unused")
    assert change.reason.startswith(
        "no use in 120 days of CloudTrail logs; wildcards are spelled out by the catalogue of"
    )
    assert [c.kind for c in found.aggressive] == ["use unknown"]
    assert "there are no data events of dynamodb in the logs" in found.aggressive[0].reason
    bold = advise(worker(allow(["dynamodb:*", "iam:CreateUser"])), LOOK, aggressive=True)
    assert (bold.policies, bold.aggressive) == ((), ())
    assert kinds(bold) == {"unused", "use unknown", "policy removed"}


def test_without_evidence_the_advice_is_what_it_was() -> None:
    account = worker(allow(["s3:*", "iam:CreateUser"]))
    plain = advice(account, role_of(account, "worker"))
    assert (plain.evidence, plain.use.used, plain.aggressive) == ((), 0, ())
    assert "no usage evidence was seen" in plain.confidence_reasons[0]
    assert "use is known from CloudTrail logs" in advise(account, LOOK).confidence_reasons[0]


@pytest.mark.parametrize("sid", ["KeepUnusedBreakGlass", "NOREPOforAudit"])
def test_an_owner_can_keep_a_statement_as_it_is(sid: str) -> None:
    account = worker(
        allow("iam:CreateUser", "arn:aws:iam::*:user/x", Sid=sid), allow("iam:DeleteUser", "arn:aws:iam::*:user/x")
    )
    found = advise(account, LOOK)
    assert actions(found) == {"iam:CreateUser"}
    assert not found.aggressive


def test_all_but_some_is_spelled_out_and_dated() -> None:
    account = worker({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"})
    found = advise(account, LOOK, STOP, aggressive=True)
    assert actions(found) == {"ec2:DescribeInstances", "ec2:StopInstances"}
    assert any(f"by the catalogue of {catalog.version()}" in c.reason for c in found.changes)


@pytest.mark.parametrize(
    ("left_out", "expected"),
    [("other", "arn:aws:s3:::data/in/*"), ("data", ["arn:aws:s3:::data", "arn:aws:s3:::data/*"])],
)
def test_all_resources_but_some_are_narrowed_where_that_is_sure(left_out: str, expected: object) -> None:
    spared = [f"arn:aws:s3:::{left_out}", f"arn:aws:s3:::{left_out}/*"]
    account = worker({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": spared})
    found = advise(account, READ)
    if left_out == "other":
        assert statements(found) == [allow("s3:GetObject", expected)]  # type: ignore[arg-type]
    else:
        assert not found.policies


def test_resources_never_grow_beyond_the_statement() -> None:
    found = advise(worker(allow("s3:GetObject", ["arn:aws:s3:::data/in/2026/*", "arn:aws:s3:::logs/*"])), READ)
    assert statements(found) == [allow("s3:GetObject", "arn:aws:s3:::data/in/2026/*")]


def test_entries_that_mean_the_same_are_not_lost_for_each_other() -> None:
    found = advise(worker(allow("s3:GetObject", ["arn:aws:s3:::data/in/2*", "arn:aws:s3:::data/in/2**", "*/y"])), READ)
    assert statements(found) == [allow("s3:GetObject", ["*/y", "arn:aws:s3:::data/in/2*"])]


def test_resources_stay_where_a_use_did_not_name_them() -> None:
    unnamed = a_call(WORKER, "s3:GetObject", {}, **DATA)
    found = advise(worker(allow("s3:GetObject", "arn:aws:s3:::*")), READ, unnamed)
    assert "limited to what was used" not in kinds(found)


def test_what_is_made_anew_each_time_is_not_narrowed_to_the_last() -> None:
    made = a_call(WORKER, "sqs:CreateQueue", {"queueName": "jobs"})
    assert not advise(worker(allow("sqs:CreateQueue", f"arn:aws:sqs:{HERE}:*")), made).changes


def test_what_was_used_elsewhere_goes_from_here() -> None:
    account = worker(allow("s3:GetObject", "arn:aws:s3:::data/*"), allow("s3:GetObject", "arn:aws:s3:::logs/*"))
    found = advise(account, READ)
    assert statements(found) == [allow("s3:GetObject", "arn:aws:s3:::data/in/*")]
    assert any(c.reason == "each use that was seen was of other resources" for c in found.changes)


def test_a_call_through_a_service_keeps_its_condition() -> None:
    through = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    key = f"arn:aws:kms:{HERE}:key/k-1"
    call = a_call(WORKER, "kms:Decrypt", None, resources=[{"ARN": key}], sourceIPAddress="s3.amazonaws.com")
    found = advise(worker(allow(["kms:Decrypt", "kms:CreateKey"], Condition=through)), call)
    assert allow("kms:Decrypt", key, Condition=through) in statements(found)


def test_a_passed_role_is_kept_and_others_are_not() -> None:
    passing = a_call(
        WORKER, "lambda:CreateFunction20150331", {"functionName": "f", "role": f"arn:aws:iam::{ACCOUNT}:role/run"}
    )
    account = worker(allow(["iam:PassRole", "lambda:CreateFunction"]))
    found = advise(account, passing)
    assert allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/run") in statements(found)
    assert "iam:PassRole" not in actions(advise(account, LOOK))
    unnamed = a_call(WORKER, "lambda:CreateFunction20150331", {"functionName": "f"})
    assert "iam:PassRole" in actions(advise(account, unnamed))


def test_what_is_in_use_is_not_cut_to_close_an_escalation() -> None:
    world = an_account().role("boss", attached=("AdministratorAccess",))
    account = worker(
        allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/boss"), allow("lambda:CreateFunction"), world=world
    )
    boss = role_of(account, "boss")
    path = escalation(role_of(account, "worker"), boss, f"iam:PassRole on {boss.arn}", "lambda:CreateFunction on *")
    passing = a_call(WORKER, "lambda:CreateFunction20150331", {"functionName": "f", "role": boss.arn})
    assert {"iam:PassRole", "lambda:CreateFunction"} <= actions(advise(account, passing, paths=(path,)))
    assert "escalation closed" in kinds(advice(account, role_of(account, "worker"), path))


def test_what_was_granted_lately_has_its_grace() -> None:
    world = an_account().policy(
        "p",
        document(allow(["iam:CreateUser", "iam:DeleteUser"], "arn:aws:iam::*:user/x")),
        older=(document(allow("iam:DeleteUser", "arn:aws:iam::*:user/x")),),
    )
    for version, days in zip(world.policies[0]["PolicyVersionList"], (200, 20), strict=True):
        version["CreateDate"] = ago(days)
    found = advise(worker(world=world, attached=("p",)), LOOK, aggressive=True)
    assert actions(found) == {"iam:CreateUser"}
    assert "p grants iam:CreateUser since 2025-12-12: kept for 90 days, used or not" in found.warnings
    world.policies[0]["PolicyVersionList"][1]["CreateDate"] = ago(100)
    assert not advise(world.build(), LOOK).policies


def test_a_policy_that_others_hold_is_copied_for_the_one_who_uses_less() -> None:
    world = (
        an_account().policy("p", document(allow(["sqs:ListQueues", "iam:CreateUser"]))).role("other", attached=("p",))
    )
    found = advise(worker(world=world, attached=("p",)), a_call(WORKER, "sqs:ListQueues"))
    assert [p.name for p in found.policies] == ["leastwise-worker-p"]
    assert statements(found) == [allow("sqs:ListQueues")]


def test_a_full_administrator_gets_what_it_used() -> None:
    account = worker(attached=("AdministratorAccess",))
    found = advise(account, LOOK, STOP, READ, aggressive=True)
    assert actions(found) == {"ec2:DescribeInstances", "ec2:StopInstances", "s3:GetObject"}
    kept = advise(account, LOOK, STOP, READ)
    assert all(p.size <= p.quota for p in kept.policies)
    assert kept.actions_after == kept.use.used + kept.use.unknown


def test_a_role_that_sleeps_keeps_nothing() -> None:
    account = an_account().role("worker", age=500, used=200, attached=("ReadOnlyAccess",)).build()
    found = Adviser(account, knowledge=Knowledge.of(account)).recommend(role_of(account, "worker"), 50)
    assert not found.policies
    assert "no use in 200 days of RoleLastUsed" in found.changes[0].reason


def test_access_advisor_alone_narrows_by_service_and_tracked_action() -> None:
    world = an_account().role(
        "worker", age=500, used=1, inline={"p": document(allow(["s3:*", "ec2:*", "sqs:PurgeQueue"]))}
    )
    tracked = [{"ActionName": "CreateBucket"}, {"ActionName": "DeleteBucket", "LastAccessedTime": ago(9)}]
    listed = [
        {"ServiceNamespace": "s3", "LastAuthenticated": ago(9), "TrackedActionsLastAccessed": tracked},
        {"ServiceNamespace": "ec2"},
    ]
    report = {"JobCompletionDate": ago(0), "ServicesLastAccessed": listed}
    account = world.call(CALL, {world.arn("role", "worker"): report}).build()
    found = Adviser(account, knowledge=Knowledge.of(account)).recommend(role_of(account, "worker"), 50)
    kept = actions(found)
    assert {"s3:DeleteBucket", "s3:GetObject", "sqs:PurgeQueue"} <= kept
    assert not any(action.startswith("ec2:") for action in kept)
    assert "s3:CreateBucket" not in kept
    assert "limited to what was used" not in kinds(found)
    assert any("no use in 399 days of Access Advisor" in change.reason for change in found.changes)


def test_a_groups_policies_follow_its_members() -> None:
    account = (
        an_account()
        .group("team", inline={"p": document(allow(["sqs:ListQueues", "iam:CreateUser"]))})
        .user("ann", groups=("team",))
    )
    built = account.build()
    knowledge = Knowledge.of(built, [the_logs(*every_day(), a_call("user/ann", "sqs:ListQueues"))])
    found = Adviser(built, knowledge=knowledge).recommend(built.groups[0], 50)
    assert statements(found) == [allow("sqs:ListQueues")]
    assert found.affects == (built.users[0].arn,)


def test_what_would_not_fit_is_left_wider() -> None:
    names = [f"{service}:Job{n:04}" for service in ("sqs", "sns") for n in range(400)]
    world = an_account()
    for number in range(10):
        world.policy(f"p{number}", document(allow([*names, "iam:CreateUser", f"new:Thing{number}"])))
    account = worker(world=world, attached=tuple(f"p{n}" for n in range(10)))
    found = advise(account, LOOK)
    assert not any(c.kind == "unused" for c in found.changes)
    assert any("too long for AWS's quotas" in w for w in found.warnings)


@pytest.mark.parametrize(
    ("names", "within", "expected"),
    [
        ("s3:ListAllMyBuckets", "s3:*", {"s3:ListAllMyBuckets"}),
        ("sqs:*", "*", {"sqs:*"}),
        ("sqs:*", "sqs:List*", {"sqs:List*"}),
        ("sqs:List*", "*", {"sqs:List*"}),
        ("dynamodb:Batch*", "*", {"dynamodb:Batch*"}),
    ],
)
def test_a_wildcard_ends_at_a_word_and_means_no_more(names: str, within: str, expected: set[str]) -> None:
    universe, bound = catalog.universe(), Actions.of((within,), negated=False)
    spelled = Actions.of(tuple(universe.names_of(universe.mask(names) & bound.mask)), negated=False)
    short = wildcards(spelled, bound)
    assert short.mask == spelled.mask
    assert set(short.patterns) == expected


def test_a_wildcard_that_would_mean_more_is_not_used() -> None:
    universe = catalog.universe()
    names = universe.names_of(universe.mask("sqs:*") & ~universe.mask("sqs:SendMessage"))
    short = wildcards(Actions.of(tuple(names), negated=False), Actions.of(("*",), negated=False))
    assert short.mask == universe.union(names)
    assert "sqs:*" not in short.patterns
    assert len(short.patterns) < len(names)


@pytest.mark.parametrize(
    ("resource", "stands_for"),
    [
        ("s3:::b/in/x/y.csv", "s3:::b/in/*"),
        ("s3:::b/2026-01-01/y.csv", "s3:::b/*"),
        ("s3:::b/y.csv", "s3:::b/*"),
        ("s3:::b", "s3:::b"),
        ("s3:eu-west-1:1:accesspoint/a/object/k", "s3:eu-west-1:1:accesspoint/a/object/*"),
        ("s3:eu-west-1:1:accesspoint/a", "s3:eu-west-1:1:accesspoint/a"),
        ("logs:r:1:log-group:/aws/lambda/f:log-stream:x", "logs:r:1:log-group:/aws/lambda/f:*"),
        ("lambda:r:1:function:f:7", "lambda:r:1:function:f lambda:r:1:function:f:*"),
        ("lambda:r:1:function:f", "lambda:r:1:function:f"),
        ("dynamodb:r:1:table/t/index/i", "dynamodb:r:1:table/t/index/*"),
        ("dynamodb:r:1:table/t", "dynamodb:r:1:table/t"),
        ("secretsmanager:r:1:secret:db/pw-AbC12d", "secretsmanager:r:1:secret:db/pw-??????"),
        ("ecs:r:1:task/c/0123456789abcdef0123456789abcdef", "ecs:r:1:task/c/*"),
        ("ecs:r:1:service/c/s", "ecs:r:1:service/c/s"),
        ("ecs:r:1:task-definition/web:12", "ecs:r:1:task-definition/web:*"),
        ("ec2:r:1:instance/i-1", "ec2:r:1:instance/*"),
        ("ec2:r:1:security-group/sg-1", "ec2:r:1:security-group/sg-1"),
        ("states:r:1:execution:m:run-7", "states:r:1:execution:m:*"),
        ("cloudformation:r:1:stack/app/0-1-2", "cloudformation:r:1:stack/app/*"),
        ("codebuild:r:1:build/p:1-2", "codebuild:r:1:build/p:*"),
        ("elasticloadbalancing:r:1:targetgroup/t/0a", "elasticloadbalancing:r:1:targetgroup/t/*"),
        ("sqs:r:1:jobs", "sqs:r:1:jobs"),
        ("kms:r:1:key/k", "kms:r:1:key/k"),
    ],
)  # fmt: skip
def test_what_a_used_resource_stands_for(resource: str, stands_for: str) -> None:
    assert kin(f"arn:aws:{resource}") == tuple(f"arn:aws:{one}" for one in stands_for.split())


def test_what_a_resource_stands_for_holds_it() -> None:
    universe = catalog.universe()
    for pattern in universe.resource_patterns_of(universe.everything):
        for name in ("a", "a/b/c", "a-AbC123", "2026/x", "0123456789abcdef0123456789abcdef"):
            resource = pattern.replace("*", name)
            assert any(Glob.parse(one).matches(resource) for one in kin(resource)), resource


def test_each_row_has_a_reason_and_a_service_of_the_catalogue() -> None:
    assert all(row.reason and catalog.universe().mask(f"{row.service}:*") for row in ROWS)
    assert kin("no-arn") == ("no-arn",)


def test_which_actions_events_name_in_full() -> None:
    assert is_bound("s3:GetObject")
    assert is_bound("ec2:StopInstances")
    assert is_bound("dynamodb:Query")
    assert not is_bound("kms:CreateAlias")
    assert not is_bound("ec2:RunInstances")
    assert not is_bound("rds:CreateDBInstance")
    assert not is_bound("ec2:DescribeInstances")
    assert makes("sqs:CreateQueue")
    assert not makes("iam:CreateAccessKey")


def test_advice_that_was_followed_needs_none() -> None:
    account = worker(allow(["s3:*", "ec2:*", "iam:PassRole"]))
    records = (STOP, LOOK, READ)
    role = adopt(role_of(account, "worker"), advise(account, *records))
    knowledge = Knowledge.of(account, [the_logs(*every_day(), *records)])
    assert not Adviser(account, knowledge=knowledge).recommend(role, 50).changes
