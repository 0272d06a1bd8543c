"""How users ask for evidence: `kind`, or `kind=place`. Light, since the command line's help reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

LOGS, TRAILS, HISTORY, ANALYZER = "cloudtrail", "trails", "lookup-events", "access-analyzer"
KINDS = {
    LOGS: "log files and folders as S3 delivers them, or s3://BUCKET/PREFIX",
    TRAILS: "what the account's trails write down, for the log files",
    HISTORY: "CloudTrail's event history of 90 days",
    ANALYZER: "what IAM Access Analyzer has found unused",
}
"""What each kind of evidence is."""
WANTS = {LOGS: "PATH"}
"""What a kind wants after `=`."""
SCHEME = "s3://"


class Spec(NamedTuple):
    """One source as it was asked for: `kind=place`."""

    kind: str
    place: str = ""

    @property
    def live(self) -> bool:
        """Whether an account is asked for it."""
        return self.kind != LOGS or is_object(self.place)


def parse(text: str) -> Spec:
    """`kind` or `kind=place`. Raises UsageError, with the kinds there are, for anything else."""
    spec = Spec(*map(str.strip, text.split("=", 1)))
    if spec.kind not in KINDS:
        raise UsageError(f"--evidence: {spec.kind!r} is no kind of evidence: write {', '.join(forms())}")
    if spec.kind in WANTS and not spec.place:
        raise UsageError(f"--evidence {spec.kind} does not say where: write {spec.kind}={WANTS[spec.kind]}")
    if spec.place and spec.kind not in WANTS:
        raise UsageError(f"--evidence {spec.kind} asks the account, so nothing follows: leave out ={spec.place}")
    return spec


def agree(specs: Iterable[str | Spec]) -> tuple[Spec, ...]:
    """What was asked for, as it belongs together. Raises UsageError where it does not."""
    asked = tuple(parse(spec) if isinstance(spec, str) else spec for spec in specs)
    kinds = {spec.kind for spec in asked}
    if TRAILS in kinds and LOGS not in kinds:
        raise UsageError(f"--evidence {TRAILS} tells what logs could show: give {LOGS}={WANTS[LOGS]}, too")
    return asked


def is_object(place: str) -> bool:
    """Whether a place is one in S3."""
    return place.startswith(SCHEME)


def forms() -> list[str]:
    """The kinds as they are written."""
    return [f"{kind}={WANTS[kind]}" if kind in WANTS else kind for kind in KINDS]
