"""What is asked: who wants to do what, on which resource, and what is known of the circumstances."""

from __future__ import annotations

import msgspec

from leastwise.policy.condition import Context


class Caller(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """Who asks. All empty: an anonymous caller.

    `arn` is the user's or the role's ARN (for root, `…:root`), `session` the ARN of the role session or of the
    federated user where one is meant, `service` an AWS service principal, `provider` the identity provider of a
    web-identity or SAML caller. `canonical` is the canonical user id of the account, by which S3 may name it.
    """

    arn: str = ""
    account: str = ""
    session: str = ""
    service: str = ""
    provider: str = ""
    is_role: bool = False
    service_linked: bool = False
    canonical: str = ""

    @property
    def has_identity(self) -> bool:
        """Whether identity-based policies exist for such a caller (rule 4)."""
        return bool(self.arn)

    @property
    def is_root(self) -> bool:
        """The account's root user, which needs no policies (rule 9)."""
        return self.arn.endswith(":root")

    @property
    def is_federated(self) -> bool:
        """A session of GetFederationToken: the user's permissions as far as a session policy lets them through."""
        return bool(self.session) and not self.is_role


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `action` in any case; `resource` an ARN, or `*` for actions that take none (rule 14).

    `resource_account` is whose the resource is; empty: the caller's own account.
    """

    action: str
    resource: str = "*"
    context: Context = Context({})
    caller: Caller = Caller()
    resource_account: str = ""
