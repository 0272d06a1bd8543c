"""What is asked: who wants to do what, on which resource, and what is known of the circumstances."""

from __future__ import annotations

import msgspec

from leastwise.policy.condition import Context


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. All empty: an anonymous caller.

    `arn` is the user's or the role's ARN (for root, `…:root`), `session` the ARN of the role session or of the
    federated user where one is meant, `service` an AWS service principal, `provider` the identity provider of a
    web-identity or SAML caller.
    """

    arn: str = ""
    account: str = ""
    session: str = ""
    service: str = ""
    provider: str = ""
    is_role: bool = False
    service_linked: bool = False

    @property
    def has_identity(self) -> bool:
        """Whether identity-based policies exist for such a caller (rule 4)."""
        return bool(self.arn)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `action` in any case; `resource` an ARN, or `*` for actions that take none (rule 14)."""

    action: str
    resource: str = "*"
    context: Context = Context({})
    caller: Caller = Caller()
    resource_account: str = ""
