"""What tests of recommendations share: asking for one, adopting it, and paths made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from leastwise.leastprivilege import Adviser
from leastwise.policy.document import Document, parse_value
from leastwise.results import Edge, Path, PrincipalScore, Recommendation, Used, Verdict

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.account.model import Account, Role, User


def score(holder: Holder, points: int = 50) -> PrincipalScore:
    return PrincipalScore(subject=holder.subject, score=points, tier="other", findings=1)


def advice(account: Account, holder: Holder, *paths: Path) -> Recommendation:
    """The recommendation for one principal."""
    return Adviser(account, paths).recommend(holder, 50)


def statements(recommendation: Recommendation) -> list[dict[str, Any]]:
    """All advised statements in order."""
    return [s for p in recommendation.policies for s in statements_of(p.document)]


def statements_of(document: dict[str, object]) -> list[dict[str, Any]]:
    found = document["Statement"]
    assert isinstance(found, list)
    return found


def kinds(recommendation: Recommendation) -> set[str]:
    return {change.kind for change in recommendation.changes}


def adopt(holder: Holder, recommendation: Recommendation) -> Holder:
    """The principal after the recommendation was followed, by what its changes and policies say."""

    def stays(document: Document) -> bool:
        return not any(
            c.document == document.arn and (c.pointer == document.at or c.pointer.startswith(f"{document.at}/"))
            for c in recommendation.changes
        )

    advised = [
        Document(arn=holder.arn, name=p.name, kind=p.kind, policy=parse_value(p.document), at=f"/advised/{n}")
        for n, p in enumerate(recommendation.policies)
    ]
    inline = (*filter(stays, holder.inline), *advised)
    return msgspec.structs.replace(holder, inline=inline, attached=tuple(filter(stays, holder.attached)), memo={})


def escalation(source: User | Role, target: Holder, *permissions: str, verdict: Verdict = Verdict.PROVEN) -> Path:
    """A path of one hop."""
    edge = Edge(
        source=source.arn,
        target=target.arn,
        method="by-hand",
        title="Becomes a stronger one",
        verdict=verdict,
        permissions=tuple(
            Used(action, resource) for action, _, resource in (text.partition(" on ") for text in permissions)
        ),
    )
    return Path(source=source.subject, target=target.subject, verdict=verdict, edges=(edge,))
