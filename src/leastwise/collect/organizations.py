"""The organization this account belongs to, and what it forbids the account, as far as the caller may see it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from leastwise.account.guardrails import ATTACHED as LISTED
from leastwise.account.guardrails import POLICY as DESCRIBED
from leastwise.account.guardrails import RCP, SCP
from leastwise.collect.failure import Failure
from leastwise.collect.query import Paging, Part, Query, answer, fetch
from leastwise.collect.session import WORKERS
from leastwise.parallel import threads

if TYPE_CHECKING:
    from leastwise.collect.session import Aws

NONE = frozenset({"AWSOrganizationsNotInUseException"})
PAGES = Paging("NextToken", "NextToken")
ORGANIZATION = Query("organizations:DescribeOrganization", singles=("Organization",), absent=NONE)
ACCOUNTS = Query("organizations:ListAccounts", lists=("Accounts",), paging=PAGES, absent=NONE)

# https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html: one type a time
TYPES = (SCP, RCP)
PARENTS = Query("organizations:ListParents", lists=("Parents",), paging=PAGES, absent=NONE)
ATTACHED = Query(
    LISTED,
    lists=("Policies",),
    paging=PAGES,
    absent=frozenset({"PolicyTypeNotEnabledException"}),
)
POLICY = Query(DESCRIBED, singles=("Policy",))
GUARDRAILS = (PARENTS, ATTACHED, POLICY)


def organization(aws: Aws) -> Part:
    """The organization and its accounts. Listing them is usually denied to a member account: a gap."""
    described = answer(aws, ORGANIZATION)
    seen: dict[str, Any] | None = described.calls.get(ORGANIZATION.call)
    if seen is not None and seen["Organization"] is None:
        return Part({**described.calls, ACCOUNTS.call: {"Accounts": []}})
    accounts = answer(aws, ACCOUNTS)
    return Part({**described.calls, **accounts.calls}, described.failures + accounts.failures)


def guardrails(aws: Aws, account: str, seen: dict[str, Any]) -> Part:
    """The SCPs and RCPs in force for the account: its line up to the root, what is attached there, each once.

    No call is made where none are in force: outside organizations, and in the management account.
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    described = seen.get(ORGANIZATION.call)
    if described is not None and (described["Organization"] or {}).get("MasterAccountId", account) == account:
        return Part({query.call: {} for query in GUARDRAILS})
    line, stopped = _line(aws, account)
    if stopped and not line:
        why = f"{PARENTS.call} was not available"
        return Part(failures=(stopped.of(None), *(Failure(q.call, "NotCollected", why) for q in GUARDRAILS[1:])))
    attached = _attached(aws, line)
    policies = _described(aws, attached.calls[ATTACHED.call])
    failures = (*((stopped,) if stopped else ()), *attached.failures, *policies.failures)
    return Part({PARENTS.call: line, **attached.calls, **policies.calls}, failures)


def _line(aws: Aws, account: str) -> tuple[dict[str, Any], Failure | None]:
    """The parents of the account, of its OU, and so on up to the root, by child; and what ended it before that."""
    line: dict[str, Any] = {}
    child: str | None = account
    while child and child not in line:
        found = fetch(aws, PARENTS, ChildId=child)
        if isinstance(found, Failure):
            return line, found.of(child)
        line[child] = found
        child = next((parent["Id"] for parent in found["Parents"] if parent["Type"] != "ROOT"), None)
    return line, None


class _Job(NamedTuple):
    target: str
    type: str

    @property
    def key(self) -> str:
        """What was asked: AWS lists one type at a time."""
        return f"{self.target}/{self.type}"


def _attached(aws: Aws, line: dict[str, Any]) -> Part:
    """The policies of each type at each level, from the root down to the account."""
    parents = [parent["Id"] for found in line.values() for parent in found["Parents"]]
    levels = [*reversed(parents), *list(line)[:1]] if parents else []
    jobs = [_Job(level, kind) for kind in TYPES for level in levels]
    found = threads(WORKERS)(lambda job: fetch(aws, ATTACHED, TargetId=job.target, Filter=job.type), jobs)
    return _keyed(ATTACHED, {job.key: seen for job, seen in zip(jobs, found, strict=True)})


def _described(aws: Aws, attached: dict[str, Any]) -> Part:
    """Each policy that is attached anywhere, once."""
    ids = list(dict.fromkeys(policy["Id"] for listed in attached.values() for policy in listed["Policies"]))
    found = threads(WORKERS)(lambda policy: _content(aws, policy), ids)
    return _keyed(POLICY, dict(zip(ids, found, strict=True)))


def _content(aws: Aws, policy: str) -> dict[str, Any] | Failure:
    """The policy, its content as an object."""
    found = fetch(aws, POLICY, PolicyId=policy)
    if isinstance(found, Failure):
        return found
    try:
        return {"Policy": {**found["Policy"], "Content": json.loads(found["Policy"]["Content"])}}
    except (LookupError, TypeError, ValueError):
        return Failure(POLICY.call, "Garbled", "the content of the policy is not JSON")


def _keyed(query: Query, found: dict[str, dict[str, Any] | Failure]) -> Part:
    """The answers under what was asked, and what failed."""
    good = {key: seen for key, seen in found.items() if not isinstance(seen, Failure)}
    return Part({query.call: good}, tuple(seen.of(key) for key, seen in found.items() if isinstance(seen, Failure)))
