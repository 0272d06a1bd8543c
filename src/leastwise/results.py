"""What leastwise says: findings, paths, recommendations and the report that carries them.

These are records. They know no account and no policy engine, and renderers see nothing else.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum, StrEnum
from functools import cached_property

import msgspec

from leastwise.advised import Grade, Proof, Source, Step, UseCounts
from leastwise.behind import Backdrop, Rewrite
from leastwise.compared import Baseline, Status
from leastwise.past import Run
from leastwise.unseen import MissingView, Unassessed

ESCALATION = "principal_can_escalate"  # the check that tells of paths


class Severity(IntEnum):
    """How bad a finding is, worst last so that severities compare."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The lower-case word used in files and flags."""
        return self._name_.lower()  # `name` is looked up far slower, and every finding is asked


class Confidence(StrEnum):
    """Whether the finding follows from what was seen. Computed, never chosen by a check."""

    CERTAIN = "certain"
    CONDITIONAL = "conditional"


class Impact(StrEnum):
    """What is lost when the weakness is used. `risk` holds the weights."""

    ACCOUNT = "takeover of the account"
    IDENTITY = "identities or policies can be written"
    SENSITIVE = "one sensitive store or service"
    WRITE = "limited write"
    HYGIENE = "hygiene"
    SUBJECT = "whatever the subject can do"


class Likelihood(StrEnum):
    """Who can use the weakness. `risk` holds the weights."""

    ANYONE = "anyone, or any AWS account"
    OUTSIDER = "an outsider without a bound, or an unprotected administrator's credential"
    CREDENTIAL = "whoever gets hold of a long-lived credential"
    INSIDER = "any principal of the account"
    PRINCIPAL = "this one principal"
    REMOTE = "several conditions must come together"


class Kind(StrEnum):
    """What a subject is."""

    USER = "user"
    ROLE = "role"
    GROUP = "group"
    POLICY = "policy"
    BUCKET = "bucket"
    ACCOUNT = "account"
    ORGANIZATION = "organization"
    PROVIDER = "identity provider"
    ANYONE = "anyone"


class Subject(msgspec.Struct, frozen=True, order=True):
    """Whom a finding is about. No field is empty."""

    arn: str
    name: str
    kind: Kind


