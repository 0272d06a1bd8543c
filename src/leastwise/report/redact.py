"""A report in which accounts and names are replaced by others, the same by the same, so that it can be shown around.

Replaced are account ids, the names of users, roles, groups, policies, buckets and of whatever else an ARN names, paths,
aliases, statement ids, unique and organization ids, and the values in conditions, among them external ids. Wherever one
of them stands in a text it is replaced, also in the middle of a command. Ids of findings and fixes, which are hashes of
names, become numbers. What stays: times, actions, services, and the shape of it all.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from leastwise.advised import Proof
from leastwise.behind import Portrait
from leastwise.past import Run
from leastwise.results import (
    Edge,
    Evidence,
    Finding,
    Fix,
    Kind,
    PrincipalScore,
    Recommendation,
    Report,
    Scores,
    Subject,
    Suppressed,
)
from leastwise.unseen import MissingView, Unassessed

if TYPE_CHECKING:
    from collections.abc import Iterator

_ARN = re.compile(r"arn:[\w*-]*:[\w*-]*:[\w*-]*:[\w*-]*:[^\s\"',;()\[\]{}<>]+")
_ACCOUNT = re.compile(r"\d{12}")
_UNIQUE = re.compile(r"\bA[A-Z]{3}[A-Z0-9]{12,}\b|\bo-[a-z0-9]{10,32}\b|\bou-[a-z0-9]{4,32}-[a-z0-9]{8,32}\b")
_WORD = r"[\w+=,.@-]+"  # what a name may be made of
_PARTS = re.compile(r"[^\W_]+|[\W_]")  # letters and digits together, all else alone
_SPLIT = re.compile(r"[/:*?$]+")
# Words of the language of ARNs, and names that are AWS's own. A name that is such a word tells nothing.
PLAIN = {
    "arn", "aws", "aws-cn", "aws-us-gov", "iam", "sts", "s3", "user", "role", "group", "policy", "root", "account",
    "object", "organization", "assumed-role", "federated-user", "instance-profile", "mfa", "saml-provider",
    "oidc-provider", "service-role", "aws-service-role", "aws-reserved", "true", "false",
    "organizationaccountaccessrole",
}  # fmt: skip
MANAGED_BY_AWS = ":iam::aws:"
OF_AWS = re.compile(r"AWSServiceRoleFor\w*|.*\.amazonaws\.com|[a-z]{2}(?:-[a-z]+)+-\d", re.IGNORECASE)  # or a region
LISTS = {"user", "role", "group", "policy"}
KEPT: dict[type, frozenset[str]] = {  # fields that hold words of ours, or of AWS
    Report: frozenset(
        {"tool", "catalogue", "partition", "taken_at", "origin", "credential_report_at", "checks", "limits"}
    ),
    Finding: frozenset({"check", "title", "cites", "fingerprint", "first_seen", "status"}),
    Run: frozenset({"taken_at", "tool"}),
    Evidence: frozenset({"source"}),
    Edge: frozenset({"method", "title"}),
    Fix: frozenset({"id", "paths"}),
    Proof: frozenset({"paths_closed", "paths_remaining"}),
    MissingView: frozenset({"call", "reason"}),
    Unassessed: frozenset({"check"}),
    PrincipalScore: frozenset({"tier"}),
    Scores: frozenset({"model"}),
    Portrait: frozenset({"created", "used", "idle"}),
}


def redact(report: Report) -> Report:
    """The same report about others."""
    names = _Names(public=_of_aws(report))
    names.learn(report)
    return _renumbered(report, names.told(report))


def _of_aws(report: Report) -> frozenset[str]:
    """The names in the policies of AWS, which everybody knows."""
    known = _Names()
    for text in report.backdrop.documents if report.backdrop else ():
        if MANAGED_BY_AWS in text.arn:
            known.learn(text.body)
    return known.found


class _Names:
    """Who is called what: the names found in a report, and those that stand for them.

    Of what is `public`, only names that something of the account bears are replaced.
    """

    def __init__(self, public: frozenset[str] = frozenset()) -> None:
        self._public = public
        self._others: dict[str, str] = {}
        self._numbers: Counter[str] = Counter()
        self._told: dict[str, str] = {}

    # what is found

    @property
    def found(self) -> frozenset[str]:
        """The names that were found."""
        return frozenset(self._others)

    def learn(self, value: Any) -> None:
        """Every name in the value."""
        if type(value) is str:
            self._text(value)
        elif isinstance(value, msgspec.Struct):
            for kind, name in _own_names(value):
                self._name(kind, name, borne=True)
            for field in value.__struct_fields__:
                self.learn(getattr(value, field))
        elif isinstance(value, tuple | list):
            for one in value:
                self.learn(one)
        elif isinstance(value, dict):
            self._document(value)

    def _text(self, text: str) -> None:
        for arn in _ARN.findall(text):
            _, _, service, region, account, resource = arn.rstrip(".:").split(":", 5)
            if service == "s3" and not region and not account:
                self._named("bucket", *_parts(resource))
            elif account != "aws":
                self._resource(resource)
        for unique in _UNIQUE.findall(text):
            self._name("id", unique)

    def _resource(self, resource: str) -> None:
        """The names in the last part of an ARN: what follows its type, or all of it where it has none."""
        kind, *rest = _parts(resource)
        if rest:
            *paths, name = rest
            self._named(kind if kind in LISTS else "name", name, *paths)
        elif not re.search("[/:]", resource):
            self._name("name", kind)

    def _named(self, kind: str, name: str, *paths: str) -> None:
        self._name(kind, name)
        for path in paths:
            self._name("path", path)

    def _document(self, value: dict[Any, Any]) -> None:
        for key, one in value.items():
            if key == "Sid":
                self._name("statement", one)
            elif key == "Condition":
                for text in _texts(one):
                    self._value(text)
            self.learn(one)

    def _value(self, text: str) -> None:
        if not text.startswith("arn:"):
            for part in _SPLIT.split(text):
                self._name("value", part)

    def _name(self, kind: str, name: object, *, borne: bool = False) -> None:
        """A name, which another stands for from now on."""
        if type(name) is not str:
            return
        name = name.strip(".,:-_= ")
        if not name or name.isdigit() or name.lower() in PLAIN or OF_AWS.fullmatch(name) or name in self._others:
            return
        if name in self._public and not borne:
            return
        self._numbers[kind] += 1
        self._others[name] = f"{kind}-{self._numbers[kind]}"

    # what is told

    def told(self, value: Any) -> Any:
        """The value with the other names."""
        if type(value) is str:
            return self._retold(value)
        if isinstance(value, msgspec.Struct):
            kept = KEPT.get(type(value), frozenset())
            return type(value)(
                **{f: v if f in kept else self.told(v) for f in value.__struct_fields__ for v in [getattr(value, f)]}
            )
        if isinstance(value, tuple | list):
            return type(value)(map(self.told, value))
        if isinstance(value, dict):
            return {self.told(key): self.told(one) for key, one in value.items()}
        return value

    def _retold(self, text: str) -> str:
        if text not in self._told:
            self._told[text] = self._places.sub(self._place, text)
        return self._told[text]

    @cached_property
    def _places(self) -> re.Pattern[str]:
        """Where names may stand: words, and before them the names that are no word."""
        odd = sorted((name for name in self._others if not re.fullmatch(_WORD, name)), key=len, reverse=True)
        return re.compile("|".join([*map(re.escape, odd), _WORD]))

    def _place(self, found: re.Match[str]) -> str:
        """The longest names in it, from its beginning: those that end where letters and digits do."""
        if found[0] in self._others:
            return self._others[found[0]]
        parts, told, place = _PARTS.findall(found[0]), "", 0
        while place < len(parts):
            ends = range(len(parts), place, -1)
            end = next((end for end in ends if "".join(parts[place:end]) in self._others), place + 1)
            told += self._other("".join(parts[place:end]))
            place = end
        return told

    def _other(self, word: str) -> str:
        if word not in self._others and _ACCOUNT.fullmatch(word):
            self._numbers["account"] += 1
            self._others[word] = f"{self._numbers['account']:012}"
        return self._others.get(word, word)


def _parts(resource: str) -> list[str]:
    return [part for part in _SPLIT.split(resource) if part] or [""]


def _own_names(value: msgspec.Struct) -> Iterator[tuple[str, object]]:
    """The names that a record holds in fields of their own."""
    if isinstance(value, Subject):
        if value.kind in {Kind.PROVIDER, Kind.ANYONE}:
            yield from (("name", part) for part in _SPLIT.split(value.name) if value.kind is Kind.PROVIDER)
        else:
            yield value.kind.value, value.name
    elif isinstance(value, Evidence) and MANAGED_BY_AWS not in value.document:
        yield "statement", value.sid
        if "PolicyList" in value.pointer:
            yield "policy", value.name
    elif isinstance(value, Suppressed):
        yield "owner", value.owner
    elif isinstance(value, Report):
        yield from (("alias", alias) for alias in value.aliases)
    elif isinstance(value, Portrait):
        yield from (("policy", name) for name, where, _ in value.policies if MANAGED_BY_AWS not in where)
        yield "policy", value.boundary
    elif isinstance(value, Recommendation):
        yield from (("policy", policy.name) for policy in value.policies)


def _texts(value: object) -> Iterator[str]:
    """The texts at the ends of a condition block: its values."""
    if type(value) is str:
        yield value
    elif isinstance(value, dict):
        yield from (text for one in value.values() for text in _texts(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in _texts(one))


def _renumbered(before: Report, after: Report) -> Report:
    """Ids are hashes of names, which whoever guesses them can check: they become numbers, or hashes of the others."""
    olds, news = ((*one.paths, *one.external) for one in (before, after))
    hashed = {old.fingerprint: new.fingerprint for old, new in zip(olds, news, strict=True)}
    findings = (*after.findings, *(one.finding for one in after.suppressed))
    numbers = {one.fingerprint: f"{number:016x}" for number, one in enumerate(findings, start=1)}
    return replace(
        after,
        findings=tuple(replace(one, fingerprint=numbers[one.fingerprint]) for one in after.findings),
        suppressed=tuple(
            replace(one, finding=replace(one.finding, fingerprint=numbers[one.finding.fingerprint]))
            for one in after.suppressed
        ),
        fixes=tuple(
            replace(fix, id=fix.id and f"fix:{number:016x}", paths=_hashed(fix.paths, hashed))
            for number, fix in enumerate(after.fixes, start=1)
        ),
        recommendations=tuple(replace(one, proof=_proof(one.proof, hashed)) for one in after.recommendations),
    )


def is_redacted(report: Report) -> bool:
    """Whether the ids of its findings are numbers, which say nothing of what they are about.

    Of hashes one in millions of millions begins with so many zeros.
    """
    findings = (*report.findings, *(one.finding for one in report.suppressed))
    return any(one.fingerprint.startswith("0" * 10) for one in findings)


def _proof(proof: Proof, hashed: dict[str, str]) -> Proof:
    closed, remaining = (_hashed(paths, hashed) for paths in (proof.paths_closed, proof.paths_remaining))
    return replace(proof, paths_closed=closed, paths_remaining=remaining)


def _hashed(paths: tuple[str, ...], hashed: dict[str, str]) -> tuple[str, ...]:
    """The paths by their new fingerprints. One that the report does not list has none."""
    return tuple(hashed[path] for path in paths if path in hashed)
