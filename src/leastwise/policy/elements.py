"""The three lists of a statement: actions, resources and principals, each interned by content.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.arn import is_account_id, parse_arn
from leastwise.policy.condition import UNKNOWN, Context, substitute
from leastwise.policy.pattern import Glob

if TYPE_CHECKING:
    from leastwise.policy.request import Caller

HEAD_SEGMENTS = 3


class Actions:
    """An Action or NotAction list."""

    __slots__ = ("_mask", "_memo", "negated", "patterns")

    def __init__(self, patterns: tuple[str, ...], *, negated: bool) -> None:
        """Use `of`, which shares equal lists."""
        self.patterns = patterns
        self.negated = negated
        self._memo: dict[str, bool] = {}
        self._mask: int | None = None

    @staticmethod
    @lru_cache(maxsize=1 << 16)
    def of(patterns: tuple[str, ...], *, negated: bool) -> Actions:
        """The shared value for these patterns."""
        return Actions(patterns, negated=negated)

    def match(self, action: str) -> bool:
        """Whether the list covers the action, given in lower case. Works for actions no catalogue knows."""
        memo = self._memo
        if action not in memo:
            found = any(Glob.parse(p.lower()).matches(action) for p in self.patterns)
            memo[action] = found is not self.negated
        return memo[action]

    @property
    def mask(self) -> int:
        """The actions of the catalogue that the list covers, as bits."""
        if self._mask is None:
            universe = catalog.universe()
            union = 0
            for pattern in self.patterns:
                union |= universe.mask(pattern)
            self._mask = universe.everything & ~union if self.negated else union
        return self._mask

    @property
    def is_everything(self) -> bool:
        """Whether every action is covered, also those that do not exist yet."""
        if self.negated:
            return not self.mask ^ catalog.universe().everything and not any("*" in p for p in self.patterns)
        return any(p and p.strip("*") in {"", ":"} for p in self.patterns)


class Resources:
    """A Resource or NotResource list."""

    __slots__ = ("_fixed", "_memo", "_templates", "is_any", "negated", "patterns")

    def __init__(self, patterns: tuple[str, ...], *, negated: bool, variables: bool) -> None:
        """Use `of`, which shares equal lists."""
        self.patterns = patterns
        self.negated = negated
        usual = [_usual_case(p) for p in patterns]
        self._templates = tuple(p for p in usual if variables and "${" in p)
        self._fixed = [p for p in usual if not (variables and "${" in p)]
        self._memo: dict[str, bool] = {}
        # Whether every resource is covered, whatever the request.
        self.is_any = not negated and any(p and not p.strip("*") for p in self._fixed)

    @staticmethod
    @lru_cache(maxsize=1 << 16)
    def of(patterns: tuple[str, ...], *, negated: bool, variables: bool) -> Resources:
        """The shared value for these patterns. Variables count only in policies of version 2012-10-17."""
        return Resources(patterns, negated=negated, variables=variables)

    @staticmethod
    def any() -> Resources:
        """The list of a statement that has none, as in trust policies."""
        return Resources.of(("*",), negated=False, variables=False)

    def match(self, resource: str, context: Context) -> bool | None:
        """Whether the list covers the resource; None when a variable's value is unknown.

        An entry whose variable cannot be resolved matches nothing, so NotResource then applies (rule 15).
        """
        found: bool | None = self._matches_fixed(resource)
        if found is not True and self._templates:
            found = self._match_templates(resource, context)
        return found if found is None or not self.negated else not found

    def globs(self, context: Context) -> tuple[Glob, ...]:
        """The patterns with their variables filled in; an unknown value stands as `*`, an absent one drops out."""
        filled = [Glob.parse(p) for p in self._fixed]
        for template in self._templates:
            value = substitute(template, context)
            if value is UNKNOWN:
                filled.append(_opened(template))
            elif isinstance(value, Glob):
                filled.append(value)
        return tuple(filled)

    def _matches_fixed(self, resource: str) -> bool:
        memo = self._memo
        if resource not in memo:
            if len(memo) > 4096:  # a bound, so that a shared list never hoards an account's ARNs
                memo.clear()
            memo[resource] = any(Glob.parse(p).matches(resource) for p in self._fixed)
        return memo[resource]

    def _match_templates(self, resource: str, context: Context) -> bool | None:
        found: bool | None = False
        for template in self._templates:
            value = substitute(template, context)
            if value is UNKNOWN:
                if _opened(template).matches(resource):
                    found = None
            elif isinstance(value, Glob) and value.matches(resource):
                return True
        return found


def _usual_case(pattern: str) -> str:
    """`arn:partition:service` in lower case: only the rest of an ARN is case-sensitive (rule 14)."""
    if pattern.startswith("arn:aws:") or pattern[:4].lower() != "arn:":
        return pattern
    parts = pattern.split(":", HEAD_SEGMENTS)
    return ":".join([*(p if "$" in p else p.lower() for p in parts[:HEAD_SEGMENTS]), *parts[HEAD_SEGMENTS:]])


@lru_cache(maxsize=4096)
def _opened(template: str) -> Glob:
    """The template with each variable replaced by `*`: all that it could become."""
    out: list[str] = []
    rest = template
    while "${" in rest:
        before, _, after = rest.partition("${")
        out.append(before + "*")
        rest = after.partition("}")[2]
    return Glob.parse("".join(out) + rest)


class Named(IntEnum):
    """How a Principal element meets a caller; the more direct, the higher.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """

    NOT = 0
    ACCOUNT = 1
    PRINCIPAL = 2
    SESSION = 3
    EVERYONE = 4


class Principals:
    """A Principal or NotPrincipal element: kind → values."""

    __slots__ = ("aws", "canonical", "everyone", "federated", "negated", "services")

    def __init__(self, named: dict[str, tuple[str, ...]], *, everyone: bool, negated: bool) -> None:
        """Use `of`."""
        self.negated = negated
        self.aws = named.get("aws", ())
        self.services = named.get("service", ())
        self.federated = named.get("federated", ())
        self.canonical = named.get("canonicaluser", ())
        self.everyone = everyone or "*" in self.aws

    @staticmethod
    def of(value: object, *, negated: bool) -> Principals:
        """From the element's JSON. Raises ValueError when it has no legal shape."""
        if value == "*":
            return Principals({}, everyone=True, negated=negated)
        if not isinstance(value, dict):
            raise ValueError(f"a principal is '*' or an object, not {value!r}")  # noqa: TRY004 - a fault of the text
        named: dict[str, tuple[str, ...]] = {}
        for kind, entries in value.items():
            listed = entries if isinstance(entries, list) else [entries]
            texts = tuple(e for e in listed if isinstance(e, str))
            if len(texts) != len(listed) or kind.lower() not in {"aws", "service", "federated", "canonicaluser"}:
                raise ValueError(f"{kind!r} does not name principals")
            named[kind.lower()] = named.get(kind.lower(), ()) + texts
        return Principals(named, everyone=False, negated=negated)

    def match(self, caller: Caller) -> Named:
        """How directly the element names the caller; under NotPrincipal, EVERYONE unless it is listed."""
        level = self._listed(caller)
        if not self.negated:
            return level
        return Named.NOT if level else Named.EVERYONE

    def _listed(self, caller: Caller) -> Named:
        if self.everyone:
            return Named.EVERYONE
        if caller.service:
            return Named.PRINCIPAL if caller.service in self.services else Named.NOT
        if caller.provider:
            return Named.PRINCIPAL if caller.provider in self.federated else Named.NOT
        return max((_names(entry, caller) for entry in self.aws), default=Named.NOT)


def _names(entry: str, caller: Caller) -> Named:
    if not caller.arn:
        return Named.NOT
    if entry == caller.arn:
        return Named.PRINCIPAL
    if caller.session and entry == caller.session:
        return Named.SESSION
    if is_account_id(entry):
        return Named.ACCOUNT if entry == caller.account else Named.NOT
    parsed = parse_arn(entry)
    if parsed and parsed.resource == "root" and parsed.account == caller.account:
        return Named.ACCOUNT
    return Named.NOT
