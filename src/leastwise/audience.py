"""Whom a resource's policy lets in, in one word: anyone, other accounts, the organization, a service, its own.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html

The judging is that of `exposure`, done twice: once as an account that knows its organization, and once as one that has
none, to which its sisters are outsiders.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.account.model import Account, Organization
from leastwise.exposure import exposures
from leastwise.policy.document import Unparsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leastwise.exposure import Exposure
    from leastwise.policy.document import Document, Statement

_START = datetime(1970, 1, 1, tzinfo=UTC)


class Audience(Enum):
    """Who may come, the widest first."""

    PUBLIC = "anyone"
    CROSS_ACCOUNT = "accounts of others"
    SAME_ORGANIZATION = "other accounts of the organization"
    SERVICE = "an AWS service"
    OWN_ACCOUNT = "the account itself at most"
    UNKNOWN = "the policy could not be read"


class Classified(NamedTuple):
    """The widest audience of a policy, and the statement that lets it in."""

    audience: Audience
    statement: Statement | None = None


def classify(
    document: Document, *, own_accounts: Sequence[str], organization: str = "", now: datetime = _START
) -> Classified:
    """The widest audience of a resource policy.

    The first of the own accounts is the one the resource belongs to; the others, and all in the organization of this
    id, are its sisters. `now` counts only for conditions on the date.
    """
    if isinstance(document.policy, Unparsed):
        return Classified(Audience.UNKNOWN)
    family = Organization(id=organization, management_account="", accounts=frozenset(own_accounts))
    found = _exposures(document, _on_paper(own_accounts[0], family, now))
    public = [exposure for exposure in found if exposure.is_public]
    sisters = _exposures(document, _on_paper(own_accounts[0], None, now))
    audiences = (
        (Audience.PUBLIC, [exposure.statement for exposure in public]),
        (Audience.CROSS_ACCOUNT, [exposure.statement for exposure in found]),
        (Audience.SAME_ORGANIZATION, [exposure.statement for exposure in sisters]),
        (Audience.SERVICE, [s for s in document.statements if s.allows and s.principals and s.principals.services]),
    )
    return next(
        (Classified(audience, statements[0]) for audience, statements in audiences if statements),
        Classified(Audience.OWN_ACCOUNT),
    )


def _exposures(document: Document, account: Account) -> tuple[Exposure, ...]:
    return tuple(exposures(account, document, catalog.universe().everything))


def _on_paper(account: str, organization: Organization | None, now: datetime) -> Account:
    """An account of which nothing is known but who its sisters are."""
    return Account(
        id=account, partition="aws", now=now, aliases=(), users=(), groups=(), roles=(), policies={}, buckets=(),
        password_policy=None, block=None, organization=organization, in_organization=organization is not None,
        summary={}, virtual_mfa={}, report_generated=None, gaps=(),
    )  # fmt: skip
