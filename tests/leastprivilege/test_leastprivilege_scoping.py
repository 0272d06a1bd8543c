from typing import Any

from leastprivilege.adopt import advice, kinds, statements
from leastwise.results import Confidence
from world import ACCOUNT, World, allow, an_account, by_service, document, group_of, user_of

IAM = f"arn:aws:iam::{ACCOUNT}"


def ann(world: World, *granted: dict[str, Any], boundary: str = "") -> World:
    return world.user("ann", inline={"p": document(*granted)}, boundary=boundary)


def advised(world: World) -> list[dict[str, object]]:
    account = world.build()
    return statements(advice(account, user_of(account, "ann")))


def test_objects_on_everything_become_objects_of_the_few_buckets() -> None:
    (found,) = advised(ann(an_account().bucket("logs").bucket("data"), allow("s3:GetObject")))
    assert found["Action"] == "s3:GetObject"
    resources = found["Resource"]
    assert isinstance(resources, list)
    assert {"arn:aws:s3:::data/*", "arn:aws:s3:::logs/*"} <= set(resources)
    assert not any(r in {"*", "arn:aws:s3:::*/*"} for r in resources)


def test_many_buckets_become_a_condition_on_their_owner() -> None:
    world = an_account()
    for number in range(21):
        world.bucket(f"bucket-{number}")
    (found,) = advised(ann(world, allow("s3:GetObject")))
    assert found["Resource"] == "*"
    assert found["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}


def test_unseen_buckets_become_a_condition_beside_those_that_are_there() -> None:
    world = an_account().bucket("logs").gap("s3:ListBuckets")
    own = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "Bool": {"aws:SecureTransport": "true"}}
    (found,) = advised(ann(world, allow("s3:GetObject", Condition=own)))
    assert found["Condition"] == {
        "StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:ResourceAccount": ACCOUNT},
        "Bool": {"aws:SecureTransport": "true"},
    }


def test_a_condition_on_the_owner_is_not_asked_for_twice() -> None:
    world = an_account().gap("s3:ListBuckets")
    own = {"StringEquals": {"aws:ResourceAccount": "111122223333"}}
    assert not advised(ann(world, allow("s3:GetObject", Condition=own)))


def test_buckets_yet_to_be_made_are_not_scoped_away() -> None:
    found = advised(ann(an_account().bucket("logs"), allow("s3:*")))
    everywhere = [s["Action"] for s in found if s["Resource"] == "*"]
    assert len(everywhere) == 1
    assert "s3:CreateBucket" in everywhere[0]  # type: ignore[operator]
    assert "s3:*" not in everywhere[0]  # type: ignore[operator]


def test_a_role_may_be_passed_only_to_services_that_the_principal_can_use() -> None:
    world = an_account().role("lam", by_service("lambda")).role("box", by_service("ec2"))
    found = advised(ann(world, allow(["iam:PassRole", "lambda:CreateFunction"])))
    assert {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"{IAM}:role/lam"} in found


def test_too_many_roles_become_the_roles_of_the_account() -> None:
    world = an_account()
    for number in range(21):
        world.role(f"lam-{number}", by_service("lambda"))
    found = advised(ann(world, allow(["iam:PassRole", "lambda:CreateFunction"])))
    assert {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"{IAM}:role/*"} in found


def test_actions_without_a_resource_stand_alone_on_everything() -> None:
    found = advised(ann(an_account(), allow(["ec2:TerminateInstances", "ec2:DescribeInstances"], Sid="Ops")))
    assert found == [
        {
            "Sid": "Ops",
            "Effect": "Allow",
            "Action": "ec2:TerminateInstances",
            "Resource": f"arn:aws:ec2:*:{ACCOUNT}:instance/*",
        },
        {"Sid": "Ops2", "Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"},
    ]


def test_other_partitions_keep_their_name() -> None:
    world = an_account(partition="aws-us-gov")
    (found,) = advised(ann(world, allow("sqs:SendMessage")))
    assert found["Resource"] == f"arn:aws-us-gov:sqs:*:{ACCOUNT}:*"


def test_policies_of_aws_can_still_be_read_but_not_written() -> None:
    (found,) = advised(ann(an_account(), allow("iam:GetPolicy")))
    assert found["Resource"] == [f"{IAM}:policy/*", "arn:aws:iam::aws:policy/*"]
    (found,) = advised(ann(an_account(), allow("iam:CreatePolicyVersion")))
    assert found["Resource"] == f"{IAM}:policy/*"


def test_named_resources_exclusions_and_everything_stay_as_they_are() -> None:
    kept = (
        allow("s3:GetObject", "arn:aws:s3:::partner/*"),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*", "Condition": {"Bool": {"aws:Via": "true"}}},
        allow("*:Get*", "*", Condition={"Bool": {"aws:Via": "true"}}),
    )
    assert not advised(ann(an_account().bucket("logs"), *kept))


def test_what_is_wide_within_the_service_is_scoped_too() -> None:
    (found,) = advised(ann(an_account(), allow("iam:GetUser", "arn:aws:iam::*:user/*")))
    assert found["Resource"] == f"{IAM}:user/*"


def test_scoping_is_conditional_and_says_why() -> None:
    account = ann(an_account(), allow("sqs:SendMessage")).build()
    found = advice(account, user_of(account, "ann"))
    assert kinds(found) == {"scoped"}
    assert found.confidence is Confidence.CONDITIONAL
    assert "not seen in a snapshot" in found.changes[0].reason
    assert found.changes[0].before == "sqs:SendMessage on *"


def test_a_policy_of_aws_is_copied_only_where_the_copy_leaves_nothing_open() -> None:
    world = an_account().bucket("logs").user("ann", attached=("AmazonS3FullAccess", "AmazonEC2FullAccess"))
    account = world.build()
    found = advice(account, user_of(account, "ann"))
    assert [p.replaces for p in found.policies] == ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]
    assert found.policies[0].name == "leastwise-ann-AmazonS3FullAccess"
    assert found.policies[0].quota == 6144
    assert any("could be scoped in part" in w for w in found.warnings)


def test_groups_and_roles_are_advised_as_well() -> None:
    world = an_account().group("team", inline={"p": document(allow("sqs:SendMessage"))}).user("ann", groups=("team",))
    account = world.build()
    found = advice(account, group_of(account, "team"))
    assert found.affects == (f"{IAM}:user/ann",)
    assert [p.kind for p in found.policies] == ["inline"]
