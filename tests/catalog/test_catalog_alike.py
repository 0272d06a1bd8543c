from __future__ import annotations

from functools import reduce
from operator import or_

from leastwise.catalog import universe

SERVICES = sorted({name.partition(":")[0] for name in universe().names})
EVERY = [group for service in SERVICES for group in universe().alike(service)]


def test_the_groups_are_disjoint_and_together_all_that_can_be_scoped() -> None:
    masks = [mask for _, mask in EVERY]
    assert reduce(or_, masks) == universe().scopable
    assert sum(mask.bit_count() for mask in masks) == universe().scopable.bit_count()


def test_a_group_takes_the_same_resources() -> None:
    for action, mask in EVERY[::50]:
        for other in universe().names_of(mask):
            assert universe().resource_patterns(other) == universe().resource_patterns(action)


def test_a_mask_comes_apart_into_what_takes_the_same() -> None:
    mask = universe().mask("s3:*") | universe().mask("iam:*Role") | universe().mask("ec2:DescribeInstances")
    parts = universe().apart(mask)
    assert reduce(or_, parts) == mask & universe().scopable
    assert sum(part.bit_count() for part in parts) == (mask & universe().scopable).bit_count()
    assert all(sum(bool(part & group) for _, group in EVERY) == 1 for part in parts)


def test_the_resources_of_a_service_and_who_acts_on_them() -> None:
    assert "arn:*:s3:::*" in universe().resources_of("s3")
    assert all(pattern.split(":")[2] == "s3" for pattern in universe().resources_of("s3"))
    assert universe().resources_of("nothing") == frozenset()
    assert universe().resources_of("s3") < universe().resources_of()
    assert universe().takers("s3") == {"s3", "ssm"}
    assert universe().takers("*") == {"backup"}
    assert universe().takers("nothing") == set()


def test_one_action_stands_for_all_that_take_the_same() -> None:
    model = universe().model
    assert model("dynamodb:PutItem") == model("DynamoDB:getitem")
    assert model("s3:GetObject") != model("s3:ListBucket")
    for unscoped in ("s3:ListAllMyBuckets", "made:Up", "s3:*"):
        assert model(unscoped) == unscoped


def test_what_the_actions_of_a_mask_take_together() -> None:
    both = universe().mask("s3:GetObject") | universe().mask("iam:PassRole") | universe().mask("s3:ListAllMyBuckets")
    apart = {*universe().resource_patterns("s3:GetObject"), *universe().resource_patterns("iam:PassRole")}
    assert set(universe().resource_patterns_of(both)) == apart
    assert universe().resource_patterns_of(0) == ()
