"""What a check is. A check yields hits; the framework signs them into findings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar

import msgspec

from leastwise import risk
from leastwise.access import evidence_of
from leastwise.mutes import Standing
from leastwise.results import (
    Confidence,
    Evidence,
    Finding,
    Impact,
    Likelihood,
    Severity,
    Subject,
    fingerprint,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leastwise.account.model import Account, User
    from leastwise.policy.evaluate import Answer

T = TypeVar("T")
SEVERITIES = tuple(Severity)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The thresholds a user may set: ages in days, sessions in seconds; and how the mutes stand that he has set."""

    max_key_age: int = 90
    inactive_after: int = 90
    max_session: int = 43_200
    rotation_grace: int = 14
    mutes: tuple[Standing, ...] = ()


class Hit:
    """What a check says: about whom, in which words, on which evidence.

    `rests_on` are the answers that decided it: their statements become evidence, and an answer that hangs on an
    undecided condition makes the finding *conditional*, naming it. `assumes` names further facts not seen.
    `severity` overrides the check's, `because` says why. `discriminator` tells apart several hits about one subject.
    """

    __slots__ = (
        "assumes", "because", "discriminator", "evidence", "impact", "likelihood", "message", "rests_on", "severity",
        "subject",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - a record with two needed fields and named extras
        self,
        subject: Subject,
        message: str,
        *,
        evidence: tuple[Evidence, ...] = (),
        rests_on: tuple[Answer, ...] = (),
        assumes: tuple[str, ...] = (),
        severity: Severity | None = None,
        because: str = "",
        discriminator: str = "",
        impact: Impact | None = None,
        likelihood: Likelihood | None = None,
    ) -> None:
        """All but subject and message have a quiet default."""
        self.subject = subject
        self.message = message
        for answer in rests_on:
            evidence += evidence_of(answer)
            assumes += answer.conditions
        self.evidence = _once(evidence)
        self.assumes = _once(assumes)
        self.rests_on = rests_on
        self.severity = severity
        self.because = because
        self.discriminator = discriminator
        self.impact = impact
        self.likelihood = likelihood

    @property
    def certain(self) -> bool:
        """Whether nothing was left open."""
        return not (self.assumes or (self.rests_on and None in [answer.allowed for answer in self.rests_on]))


def _once(things: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(things)) if len(things) > 1 else things


class Unjudged(NamedTuple):
    """A target about which the check has nothing to say, because what it decides from was not seen. Never a pass."""

    target: str
    reason: str


Said = Hit | Unjudged
Rule = Callable[..., Iterator[Said]]


class Weight(TypedDict):
    """A severity moved by facts, and the facts in words: `Hit(…, **weigh(…))`."""

    severity: Severity
    because: str


def weigh(
    base: Severity,
    *,
    up: Mapping[str, bool] | None = None,
    down: Mapping[str, bool] | None = None,
    top: Severity = Severity.CRITICAL,
) -> Weight:
    """Each fact that holds moves the severity one step, never above `top` nor below LOW: facts excuse nothing."""
    raising = [fact for fact, holds in up.items() if holds] if up else []
    lowering = [fact for fact, holds in down.items() if holds] if down else []
    return {"severity": _moved(base, len(raising) - len(lowering), top), "because": "; ".join(raising + lowering)}


@cache  # few combinations, many hits
def _moved(base: Severity, steps: int, top: Severity) -> Severity:
    return SEVERITIES[max(Severity.LOW, min(base + steps, top))]


def report_says(user: User, field: str, note: str = "") -> Evidence:
    """The pointer to one field of the user's row in the credential report."""
    return Evidence(
        document=user.arn, pointer=field, source="iam:GetCredentialReport", name="credential report", note=note
    )


def not_in_report(account: Account) -> Iterator[Unjudged]:
    """Users whose row the credential report lacks: AWS hands out reports up to four hours old.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
    """
    for user in account.users:
        if user.login is None:
            yield Unjudged(user.arn, f"the credential report has no row for {user.name}: it may be older than the user")


class Check(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A rule with its name, weight and advice.

    `needs` are the calls without which no subject can be judged: a gap there makes the check unassessed.
    `refines` are those which only sharpen it; where one was not seen and matters to a subject, the rule says so in
    the hit's `assumes`, or yields an `Unjudged`. `spares_exempt` is false where exemption itself is what is judged.
    """

    id: str
    title: str
    severity: Severity
    needs: frozenset[str]
    refines: frozenset[str]
    attack: str
    fix: tuple[str, ...]
    cites: tuple[str, ...]
    impact: Impact
    likelihood: Likelihood
    about: str
    rule: Rule
    wants_limits: bool
    spares_exempt: bool

    def __reduce__(self) -> tuple[Callable[[str], Check], tuple[str]]:
        """A check travels between processes as its name."""
        from leastwise.checks import find  # noqa: PLC0415 - the registry imports this module

        return find, (self.id,)

    def hits(self, account: Account, limits: Limits) -> Iterator[Said]:
        """What the rule says of the account, and of whom it cannot say anything."""
        return self.rule(account, limits) if self.wants_limits else self.rule(account)

    def finding(self, hit: Hit, tier: str = "other") -> Finding:
        """The hit, signed and weighed: what follows from the check and from its subject's `tier` is added here."""
        severity = self.severity if hit.severity is None else hit.severity
        confidence = Confidence.CERTAIN if hit.certain else Confidence.CONDITIONAL
        impact, likelihood = hit.impact or self.impact, hit.likelihood or self.likelihood
        weight = risk.weigh(impact, likelihood, confidence, severity, tier)
        return Finding(
            check=self.id,
            title=self.title,
            subject=hit.subject,
            severity=severity,
            severity_reason=hit.because,
            confidence=confidence,
            message=hit.message,
            attack=self.attack,
            fix=self.fix,
            evidence=hit.evidence,
            cites=self.cites,
            impact=impact,
            likelihood=likelihood,
            fingerprint=fingerprint(self.id, hit.subject.arn, hit.discriminator),
            assumes=hit.assumes,
            risk=weight.risk,
            risk_reasons=weight.reasons,
        )


def check(  # noqa: PLR0913 - the words of a check, each named where it is used
    *,
    title: str,
    severity: Severity,
    attack: str,
    fix: tuple[str, ...],
    impact: Impact,
    likelihood: Likelihood,
    needs: frozenset[str] | set[str] = frozenset({"iam:GetAccountAuthorizationDetails"}),
    refines: frozenset[str] | set[str] = frozenset(),
    cites: tuple[str, ...] = (),
    spares_exempt: bool = True,
) -> Callable[[Rule], Check]:
    """Turn a rule into a check. Its id is its function's name, which must be its file's."""

    def sign(rule: Rule) -> Check:
        module = PurePath(inspect.getsourcefile(rule) or "").stem
        if module != rule.__name__:
            raise TypeError(f"the check {rule.__name__} must live in {rule.__name__}.py, not in {module}.py")
        about: Any = inspect.getdoc(inspect.getmodule(rule)) or ""
        return Check(
            id=rule.__name__,
            title=title,
            severity=severity,
            needs=frozenset(needs),
            refines=frozenset(refines),
            attack=attack,
            fix=fix,
            cites=cites,
            impact=impact,
            likelihood=likelihood,
            about=about,
            rule=rule,
            wants_limits=len(inspect.signature(rule).parameters) > 1,
            spares_exempt=spares_exempt,
        )

    return sign
