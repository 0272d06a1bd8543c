"""Where the documents of a recommendation go: in the place of an old one, or beside it, and what then goes.

Names are taken as IAM takes them, or not at all: what no IAM would accept is not written into any template or script.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from leastwise.arn import IAM_NAME, POLICY_ARN
from leastwise.report.words import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.results import AdvisedPolicy, Recommendation, Subject

INLINE = " inline policy "
REMOVED = "policy removed"
_WHO = re.compile(r"arn:[a-z-]+:iam::\d{12}:(?:user|role|group)/[\x21-\x7e]+")
_WORD = re.compile(r"[0-9A-Za-z-]+(?:_[0-9A-Za-z-]+)*")
DIGITS = 6  # of a hash that tells two names apart which only look alike


class Placed(NamedTuple):
    """A recommended document. `arn` is the managed policy whose new version it is; "" for all others.

    `in_place`: its name is taken already, by the one that it replaces.
    """

    policy: AdvisedPolicy
    in_place: bool
    arn: str = ""

    @property
    def path(self) -> str:
        """The path of a managed policy's ARN."""
        return f"/{self.arn.partition('/')[2].rpartition('/')[0]}/".replace("//", "/")


class Gone(NamedTuple):
    """A policy that the principal no longer needs: a managed one by its `arn`, else an inline one."""

    name: str
    arn: str = ""

    def sentence(self, subject: Subject) -> str:
        """What is to be done with it."""
        whom = f"{subject.kind.value} {subject.name}"
        return safe(f"detach {self.arn} from {whom}" if self.arn else f"delete the inline policy {self.name} of {whom}")


def placed(advice: Recommendation) -> tuple[Placed, ...]:
    """The recommended documents with their places, in their order."""
    return tuple(map(_place, advice.policies))


def _place(policy: AdvisedPolicy) -> Placed:
    same = _replaced(policy.replaces).name == policy.name
    managed = policy.kind == "managed"
    arn = policy.replaces if managed and same and policy.replaces.startswith("arn:") else ""
    return Placed(policy, bool(arn) or (same and not managed and INLINE in policy.replaces), arn)


def _replaced(text: str) -> Gone:
    _, inline, name = text.partition(INLINE)
    return Gone(name) if inline else Gone(text.rpartition("/")[2], text)


def gone(advice: Recommendation) -> tuple[Gone, ...]:
    """The policies to take away once the recommended ones are there, each once."""
    return tuple(dict.fromkeys(_gone(advice)))


def _gone(advice: Recommendation) -> Iterator[Gone]:
    kept = {_replaced(p.policy.replaces) for p in placed(advice) if p.in_place}
    for policy in advice.policies:
        if policy.replaces and _replaced(policy.replaces) not in kept:
            yield _replaced(policy.replaces)
    for change in advice.changes:
        if change.kind == REMOVED:
            managed = change.document != advice.subject.arn
            yield Gone(change.before, change.document if managed else "")


def is_writable(advice: Recommendation) -> bool:
    """Whether all names are such as IAM accepts, and none of them a trap for whoever reads a template or a shell."""
    names = [advice.subject.name, *(p.name for p in advice.policies), *(g.name for g in gone(advice))]
    arns = [*filter(None, (p.arn for p in placed(advice))), *filter(None, (g.arn for g in gone(advice)))]
    return (
        bool(_WHO.fullmatch(advice.subject.arn))
        and all(map(IAM_NAME.fullmatch, names))
        and all(map(POLICY_ARN.fullmatch, arns))
    )


def stem(subject: Subject) -> str:
    """The beginning of the names of a principal's files: `user-ann`. IAM's names are unique, and so are these."""
    return f"{subject.kind.value}-{subject.name}"


def word(name: str, *, plain: re.Pattern[str] = _WORD, joint: str = "-") -> str:
    """The name in characters that a template allows: what is `plain`, or letters and digits with that joint.

    Where that changes it, a hash of it follows: `a.b` and `a@b` stay apart, and a name keeps its word whatever other
    names come and go. No two underscores follow each other, so that words can be joined by them.
    """
    if plain.fullmatch(name):
        return name
    digits = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
    return joint.join((*re.findall(r"[0-9A-Za-z]+", name), digits))
