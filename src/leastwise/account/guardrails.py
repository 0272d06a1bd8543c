"""What the organization attaches above the account: SCPs and RCPs, level by level.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html

A policy that could not be seen limits nothing that is known: it stands here as one that allows everything, and has
its gap. AWS keeps at least one policy of each type in force attached everywhere, so an empty level has no limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.account import shapes
from leastwise.policy.document import MISSING, Document, Policy, Unparsed, parse, parse_value
from leastwise.snapshot import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Levels
    from leastwise.account.reader import Reader

ATTACHED = "organizations:ListPoliciesForTarget"
POLICY = "organizations:DescribePolicy"
SCP = "SERVICE_CONTROL_POLICY"
RCP = "RESOURCE_CONTROL_POLICY"
UNSEEN = parse_value({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


class Guardrails(NamedTuple):
    """The levels of each type, from the root down; None where nothing of the type was seen."""

    scps: Levels | None
    rcps: Levels | None


def build_guardrails(reader: Reader, root: str, *, bound: bool) -> Guardrails:
    """As far as they were seen. `root` is the account's root ARN, `bound` whether such policies may bind it."""
    if not bound and not reader.calls.keys() & {ATTACHED, POLICY}:
        return Guardrails((), ())
    attached = reader.each(ATTACHED, shapes.AttachedPolicies)
    library = Library(reader, root)
    scps, rcps = (_levels(library, list(_of_type(attached, kind)), kind) for kind in (SCP, RCP))
    return Guardrails(scps, rcps) if bound else Guardrails(scps or (), rcps or ())


def _of_type(attached: dict[str, shapes.AttachedPolicies | None], kind: str) -> Iterator[list[shapes.PolicySummary]]:
    for target, answer in attached.items():
        if target.endswith(f"/{kind}"):
            yield answer.policies if answer else []


def _levels(library: Library, listed: list[list[shapes.PolicySummary]], kind: str) -> Levels | None:
    every = [policy for level in listed for policy in level]
    if not listed or (every and not any(map(library.has, every))):
        return None
    return tuple(tuple(library.document(policy, kind) for policy in level) for level in listed if level)


class Library:
    """The described policies, each one document wherever it is attached."""

    def __init__(self, reader: Reader, root: str) -> None:
        """Contents that cannot be read become gaps."""
        self._root = root
        self._policies: dict[str, Policy] = {}
        self._documents: dict[tuple[str, str], Document] = {}
        for name, answer in reader.each(POLICY, shapes.OrganizationPolicy).items():
            policy = parse(bytes(answer.policy.content)) if answer else MISSING
            if isinstance(policy, Unparsed):
                reader.gaps.append(Gap(call=POLICY, target=name, reason="Garbled", detail=policy.reason))
            else:
                self._policies[name] = policy

    def has(self, listed: shapes.PolicySummary) -> bool:
        """Whether the content was seen."""
        return listed.id in self._policies

    def document(self, listed: shapes.PolicySummary, kind: str) -> Document:
        """The policy where it stands in the snapshot. One that came from a file has no ARN: the account carries it."""
        key = (listed.id, kind)
        if key not in self._documents:
            self._documents[key] = Document(
                arn=listed.arn or self._root,
                name=listed.name or listed.id,
                kind="SCP" if kind == SCP else "RCP",
                policy=self._policies.get(listed.id, UNSEEN),
                at=f"/{listed.id}/Policy/Content",
                source=POLICY,
            )
        return self._documents[key]
