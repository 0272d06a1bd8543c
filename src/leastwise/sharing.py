"""What a bucket shares with outsiders: policy, ACL, ownership and Block Public Access taken together.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html

Of the four switches two matter to what is there today: RestrictPublicBuckets takes from a public policy every
outsider, named ones too, and IgnorePublicAcls takes the grants to everyone. The other two only refuse new ones. The
stricter of account and bucket wins; what an organization sets on top is not seen.
"""

from __future__ import annotations

from enum import Enum
from functools import cache, lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.access import cite
from leastwise.catalog import AccessLevel
from leastwise.exposure import exposures
from leastwise.policy.document import Document, Unparsed, parse_value
from leastwise.results import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leastwise.account.model import Account, AclGrant, Bucket, PublicAccessBlock


class Harm(Enum):
    """What an outsider can do, worst first."""

    CONTROL = "decide who else may use it"
    WRITE = "write to it"
    READ = "read it"


class Share(NamedTuple):
    """One outsider let in by one statement or one ACL grant.

    `is_public` is AWS's word: for anyone, without a fixed value that bounds it.
    """

    name: str
    text: str
    is_public: bool
    harm: Harm
    bounded_by: str
    evidence: Evidence
    assumes: tuple[str, ...]


CONTROLS = (
    "s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock", "s3:PutEncryptionConfiguration", "s3:PutObjectAcl", "s3:PutObjectVersionAcl",
    "s3:PutReplicationConfiguration",
)  # fmt: skip
"""https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-6, and what amounts to the same."""

EVERYONE = {
    "http://acs.amazonaws.com/groups/global/AllUsers": "anyone",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "any AWS account",
}
BY_ACL = {
    "READ": ("s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"),
    "READ_ACP": ("s3:GetBucketAcl",),
    "WRITE": ("s3:PutObject",),
    "WRITE_ACP": ("s3:PutBucketAcl",),
}
"""What a grant on a bucket lets do: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html"""


def shares(account: Account, bucket: Bucket) -> Iterator[Share]:
    """Whom the bucket lets in, as far as its parts were seen."""
    yield from _by_policy(account, bucket)
    yield from _by_acl(account, bucket)


def blind_spots(bucket: Bucket) -> Iterator[str]:
    """Why the bucket cannot be judged, or not in full."""
    if "s3:GetBucketPolicy" in bucket.unseen:
        yield f"the policy of {bucket.name} could not be seen"
    elif bucket.policy and isinstance(bucket.policy.policy, Unparsed):
        yield f"the policy of {bucket.name} cannot be read: {bucket.policy.policy.reason}"
    if "s3:GetBucketAcl" in bucket.unseen and not bucket.acls_disabled:
        yield f"the ACL of {bucket.name} could not be seen"


def _by_policy(account: Account, bucket: Bucket) -> Iterator[Share]:
    policy = bucket.policy
    found = tuple(exposures(account, policy, _s3())) if policy else ()
    public = any(exposure.is_public for exposure in found)
    restricted = _switch(account, bucket, lambda block: block.restrict) if public else False
    if policy is None or restricted:
        return
    for exposure in found:
        yield Share(
            name=exposure.outsider.name,
            text=exposure.outsider.text,
            is_public=exposure.is_public,
            harm=_harm(exposure.actions),
            bounded_by=exposure.bounded_by,
            evidence=cite(policy, exposure.statement),
            assumes=exposure.assumes + (_unseen("RestrictPublicBuckets") if restricted is None else ()),
        )


def _by_acl(account: Account, bucket: Bucket) -> Iterator[Share]:
    in_force = ("ACLs are in force: the bucket's ownership could not be seen",) if bucket.acls_disabled is None else ()
    ignored = _switch(account, bucket, lambda block: block.ignore_acls)
    for place, grant in enumerate(() if bucket.acls_disabled else bucket.grants or ()):
        everyone = grant.grantee in EVERYONE
        if not _is_foreign(account, bucket, grant) or (everyone and ignored):
            continue
        for exposure in exposures(account, _as_policy(bucket.arn, grant), _s3(), under=bucket.policy):
            yield Share(
                name=grant.grantee,
                text=EVERYONE.get(grant.grantee, f"canonical user {grant.grantee}"),
                is_public=exposure.is_public,
                harm=_harm(exposure.actions),
                bounded_by=exposure.bounded_by,
                evidence=Evidence(
                    document=bucket.arn,
                    pointer=f"/{bucket.name}/Grants/{place}",
                    source="s3:GetBucketAcl",
                    name="ACL",
                    note=grant.permission,
                ),
                assumes=(
                    *in_force,
                    *(_unseen("IgnorePublicAcls") if everyone and ignored is None else ()),
                    *exposure.assumes,
                ),
            )


@lru_cache(maxsize=1 << 12)
def _as_policy(bucket: str, grant: AclGrant) -> Document:
    """The grant as a policy would say it, since denies of policies end what an ACL grants.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html
    """
    actions = BY_ACL.get(grant.permission) or tuple(action for some in BY_ACL.values() for action in some)
    statement = {
        "Effect": "Allow",
        "Principal": "*" if grant.grantee in EVERYONE else {"CanonicalUser": grant.grantee},
        "Action": list(actions),
        "Resource": sorted({f"{bucket}/*" if action == "s3:PutObject" else bucket for action in actions}),
    }
    policy = parse_value({"Version": "2012-10-17", "Statement": statement})
    return Document(arn=bucket, name="ACL", kind="resource", policy=policy)


def _is_foreign(account: Account, bucket: Bucket, grant: AclGrant) -> bool:
    """Predefined groups other than the two public ones are AWS itself delivering logs."""
    return grant.grantee in EVERYONE if grant.is_group else grant.grantee not in {bucket.owner, account.canonical_id}


def _switch(account: Account, bucket: Bucket, which: Callable[[PublicAccessBlock], bool]) -> bool | None:
    """Whether the switch is on at either level; None where it is not on as far as was seen, and not all was."""
    levels = (account.block, bucket.block)
    if any(block and which(block) for block in levels):
        return True
    return None if None in levels else False


def _unseen(switch: str) -> tuple[str, ...]:
    return (f"{switch} is off: Block Public Access of the account or the bucket could not be seen",)


def _harm(actions: int) -> Harm:
    universe = catalog.universe()
    if actions & _controls():
        return Harm.CONTROL
    reading = universe.level_mask(AccessLevel.READ) | universe.level_mask(AccessLevel.LIST)
    return Harm.WRITE if actions & ~reading else Harm.READ


@cache
def _controls() -> int:
    return reduce(or_, map(catalog.universe().mask, CONTROLS))


@cache
def _s3() -> int:
    return catalog.universe().mask("s3:*")
