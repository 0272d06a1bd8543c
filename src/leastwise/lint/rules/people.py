"""Whom a policy lets in: everybody, an identity provider without a word about whom, or nobody by mistake.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.arn import is_account_id, parse_arn
from leastwise.exposure import exposures
from leastwise.lint.places import Kind
from leastwise.lint.rule import Say, rule
from leastwise.lint.stage import stage
from leastwise.policy.bounds import is_demand, is_open
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.lint.subject import Part, Subject
    from leastwise.lint.tree import Node

_PRINCIPAL = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
_LETTING_IN = frozenset({Kind.RESOURCE, Kind.TRUST})
_STORED = re.compile(r"A(?:ID|RO|GP|NP)A[A-Z0-9]{12,}", re.ASCII)
_BY_AUDIENCE = ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")


@rule(
    title="Open to anyone",
    severity=Severity.HIGH,
    fix="Name the principals, or demand aws:PrincipalOrgID, aws:SourceAccount or aws:PrincipalAccount.",
    docs=_PRINCIPAL,
)
def open_to_anyone(subject: Subject) -> Iterator[Say]:
    """A resource or a role lets anybody in, as AWS means "public": no condition fixes who. Of a role it is critical."""
    if subject.kind not in _LETTING_IN:
        return
    public = {
        exposure.statement
        for exposure in exposures(stage(subject).account, subject.document, catalog.universe().everything)
        if exposure.is_public and exposure.statement.principals and not exposure.statement.principals.negated
    }
    is_role = subject.kind is Kind.TRUST
    what = "anyone may assume the role" if is_role else "anyone may do this, without a condition that fixes who"
    for part in subject.parts:
        if part.statement in public and not part.is_open:
            yield Say(_principal(part), what, severity=Severity.CRITICAL if is_role else None)


@rule(
    title="Allow for all but some principals",
    severity=Severity.HIGH,
    fix="Name with Principal who may; or Deny, with a condition on aws:PrincipalArn.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
)
def allow_not_principal(subject: Subject) -> Iterator[Say]:
    """NotPrincipal with Allow lets in everybody who is not named, also the anonymous."""
    for part in subject.parts:
        node = part.node.get("NotPrincipal")
        if node and part.statement.allows:
            yield Say(node, "NotPrincipal with Allow lets in everybody else, other accounts and the anonymous too")


@rule(
    title="Principal that names nobody",
    severity=Severity.MEDIUM,
    fix="Write an ARN, an account id, a service's name with its domain, or `*`.",
    docs=_PRINCIPAL,
)
def principal_names_nobody(subject: Subject) -> Iterator[Say]:
    """An entry that AWS refuses or that is nobody.

    A wildcard within an ARN, a service without its domain, an account id of another length, or the stored id of a
    principal that was deleted.
    """
    for part in subject.parts:
        for name in ("Principal", "NotPrincipal"):
            named = part.node.get(name)
            for kind, member in named.members.items() if named and named.sort == "object" else ():
                for item in member.value.each():
                    fault = _fault(kind.lower(), str(item.value)) if item.sort in {"text", "number"} else ""
                    if fault:
                        yield Say(item, fault)


def _fault(kind: str, entry: str) -> str:
    if kind == "service":
        return (
            "" if "." in entry or entry == "*" else f"{entry} is no service's name: it lacks its domain, .amazonaws.com"
        )
    if kind != "aws" or entry == "*" or is_account_id(entry):
        return ""
    if _STORED.fullmatch(entry):
        return f"{entry} is the id of a principal that was deleted, so it is nobody"
    if entry.isdecimal():
        return f"{entry} has {len(entry)} digits: an account id has twelve"
    arn = parse_arn(entry)
    if arn is None:
        return f"{entry} is no ARN, account id or `*`"
    return f"{entry}: no wildcard may stand in a principal's ARN" if "*" in entry or "?" in entry else ""


@rule(
    title="Identity provider without a subject",
    severity=Severity.HIGH,
    fix="Demand the token's subject, as StringLike on <provider>:sub; for Google, Cognito and the like its audience.",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
)
def provider_without_subject(subject: Subject) -> Iterator[Say]:
    """A role trusts an OIDC provider, and no condition tells which of its users: whoever gets a token may come in.

    For GitHub Actions that is every repository there is.
    """
    for part in subject.parts:
        principals = part.statement.principals
        enters = part.statement.allows and part.statement.actions.match("sts:assumerolewithwebidentity")
        for provider in principals.federated if principals and enters and not part.is_open else ():
            host = provider.partition("oidc-provider/")[2] or provider
            wanted = "aud" if host in _BY_AUDIENCE else "sub"
            if ":saml-provider/" not in provider and not _demands(part, f"{host}:{wanted}".lower()):
                yield Say(
                    _principal(part), f"whoever gets a token of {host} may come in: no condition bounds its {wanted}"
                )


def _demands(part: Part, key: str) -> bool:
    tests = [test for test in part.statement.conditions.tests if test.lower_key == key]
    return any(is_demand(test) and not is_open(test) and "repo:*" not in test.values for test in tests)


@rule(
    title="Action that the principal cannot use",
    severity=Severity.HIGH,
    fix="AWS principals and services use sts:AssumeRole, SAML providers sts:AssumeRoleWithSAML, OIDC providers "
    "sts:AssumeRoleWithWebIdentity.",
    docs="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html",
)
def entry_does_not_fit(subject: Subject) -> Iterator[Say]:
    """A trust policy lets somebody in by a call that only others make, so that nobody gets in."""
    for part in subject.parts if subject.kind is Kind.TRUST else ():
        principals = part.statement.principals
        if principals is None or principals.negated or principals.everyone or part.is_open or not part.statement.allows:
            continue
        fitting = {
            "sts:assumerole": principals.aws or principals.services,
            "sts:assumerolewithsaml": any(":saml-provider/" in one for one in principals.federated),
            "sts:assumerolewithwebidentity": any(":saml-provider/" not in one for one in principals.federated),
        }
        used = [action for action in fitting if part.statement.actions.match(action)]
        if used and not any(fitting[action] for action in used):
            node = part.node.get("Action") or part.node
            yield Say(
                node,
                f"none of these principals can call {catalog.universe().names_of(catalog.universe().mask(used[0]))[0]}",
            )


def _principal(part: Part) -> Node:
    return part.node.get("Principal") or part.node.get("NotPrincipal") or part.node
