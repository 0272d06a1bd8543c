"""Who outside the account a resource's policy lets in: trust policies and bucket policies alike.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html

Each principal of a statement is judged alone. Conditions are weighed by what they demand of an outsider, not by
whether they are there: `own` conditions shut all outsiders out, `bounds` only make it harder, the rest is air.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise import catalog
from leastwise.account.model import remember
from leastwise.account.owners import on_resource
from leastwise.arn import is_account_id, parse_arn
from leastwise.policy.bounds import is_demand, is_open, mirrored, plain_globs
from leastwise.policy.condition import Context
from leastwise.policy.pattern import Glob, covered
from leastwise.policy.request import Caller

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leastwise.account.model import Account, Role
    from leastwise.policy.condition import Test
    from leastwise.policy.document import Document, Statement
    from leastwise.policy.elements import Principals, Resources

ANYONE = "*"
ENTRY = "sts:AssumeRole"  # the action by which AWS principals assume a role
NO_ACCOUNTS = frozenset({"aws", "cloudfront"})  # stand in ARNs of AWS itself, as of a CloudFront origin access identity
MFA = frozenset({"aws:multifactorauthpresent", "aws:multifactorauthage"})
FIXED = frozenset(
    {  # keys whose fixed values take a policy out of what AWS calls public
        "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
        "aws:sourcearn", "aws:sourceip", "aws:sourceorgid", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce",
        "aws:userid", "kms:calleraccount", "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
    }
)  # fmt: skip
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html, and for keys
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-caller-account
"""


class Outsider(NamedTuple):
    """Somebody who is neither of the account nor known to be of its organization.

    `name` is as the policy has it, an account's root being the account; `account` is "" where it tells none.
    """

    name: str
    account: str

    @property
    def is_anyone(self) -> bool:
        """Whether nobody in particular is meant."""
        return self.name == ANYONE

    @property
    def text(self) -> str:
        """In words."""
        if self.is_anyone:
            return "anyone"
        return f"account {self.name}" if is_account_id(self.name) else self.name


class Exposure(NamedTuple):
    """One statement that lets one outsider in: to which of the catalogue's actions, and what stands in the way.

    `bounds` are demands that an outsider may meet, but not everyone; `assumes` what would shut him out if it were so.
    """

    outsider: Outsider
    statement: Statement
    actions: int
    bounds: tuple[Test, ...]
    assumes: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        """Whether AWS would call it public: for anyone, and no fixed value on the keys that count."""
        return self.outsider.is_anyone and not self.assumes and not any(t.lower_key in FIXED for t in self.bounds)

    @property
    def bounded_by(self) -> str:
        """The bounds in words."""
        return " and ".join(map(str, self.bounds))


def exposures(
    account: Account, document: Document, wanted: int, *, under: Document | None = None
) -> tuple[Exposure, ...]:
    """The outsiders that the document, within the RCPs, lets do some of the wanted actions, statement by statement.

    `wanted` are actions of services that RCPs guard, as S3 and STS are. The denies of `under` count too.
    """
    denying = (document, *filter(None, (under,)), *(guard for level in account.guards for guard in level))
    return tuple(_exposures(account, document, wanted, denying))


def _exposures(account: Account, document: Document, wanted: int, bearing: tuple[Document, ...]) -> Iterator[Exposure]:
    context = remember(account, "outsider", lambda: _context(account))
    denies = tuple(s for d in bearing for s in d.statements if not s.allows)
    for statement in document.statements:
        principals = statement.principals if statement.allows else None
        actions = statement.actions.mask & wanted
        if principals is None or not actions or statement.conditions.evaluate(context) is False:
            continue
        demands = tuple(filter(is_demand, statement.conditions.undecided(context)))
        for outsider in outsiders(account, principals):
            found = _exposure(account, outsider, statement, actions=actions, demands=demands)
            for deny in denies if found else ():
                found = _less(account, found, deny, context) if found else None
            if found:
                yield found


def outsiders(account: Account, principals: Principals) -> tuple[Outsider, ...]:
    """The outsiders among the principals, each once. Under NotPrincipal an allow lets in everybody else."""
    anyone = (Outsider(ANYONE, ""),)
    if principals.negated:
        return anyone
    return tuple(dict.fromkeys((*(anyone if principals.everyone else ()), *_listed(account, principals))))


def _listed(account: Account, principals: Principals) -> Iterator[Outsider]:
    for entry in principals.aws:
        found = parse_arn(entry)
        owner = entry if is_account_id(entry) else found.account if found else ""
        if owner and owner not in NO_ACCOUNTS and not account.is_own(owner):
            yield Outsider(owner if found and found.resource == "root" else entry, owner)
    yield from (Outsider(entry, "") for entry in principals.canonical if entry != account.canonical_id)


def _context(account: Account) -> Context:
    """What is known of every outsider's request: it comes from no AWS service, and meets what the account owns."""
    known = {
        "aws:CurrentTime": account.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(account.now.timestamp())),
        "aws:PrincipalIsAWSService": "false",
    }
    outsider = Context(known, absent=("aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"))
    return on_resource(account, outsider, "s3:*", account.arn)


