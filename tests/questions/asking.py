"""What the tests of questions ask with: Ann and her policies, and the words of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise.policy.evaluate import Outcome
from leastwise.questions import Circumstances, ask, can
from world import ACCOUNT, World, allow, an_account, document

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.questions import Verdict

YES, NO, DENIED, IF = Outcome.ALLOWED, Outcome.DENIED, Outcome.EXPLICITLY_DENIED, Outcome.CONDITIONAL
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
OBJECT = "arn:aws:s3:::b/key"
GET = allow("s3:GetObject", "arn:aws:s3:::b/*")
ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
HOME = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
ASSUME = allow("sts:AssumeRole", ROLE)


def ann(*statements: dict[str, Any], **more: Any) -> World:
    return an_account().user("ann", inline={"p": document(*statements)} if statements else None, **more)


def bucket(effect: str, principal: Any, action: str = "s3:GetObject", **more: Any) -> dict[str, Any]:
    named = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "arn:aws:s3:::b/*"}
    return document({**named, **more})


def asked(world: World, action: str, resource: str | None = None, *, who: str = "ann", **given: Any) -> Verdict:
    return can(world.build(), who, ask(action, resource), Circumstances(**given))


def bound(world: World, *levels: dict[str, Any]) -> Account:
    """The account under these SCPs, one level each."""
    for number, body in enumerate(levels):
        world.organization().scp(f"scp{number}", body, level=f"ou-{number}")
    return world.build()
