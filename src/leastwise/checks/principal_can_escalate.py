"""Paths to administrator: the principal can make itself one, alone or by way of others.

Decides from the paths of `escalation`: what each hop needs is evaluated against all policies of the principal, and is
proven, or conditional on a fact that is named. Paths on which something does not exist today (latent), and those to
more power short of administrator (lateral), are listed among the paths and raise nothing. One finding per principal,
worded after its best path.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions_create-policies.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Said, check
from leastwise.escalation import exempt_paths, find_paths
from leastwise.results import STRENGTH, Impact, Likelihood, Path, Severity, Subject, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account


@check(
    title="Privilege escalation",
    severity=Severity.HIGH,
    attack="Whoever gets hold of this principal turns it into an administrator, and then owns the account.",
    fix=(
        "Take away one permission of each path; the path lists what every step needs.",
        "Where the permission must stay, narrow its Resource to what is no administrator's, or set a boundary.",
    ),
    cites=("ATT&CK T1098", "ATT&CK T1548.005", "NIST 800-53 AC-6"),
    impact=Impact.ACCOUNT,
    likelihood=Likelihood.PRINCIPAL,
)
def principal_can_escalate(account: Account) -> Iterator[Said]:
    """One hit for each principal that has a path."""
    paths: dict[Subject, list[Path]] = {}
    for path in (*find_paths(account), *exempt_paths(account)):
        if path.escalates:
            paths.setdefault(path.source, []).append(path)
    for subject, found in paths.items():
        yield _climb(subject, found)


def _climb(subject: Subject, paths: list[Path]) -> Hit:
    best = min(paths, key=lambda p: (-STRENGTH[p.verdict], -p.severity, len(p.edges), p.target.arn))
    steps = ", then ".join(edge.title for edge in best.edges)
    end = "make itself an administrator" if best.target == subject else f"become administrator {best.target.name}"
    others = f" (paths in all: {len(paths)})" if len(paths) > 1 else ""
    conditions = [condition for edge in best.edges for condition in edge.conditions]
    return Hit(
        subject,
        f"{subject.name} can {end}: {steps}{others}",
        evidence=tuple(evidence for edge in best.edges for evidence in edge.evidence),
        assumes=tuple(conditions or ["the path's open facts"]) if best.verdict is Verdict.CONDITIONAL else (),
        severity=best.severity,
        because=f"steps of its best path: {len(best.edges)}, {best.verdict.value}",
    )