def _exposure(
    account: Account, outsider: Outsider, statement: Statement, *, actions: int, demands: tuple[Test, ...]
) -> Exposure | None:
    shut = [own_only(account, test) for test in demands]
    if True in shut:
        return None
    assumes = tuple(_assumed(test) for test, own in zip(demands, shut, strict=True) if own is None)
    return Exposure(outsider, statement, actions, tuple(t for t in demands if _hinders(outsider, t)), assumes)


def _less(account: Account, found: Exposure, deny: Statement, context: Context) -> Exposure | None:
    """The exposure after one deny: fewer actions where it surely meets the outsider, else perhaps a bound more."""
    if not deny.actions.mask & found.actions or not _meets(account, found.outsider, deny.principals):
        return found
    if deny.conditions.evaluate(context) is False or not _within(found.statement.resources, deny.resources):
        return found
    demands = tuple(map(mirrored, deny.conditions.undecided(context)))
    shut = [test is not None and own_only(account, test) for test in demands]
    left = found.actions & ~deny.actions.mask
    if all(shut):
        return found._replace(actions=left) if left else None
    if left:
        return found  # what the deny leaves is not bounded by it
    assumed = tuple(_assumed(t) for t, own in zip(demands, shut, strict=True) if t and own is None)
    if False not in shut:
        return found._replace(assumes=found.assumes + assumed)
    bounds = tuple(t for t in demands if t and _hinders(found.outsider, t))
    return found._replace(bounds=found.bounds + bounds) if len(bounds) == len(demands) else found


def own_only(account: Account, demand: Test) -> bool | None:
    """Whether only the account's own and its organization's principals, or who knows a secret, can meet the demand.

    None: it names an organization, and whether that is the account's own could not be seen.
    """
    pinned = demand.pinned
    if demand.lower_key == "sts:externalid":
        return pinned is not None and all(pinned)
    if demand.lower_key == "aws:principalaccount":
        return pinned is not None and all(map(account.is_own, pinned))
    organizations = _organizations(demand)
    if not organizations:
        return False
    if account.in_organization is None:
        return None
    return account.organization is not None and organizations == {account.organization.id}


def _organizations(demand: Test) -> set[str]:
    """The organizations that the demand names by their ids; none where it names them by a wildcard or not at all."""
    if demand.lower_key == "aws:principalorgid":
        return set(demand.pinned or ())
    globs = demand.patterns if demand.lower_key == "aws:principalorgpaths" else None
    heads = [glob.prefix.partition("/") for glob in globs or ()]
    return {head for head, _, _ in heads} if all(slash for _, slash, _ in heads) else set()


def _assumed(demand: Test) -> str:
    return f"{' or '.join(demand.values)} is not the account's own organization: it could not be seen"


def _hinders(outsider: Outsider, demand: Test) -> bool:
    """Whether the demand is a bound: a second factor, or fixed values on a key that outsiders do not choose."""
    if demand.lower_key in MFA:
        return demand.operator != "Bool" or demand.values == ("true",)
    if demand.lower_key not in FIXED or is_open(demand):
        return False
    if demand.lower_key == "aws:principalaccount":
        return outsider.is_anyone and demand.pinned is not None
    if demand.operator == "IpAddress" or _organizations(demand):
        return True
    return bool(demand.patterns) and all(map(_is_fixed, demand.patterns or ()))


def _is_fixed(pattern: Glob) -> bool:
    """A text, or an ARN whose account is given."""
    parts = pattern.prefix.split(":", 5)
    return pattern.is_literal or (len(parts) > 5 and is_account_id(parts[4]))


def _meets(account: Account, outsider: Outsider, principals: Principals | None) -> bool:
    """Whether a deny for these principals surely meets the outsider, whoever of the account it is."""
    if principals is None:
        return False
    if principals.negated:
        spared = () if principals.everyone else _listed(account, principals)
        return not principals.everyone and not any(_shares(outsider, one) for one in spared)
    root = f"arn:{account.partition}:iam::{outsider.account}:root"
    arn = root if outsider.name == outsider.account else outsider.name
    return bool(principals.match(Caller(arn=arn, account=outsider.account)))


def _shares(one: Outsider, other: Outsider) -> bool:
    return one.is_anyone or one.account == other.account


def _within(allowed: Resources, denied: Resources) -> bool:
    """Whether the deny covers all resources of the allow."""
    if denied.is_any:
        return True
    if allowed.negated or denied.negated:
        return False
    by = plain_globs(denied.patterns)
    return all(covered(Glob.parse(pattern), by) for pattern in allowed.patterns)


def role_exposures(account: Account, role: Role) -> tuple[Exposure, ...]:
    """The outsiders whom the role's trust lets assume it. Roles share few trust policies."""
    known: dict[object, tuple[Exposure, ...]] = remember(account, "role exposures", dict)
    found = known.get(role.trust.policy)
    if found is None:
        found = known[role.trust.policy] = exposures(account, role.trust, catalog.universe().mask(ENTRY))
    return found


def by_outsider(found: Iterable[Exposure]) -> dict[Outsider, list[Exposure]]:
    """The exposures of each outsider, in the order of the document."""
    out: dict[Outsider, list[Exposure]] = {}
    for exposure in found:
        out.setdefault(exposure.outsider, []).append(exposure)
    return out