class Evidence(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """A pointer into the snapshot, so that the claim can be read again.

    `source` is the call whose answer holds it; `document` the ARN of the policy, or of the principal, bucket or
    account that carries the document or fact; `name` the policy's name, or the kind of fact; `pointer` the JSON
    pointer inside that document, or the field; `sid` the statement's id where it has one; `note` says in words
    what stands there.
    """

    document: str
    pointer: str = ""
    source: str = "iam:GetAccountAuthorizationDetails"
    name: str = ""
    sid: str = ""
    note: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong about one subject."""

    check: str
    title: str
    subject: Subject
    severity: Severity
    confidence: Confidence
    message: str
    attack: str
    fix: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    cites: tuple[str, ...]
    impact: Impact
    likelihood: Likelihood
    fingerprint: str
    severity_reason: str = ""
    assumes: tuple[str, ...] = ()
    risk: int = 0
    risk_reasons: tuple[str, ...] = ()
    first_seen: str = ""
    status: Status = Status.UNCOMPARED

    @property
    def id(self) -> str:
        """By which people and files name it."""
        return f"{self.check}:{self.fingerprint}"


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that is set aside, kept with the reason: its subject is exempt, or somebody muted it.

    `expires` is the last day of a mute, or `never`; "" tells that the subject is exempt. `owner` answers for the mute.
    """

    finding: Finding
    reason: str
    owner: str = ""
    expires: str = ""

    @property
    def muted(self) -> bool:
        """Whether somebody set it aside, rather than a rule."""
        return bool(self.expires)


class Verdict(StrEnum):
    """How sure a hop or a path is; `contract`: a path's verdict is its weakest hop's."""

    PROVEN = "proven"
    CONDITIONAL = "conditional"
    LATENT = "latent"
    LATERAL = "lateral"


STRENGTH = {Verdict.PROVEN: 3, Verdict.CONDITIONAL: 2, Verdict.LATENT: 1, Verdict.LATERAL: 0}


class Used(msgspec.Struct, frozen=True):
    """One permission that a hop uses, and the statements that allow it.

    The resource is the very one where the hop is bound to it, and an example where any of its kind would do.
    """

    action: str
    resource: str = "*"
    evidence: tuple[Evidence, ...] = ()

    def __str__(self) -> str:
        """The action on the resource, in words."""
        return f"{self.action} on {self.resource}"


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """One hop: what `source` does to become `target`, and why it works.

    `trust` names the statements that let the target be entered or borne, `running` the resources that an inventory
    shows to bear it, or to be there for it; `conditions` are what is assumed but could
    not be decided; `missing` names what must exist before the hop can be made, for latent hops; `commands` are what
    an attacker would run; `end_of_life` marks methods of closed services.
    """

    source: str
    target: str
    method: str
    title: str
    verdict: Verdict
    permissions: tuple[Used, ...]
    trust: tuple[Evidence, ...] = ()
    running: tuple[Evidence, ...] = ()
    conditions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    attack: str = ""
    commands: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()
    end_of_life: bool = False

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All statements and resources that the hop rests on, each once."""
        statements = (e for used in self.permissions for e in used.evidence)
        return tuple(dict.fromkeys((*statements, *self.trust, *self.running)))


class Path(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A chain of hops from a principal that is not a full administrator to one with more power."""

    source: Subject
    target: Subject
    verdict: Verdict
    edges: tuple[Edge, ...]
    severity: Severity = Severity.HIGH
    risk: int = 0

    @property
    def escalates(self) -> bool:
        """Whether the path counts as an escalation: proven or conditional, to an administrator."""
        return self.verdict in {Verdict.PROVEN, Verdict.CONDITIONAL}

    @cached_property
    def fingerprint(self) -> str:
        """Stable between runs: from the ends and the methods, never from prose. Sorting and comparing ask often."""
        return fingerprint("path", self.source.arn, self.target.arn, *(f"{e.method}>{e.target}" for e in self.edges))


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change to a document, with its reason: what was removed or narrowed and why that is safe to say."""

    kind: str
    document: str
    pointer: str
    reason: str
    confidence: Confidence
    before: str = ""
    after: str = ""


class AdvisedPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One recommended document and the one it replaces. `document` is the policy as JSON-ready data."""

    name: str
    replaces: str
    kind: str
    document: dict[str, object]
    size: int
    quota: int


class AdvisedTrust(AdvisedPolicy, frozen=True, kw_only=True):
    """A narrower trust policy of a role, judged by itself. `choices` are what to fill in before it can be used."""

    changes: tuple[Change, ...] = ()
    choices: tuple[str, ...] = ()
    proof: Proof = Proof()
    plan: tuple[Step, ...] = ()


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """The policies that would have been enough for one principal, as far as the snapshot and the evidence can say.

    The exposures are the published index of unused permissions, 0 to 100, of the policies before and after; None where
    no source told of use. `aggressive` is what would be removed besides, were unknown use taken for none.
    """

    subject: Subject
    risk: int
    policies: tuple[AdvisedPolicy, ...]
    changes: tuple[Change, ...]
    actions_before: int
    actions_after: int
    confidence: Confidence
    confidence_reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    affects: tuple[str, ...] = ()
    evidence: tuple[Source, ...] = ()
    use: UseCounts = UseCounts()
    proof: Proof = Proof()
    plan: tuple[Step, ...] = ()
    grade: Grade = Grade.NONE
    grade_reasons: tuple[str, ...] = ()
    exposure_before: float | None = None
    exposure_after: float | None = None
    trust: AdvisedTrust | None = None
    aggressive: tuple[Change, ...] = ()


class PrincipalScore(msgspec.Struct, frozen=True, kw_only=True):
    """The risk of one subject, 0 to 100, higher is worse, with what makes it up."""

    subject: Subject
    score: int
    tier: str
    findings: int
    reasons: tuple[str, ...] = ()


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """The account's risk (0 to 100, higher is worse); posture is 100 less it.

    `risk_with_suppressed` also counts what exempt subjects would have raised.
    """

    risk: int
    posture: int
    risk_with_suppressed: int
    risk_with_muted: int | None = None
    reasons: tuple[str, ...]
    principals: tuple[PrincipalScore, ...]
    model: str


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do first: what, to whom, and what it ends.

    A change of a policy document has an `id` by which it can be asked for. It ends `ends_paths` that those before it
    leave, with them `ends_so_far`, of `ends_of` in all. `verified` tells that the account was judged again with all
    such changes on paper; else each path that ends was decided by itself, and other ways may be left.
    `statements` are those at fault, `paths` the fingerprints of the paths that end, and `rewrite` the change itself.
    """

    text: str
    ends_findings: int
    subjects: tuple[str, ...]
    id: str = ""
    ends_paths: int = 0
    ends_so_far: int = 0
    ends_of: int = 0
    verified: bool = False
    statements: tuple[Evidence, ...] = ()
    paths: tuple[str, ...] = ()
    rewrite: Rewrite | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One audit of one account. Ordering is settled here, so that output is byte-stable.

    `limits` are the thresholds that were judged by, and findings below `min_severity` are left out: without these, two
    reports cannot be told apart from two accounts.
    """

    tool: str
    catalogue: str
    account: str
    partition: str
    aliases: tuple[str, ...]
    caller: str
    taken_at: str
    origin: str
    credential_report_at: str
    inventory: dict[str, int]
    layers_considered: tuple[str, ...]
    layers_not_considered: tuple[str, ...]
    notes: tuple[str, ...]
    gaps: tuple[MissingView, ...]
    unassessed: tuple[Unassessed, ...]
    checks: tuple[str, ...]
    limits: dict[str, int] = {}
    min_severity: Severity = Severity.INFO
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    paths: tuple[Path, ...]
    external: tuple[Path, ...] = ()
    recommendations: tuple[Recommendation, ...]
    recommendations_left_out: int
    scores: Scores
    fixes: tuple[Fix, ...]
    backdrop: Backdrop | None = None
    baseline: Baseline | None = None
    history: tuple[Run, ...] = ()

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings of each severity, worst first; severities without one count zero."""
        tally = dict.fromkeys(sorted(Severity, reverse=True), 0)
        for finding in self.findings:
            tally[finding.severity] += 1
        return tally

    @property
    def fresh(self) -> tuple[Finding, ...]:
        """The findings that a reader has not been told yet: all of them without a baseline."""
        return tuple(finding for finding in self.findings if finding.status is not Status.KNOWN)

    @property
    def complete(self) -> bool:
        """Whether everything was seen and every check gave its answer."""
        return not self.gaps and not self.unassessed


def fingerprint(*parts: str) -> str:
    """Sixteen hex digits from the parts; the base of baselines and diffs."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
