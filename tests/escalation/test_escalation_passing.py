"""Roles that services are handed: profiles, everything that a launch takes, what meets on one resource."""

from __future__ import annotations

import pytest

from escalation.cases_io import by_eve as eve
from escalation.cases_io import used
from leastwise.escalation import find_paths
from leastwise.results import Verdict
from world import World, allow, an_account, by_service, document, trust

IAM = "arn:aws:iam::123456789012:"
ADMIN = ("AdministratorAccess",)


def test_an_instance_needs_a_profile() -> None:
    def world(*, profile: bool) -> World:
        return an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=profile)

    launch = ["iam:PassRole", "ec2:RunInstances"]
    profile = ["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"]
    assert not eve(world(profile=False), allow(launch))
    assert used(eve(world(profile=True), allow(launch))) == {"ec2-001"}
    assert used(eve(world(profile=False), allow([*launch, *profile]))) == {"ec2-new-profile"}


def test_launching_needs_every_kind_of_resource() -> None:
    world = an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=True)
    assert not eve(world, allow("iam:PassRole"), allow("ec2:RunInstances", "arn:aws:ec2:*:*:instance/*"))


@pytest.mark.parametrize(
    "images", ["arn:aws:ec2:*::image/ami-0123", "arn:aws:ec2:eu-*::image/*", "arn:aws:ec2:*:*:image/ami-?"]
)
def test_launching_from_some_images_only(images: str) -> None:
    world = an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=True)
    others = [f"arn:aws:ec2:*:*:{kind}/*" for kind in ("instance", "network-interface", "security-group", "subnet")]
    launch = allow("ec2:RunInstances", [*others, images])
    assert used(eve(world, allow("iam:PassRole"), launch)) == {"ec2-001"}


def test_making_and_running_must_meet_on_one_resource() -> None:
    def world() -> World:
        return an_account().role("boss", by_service("lambda"), attached=ADMIN)

    function = "arn:aws:lambda:eu-west-1:123456789012:function:"
    make, run = allow("lambda:CreateFunction", f"{function}a"), allow("lambda:InvokeFunction", f"{function}b")
    assert {p.verdict for p in eve(world(), allow("iam:PassRole"), make, run)} == {Verdict.CONDITIONAL}
    both = allow(["lambda:CreateFunction", "lambda:InvokeFunction"], f"{function}a")
    assert {p.verdict for p in eve(world(), allow("iam:PassRole"), both)} == {Verdict.PROVEN}


def test_service_linked_roles_are_neither_passed_nor_edited() -> None:
    world = an_account().role("x", by_service("lambda"), attached=ADMIN, path="/aws-service-role/lambda.amazonaws.com/")
    statement = allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", "iam:UpdateAssumeRolePolicy"])
    assert not eve(world, statement)


def test_a_role_that_the_service_may_not_bear_from_this_account() -> None:
    foreign = trust({"Service": "lambda.amazonaws.com"}, StringEquals={"aws:SourceAccount": "999988887777"})
    world = an_account().role("boss", foreign, attached=ADMIN)
    assert not eve(world, allow(["iam:PassRole", "lambda:*"]))


def test_a_profile_is_swapped_only_where_another_role_has_one() -> None:
    world = an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=True)
    swap = ["iam:PassRole", "iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile"]
    assert not eve(world, allow(swap))


def test_an_instance_without_a_profile_bears_no_role() -> None:
    world = an_account().role("boss", by_service("ec2"), attached=ADMIN, profile=False)
    assert not eve(world, allow("ssm:StartSession"))


def test_one_helping_role_serves_two_targets() -> None:
    world = an_account().role("administration", by_service("cloudformation"))
    for name in ("first", "second"):
        world.role(name, trust({"AWS": f"{IAM}role/administration"}), attached=ADMIN)
    make = allow(["iam:PassRole", "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"])
    assert used(eve(world, make)) == {"cloudformation-003"}


def test_who_has_a_way_already_is_not_asked_about_other_roles() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    world.role("clerk", by_service("lambda"), inline={"p": document(allow("sts:AssumeRole", f"{IAM}role/boss"))})
    paths = eve(world, allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]))
    assert [path.target.name for path in paths] == ["boss"]


def test_of_many_who_may_pass_it_elsewhere_only_none_gets_there() -> None:
    world = an_account().role("boss", by_service("lambda"), attached=ADMIN)
    elsewhere = allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})
    make = allow(["lambda:CreateFunction", "lambda:InvokeFunction"])
    for name in ("ann", "bob"):
        world.user(name, inline={"p": document(elsewhere, make)})
    assert not eve(world, elsewhere, make)
    assert not [path for path in find_paths(world.build()) if path.escalates]
