"""A recommendation on paper, and the account judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leastprivilege.adopt import advice
from leastwise.escalation import find_paths
from leastwise.remedy import judged_again
from leastwise.remedy.again import METHOD
from world import World, allow, document, trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from leastwise.results import Path, Recommendation

ESCALATES = document(allow(["iam:PutUserPolicy", "sqs:SendMessage"]))
LONG = document(
    allow("iam:PutUserPolicy"), *(allow(f"{s}:*") for s in ("sqs", "sns", "dynamodb", "lambda", "kms", "ssm"))
)


def judged(world: World, name: str = "ann") -> tuple[Recommendation, tuple[Path, ...]]:
    """What is said of the principal, and the paths that start there or at its members."""
    account = world.build()
    paths = find_paths(account)
    holder = next(h for h in account.holders if h.name == name)
    return judged_again(account, advice(account, holder, *paths)), tuple(p for p in paths if p.source.name == "ann")


def inline() -> World:
    return World().user("ann", inline={"p": ESCALATES})


def outgrown() -> World:
    return World().user("ann", inline={"p": LONG})


def emptied() -> World:
    return World().user("ann", inline={"p": document(allow("iam:PutUserPolicy"))})


def owned() -> World:
    return World().policy("own", ESCALATES).user("ann", attached=("own",))


def shared() -> World:
    return World().policy("own", ESCALATES).user("ann", attached=("own",)).user("bob", attached=("own",))


@pytest.mark.parametrize("make", [inline, outgrown, emptied, owned, shared])
def test_the_paths_of_the_principal_end_wherever_its_policy_stands(make: Callable[[], World]) -> None:
    found, paths = judged(make())
    assert paths
    assert list(found.proof.paths_closed) == sorted(path.fingerprint for path in paths)
    assert found.proof.paths_remaining == ()
    assert found.proof.method.endswith(METHOD)
    assert not any("come to light" in warning for warning in found.warnings)


def test_a_group_is_judged_by_its_members() -> None:
    found, (path,) = judged(World().group("dev", inline={"p": ESCALATES}).user("ann", groups=("dev",)), "dev")
    assert found.proof.paths_closed == (path.fingerprint,)


def test_another_way_that_comes_to_light_is_said_and_remains() -> None:
    world = World()
    for name in ("first", "second"):
        own = allow("iam:PutRolePolicy", world.arn("role", name))
        world.role(name, trust({"AWS": world.arn("user", "ann")}), inline={"p": document(own)})
    roles = [world.arn("role", name) for name in ("first", "second")]
    found, (listed,) = judged(world.user("ann", inline={"p": document(allow("sts:AssumeRole", roles))}))
    assert found.proof.paths_closed == (listed.fingerprint,)
    (other,) = found.proof.paths_remaining
    assert other != listed.fingerprint
    assert any(warning.startswith("other ways of escalation come to light") for warning in found.warnings)


def test_what_changes_nothing_is_not_judged_again() -> None:
    found, _ = judged(World().user("ann", inline={"p": document(allow("sts:GetCallerIdentity"))}))
    assert found.proof.method == "nothing changes"
