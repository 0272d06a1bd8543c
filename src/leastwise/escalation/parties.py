"""Who outside an account a trust policy speaks of: other accounts, their principals, organizations, anyone, and those
for whom an identity provider vouches.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html

What the policy demands of the caller's name (`aws:PrincipalOrgID`, the `sub` of a token) tells who is meant; whatever
else it demands is left to the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.arn import is_account_id, parse_arn
from leastwise.policy.bounds import is_open
from leastwise.policy.request import Caller
from leastwise.results import Kind, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account
    from leastwise.policy.condition import Test
    from leastwise.policy.document import Statement

ROLE, TOKEN, ASSERTION = "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
METHODS = {ROLE: "enter-account", TOKEN: "enter-web-identity", ASSERTION: "enter-saml"}
STRANGER = "000000000000"
"""Stands for whatever account an attacker owns."""
ANY_SUBJECT = "any subject"


class Party(NamedTuple):
    """Somebody outside, as one who asks: by which action, and with what condition keys known.

    `account` is the one that he is of: "" where none in particular is meant.
    """

    subject: Subject
    caller: Caller
    action: str
    known: tuple[tuple[str, str], ...] = ()
    account: str = ""

    @property
    def is_open(self) -> bool:
        """Whether anybody can be it: an attacker, or whoever has an account with the OIDC provider."""
        return self.subject.kind is Kind.ANYONE or (self.action == TOKEN and "#" not in self.subject.arn)


def parties(account: Account, statement: Statement) -> Iterator[Party]:
    """Those outside whom an allow of a trust policy names."""
    principals = statement.principals
    if principals is None or not statement.allows:
        return
    if principals.everyone or principals.negated:
        yield from _anyone(account, statement)
    elif statement.actions.match(ROLE.lower()):
        for entry in principals.aws:
            yield from _named(account, entry)
    for provider in principals.federated if not principals.negated else ():
        yield from _vouched(account, provider, statement)


def _named(account: Account, entry: str) -> Iterator[Party]:
    arn = parse_arn(entry)
    owner = entry if is_account_id(entry) else arn.account if arn else ""
    if not is_account_id(owner) or owner == account.id:
        return
    if arn is None or arn.resource == "root":
        yield _account(account, owner)
        return
    kind, _, name = arn.resource.partition("/")
    is_role = kind in {"role", "assumed-role"}
    session = entry if arn.service == "sts" else ""
    of = f"arn:{arn.partition}:iam::{owner}:role/{name.partition('/')[0]}" if kind == "assumed-role" else entry
    subject = Subject(entry, name or arn.resource, Kind.ROLE if is_role else Kind.USER)
    yield Party(subject, Caller(arn=of, account=owner, session=session, is_role=is_role), ROLE, account=owner)


def _account(account: Account, owner: str) -> Party:
    """Whoever in that account it lets: neither a user nor a role in particular."""
    arn = f"arn:{account.partition}:iam::{owner}:"
    return Party(Subject(f"{arn}root", owner, Kind.ACCOUNT), _somebody(account, owner), ROLE, account=owner)


def _somebody(account: Account, owner: str) -> Caller:
    return Caller(arn=f"arn:{account.partition}:iam::{owner}:principal/any", account=owner)


def _anyone(account: Account, statement: Statement) -> Iterator[Party]:
    """As far as the conditions tell who of all there are."""
    action = next((action for action in METHODS if statement.actions.match(action.lower())), "")
    if not action:
        return
    tests = statement.conditions.tests
    owners = next(filter(None, map(_owners, tests)), ())
    organizations = next((test.pinned for test in tests if test.lower_key == "aws:principalorgid" and test.pinned), ())
    if owners:
        yield from (_account(account, owner) for owner in owners if owner != account.id)
    elif organizations:
        yield from (_organization(account, name) for name in organizations)
    else:
        subject = Subject(f"arn:{account.partition}:iam::*:root", "anyone", Kind.ANYONE)
        yield Party(subject, _somebody(account, STRANGER) if action == ROLE else Caller(provider="*"), action)


def _owners(test: Test) -> tuple[str, ...]:
    """The accounts that the test pins the caller to; none where it does not."""
    if test.lower_key == "aws:principalaccount":
        return test.pinned or ()
    if test.lower_key != "aws:principalarn":
        return ()
    owners = tuple(dict.fromkeys((glob.prefix.split(":") + [""] * 5)[4] for glob in test.patterns or ()))
    return owners if all(map(is_account_id, owners)) else ()


def is_positive(test: Test) -> bool:
    """Whether the test wants one of its values, and does so also when the key is there by nature."""
    return test.is_known and not test.negated and test.operator.startswith("String")


def _organization(account: Account, name: str) -> Party:
    arn = f"arn:{account.partition}:organizations::*:organization/{name}"
    known = (("aws:PrincipalOrgID", name),)
    return Party(Subject(arn, name, Kind.ORGANIZATION), _somebody(account, STRANGER), ROLE, known)


def _vouched(account: Account, provider: str, statement: Statement) -> Iterator[Party]:
    """Those for whom an identity provider vouches, subject by subject."""
    is_saml = ":saml-provider/" in provider
    action = ASSERTION if is_saml else TOKEN
    if not statement.actions.match(action.lower()):
        return
    host = provider.partition("provider/")[2] or provider
    keys = "saml:" if is_saml else f"{host.lower()}:"
    claims = [t for t in statement.conditions.tests if t.lower_key.startswith(keys) and is_positive(t) and t.values]
    pins = [t for t in claims if t.lower_key == f"{keys}sub" and not is_open(t)]
    others = tuple((t.key, t.values[0]) for t in claims if t not in pins)
    arn = provider if parse_arn(provider) else f"arn:{account.partition}:iam::{account.id}:oidc-provider/{host}"
    for name in dict.fromkeys(value for t in pins for value in t.values) or (_described(others),):
        known = (*others, (pins[0].key, name)) if pins else others
        subject = Subject(f"{arn}#{name}" if name else arn, f"{host}, {name or ANY_SUBJECT}", Kind.PROVIDER)
        yield Party(subject, Caller(provider=provider), action, known)


def _described(claims: tuple[tuple[str, str], ...]) -> str:
    """Who is meant, by what else is demanded of him than his name and the audience."""
    telling = ((key.rpartition(":")[2], value) for key, value in claims)
    return ", ".join(f"{claim} {value}" for claim, value in telling if claim.lower() not in {"aud", "sub"})
