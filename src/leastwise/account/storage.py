"""S3's answers → buckets. A part that could not be seen is None, and named in `unseen`.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.account import shapes
from leastwise.account.model import AclGrant, Bucket, PublicAccessBlock
from leastwise.policy.document import Document, parse

if TYPE_CHECKING:
    from leastwise.account.reader import Reader

POLICY = "s3:GetBucketPolicy"
ACL = "s3:GetBucketAcl"
OWNERSHIP = "s3:GetBucketOwnershipControls"
BLOCK = "s3:GetPublicAccessBlock"


def build_block(reader: Reader) -> PublicAccessBlock | None:
    """The account's Block Public Access; None when it could not be seen."""
    answer = reader.one("s3control:GetPublicAccessBlock", shapes.Block)
    return _block(answer) if answer else None


def build_buckets(reader: Reader, partition: str) -> tuple[str, tuple[Bucket, ...]]:
    """The account's canonical user id ("" when unseen) and its buckets, sorted by name."""
    listed = reader.one("s3:ListBuckets", shapes.Buckets)
    if listed is None:
        return "", ()
    owner = listed.owner.id if listed.owner else ""
    parts = Parts(reader)
    buckets = [parts.bucket(b, partition, owner) for b in listed.buckets]
    return owner, tuple(sorted(buckets, key=lambda b: b.name))


class Parts:
    """The per-bucket answers of the four calls."""

    def __init__(self, reader: Reader) -> None:
        """Decode them all."""
        self.policies = reader.each(POLICY, shapes.BucketPolicy)
        self.acls = reader.each(ACL, shapes.Acl)
        self.ownership = reader.each(OWNERSHIP, shapes.Ownership)
        self.blocks = reader.each(BLOCK, shapes.Block)
        self.seen = {
            POLICY: frozenset(self.policies),
            ACL: frozenset(self.acls),
            OWNERSHIP: frozenset(self.ownership),
            BLOCK: frozenset(self.blocks),
        }

    def bucket(self, listed: shapes.BucketFields, partition: str, owner: str) -> Bucket:
        """One bucket."""
        name = listed.name
        arn = f"arn:{partition}:s3:::{name}"
        acl = self.acls.get(name)
        return Bucket(
            arn=arn,
            name=name,
            region=listed.bucket_region,
            policy=self._policy(name, arn),
            grants=_grants(acl) if acl else None,
            owner=(acl.owner.id if acl and acl.owner else "") or owner,
            acls_disabled=self._acls_disabled(name),
            block=_block(self.blocks[name]) if name in self.blocks else None,
            unseen=tuple(call for call, seen in self.seen.items() if name not in seen),
        )

    def _policy(self, name: str, arn: str) -> Document | None:
        found = self.policies.get(name)
        if found is None:
            return None
        policy = parse(bytes(found.policy))
        return Document(
            arn=arn, name="bucket policy", kind="resource", policy=policy, at=f"/{name}/Policy", source=POLICY
        )

    def _acls_disabled(self, name: str) -> bool | None:
        if name not in self.ownership:
            return None
        found = self.ownership[name]
        rules = found.ownership_controls.rules if found else []
        return any(rule.object_ownership == "BucketOwnerEnforced" for rule in rules)


def _block(answer: shapes.Block | None) -> PublicAccessBlock:
    fields = answer.public_access_block_configuration if answer else None
    if fields is None:
        return PublicAccessBlock()
    return PublicAccessBlock(
        block_acls=fields.block_public_acls,
        ignore_acls=fields.ignore_public_acls,
        block_policy=fields.block_public_policy,
        restrict=fields.restrict_public_buckets,
    )


def _grants(acl: shapes.Acl) -> tuple[AclGrant, ...]:
    return tuple(
        AclGrant(grantee=g.grantee.uri or g.grantee.id, is_group=bool(g.grantee.uri), permission=g.permission)
        for g in acl.grants
        if g.grantee
    )
