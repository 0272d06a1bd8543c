"""The three lists of a statement: actions, resources and principals, each interned by content.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from leastwise import catalog
from leastwise.arn import is_account_id, parse_arn
from leastwise.policy.condition import UNKNOWN, Context, substitute
from leastwise.policy.pattern import Glob, Wild

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leastwise.arn import Arn
    from leastwise.policy.request import Caller

Values = str | tuple[str, ...]
"""One text, or a list of them, as a policy may have it."""

HEAD_SEGMENTS = 3
_ARN_COLONS = 5
_VARIABLE = re.compile(r"\$\{[^}]*\}")  # the name of a key may have a colon
REMEMBERED = 4096  # a bound, so that a shared list never hoards what it was asked


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
    def of(patterns: tuple[str, ...], *, negated: bool) -> Actions:
        """The shared value for these patterns."""
        return actions_of(patterns, negated)

    def match(self, action: str) -> bool:
        """Whether the list covers the action, given in lower case. Works for actions no catalogue knows."""
        memo = self._memo
        if action not in memo:
            if len(memo) > REMEMBERED:
                memo.clear()
            starts = {"*", "?", action[:1]}  # spares looking into most patterns
            near = [p.lower() for p in self.patterns if p[:1].lower() in starts and p.isascii()]
            memo[action] = any(Glob.parse(p).matches(action) for p in near) is not self.negated
        return memo[action]

    @property
    def mask(self) -> int:
        """The actions of the catalogue that the list covers, as bits."""
        if self._mask is None:
            universe = catalog.universe()
            union = universe.union(self.patterns)
            self._mask = universe.everything & ~union if self.negated else union
        return self._mask

    def __reduce__(self) -> tuple[Callable[..., Actions], tuple[object, ...]]:
        """Travels between processes as its patterns, and is shared there too."""
        return actions_of, (self.patterns, self.negated)

    @property
    def is_everything(self) -> bool:
        """Whether every action is covered, also those that do not exist yet."""
        if self.negated:
            return not self.mask ^ catalog.universe().everything and not any("*" in p for p in self.patterns)
        return any(p and p.strip("*") in {"", ":"} for p in self.patterns)


@lru_cache(maxsize=1 << 16)
def actions_of(values: Values, negated: bool) -> Actions:  # noqa: FBT001 - pickle knows no keywords
    """The shared list of these patterns; one alone may go without a list."""
    return Actions(values, negated=negated) if isinstance(values, tuple) else actions_of((values,), negated)


class Resources:
    """A Resource or NotResource list. `patterns` are as written, `entries` as they are read.

    Of the entries, `templates` have policy variables in them and `fixed` none.
    """

    __slots__ = ("_matches", "_variables", "entries", "fixed", "is_any", "negated", "patterns", "templates")

    def __init__(self, patterns: tuple[str, ...], *, negated: bool, variables: bool) -> None:
        """Use `of`, which shares equal lists."""
        self.patterns = patterns
        self.negated = negated
        self._variables = variables
        self.entries = tuple([entry for p in patterns for entry in _entries(_usual_case(p))])
        self.templates = tuple([p for p in self.entries if variables and "${" in p])
        self.fixed = tuple([p for p in self.entries if not (variables and "${" in p)])
        self._matches: Callable[[str], bool] | None = None
        # Whether every resource is covered, whatever the request.
        self.is_any = not negated and is_everything(patterns)

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
        matches = self._matches or self._compiled()
        found: bool | None = matches(resource)
        if self.templates and not found:
            found = self._match_templates(resource, context)
        return found if found is None or not self.negated else not found

    @property
    def texts(self) -> tuple[str, ...] | None:
        """The names that it means and no other; None where a wildcard, a variable or NotResource leaves it open."""
        is_open = self.negated or self.templates or any("*" in entry or "?" in entry for entry in self.entries)
        return None if is_open else self.entries

    def globs(self, context: Context) -> tuple[Glob, ...]:
        """The patterns with their variables filled in; an unknown value stands as `*`, an absent one drops out."""
        filled = [Glob.parse(p) for p in self.fixed]
        for template in self.templates:
            value = substitute(template, context)
            if value is UNKNOWN:
                filled.append(_opened(template))
            elif isinstance(value, Glob):
                filled.append(value)
        return tuple(filled)

    def __reduce__(self) -> tuple[Callable[..., Resources], tuple[object, ...]]:
        """Travels between processes as its patterns, since its test is a closure."""
        return _resources, (self.patterns, self.negated, self._variables)

    def _compiled(self) -> Callable[[str], bool]:
        """One test for all patterns without variables, made when first asked for and then kept."""
        self._matches = _any_glob(tuple(map(Glob.parse, self.fixed)))
        return self._matches

    def _match_templates(self, resource: str, context: Context) -> bool | None:
        found: bool | None = False
        for template in self.templates:
            value = substitute(template, context)
            if value is UNKNOWN:
                if _opened(template).matches(resource):
                    found = None
            elif isinstance(value, Glob) and value.matches(resource):
                return True
        return found


def is_everything(values: Values) -> bool:
    """Whether one of the patterns covers every resource, whatever the request."""
    if isinstance(values, tuple):
        return any(map(is_everything, values))
    return values[:1] == "*" and not values.strip("*")


def several(values: Values) -> tuple[str, ...]:
    """The texts as a list."""
    return values if isinstance(values, tuple) else (values,)


def _resources(patterns: tuple[str, ...], negated: bool, variables: bool) -> Resources:  # noqa: FBT001 - as above
    return Resources.of(patterns, negated=negated, variables=variables)


def _any_glob(globs: tuple[Glob, ...]) -> Callable[[str], bool]:
    """Whether one of the globs matches: plain texts by one look-up, plain beginnings by one comparison."""
    if len(globs) == 1:
        return globs[0].matches
    texts = frozenset(glob.prefix for glob in globs if glob.is_literal)
    starts = tuple(glob.prefix for glob in globs if glob.pieces == (glob.prefix, Wild.ANY) or glob.is_any)
    others = tuple(glob.matches for glob in globs if not (glob.is_literal or glob.prefix in starts))
    return lambda text: text in texts or text.startswith(starts) or any(matches(text) for matches in others)


def _usual_case(pattern: str) -> str:
    """`arn:partition:service` in lower case: only the rest of an ARN is case-sensitive (rule 14)."""
    if pattern.startswith("arn:aws:") or pattern[:4].lower() != "arn:":
        return pattern
    parts = pattern.split(":", HEAD_SEGMENTS)
    return ":".join([*(p if "$" in p else p.lower() for p in parts[:HEAD_SEGMENTS]), *parts[HEAD_SEGMENTS:]])


def _entries(pattern: str) -> tuple[str, ...]:
    """The pattern, and for an ARN with too few segments all that begins with it, since AWS adds wildcards for the rest.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    complete = not pattern.startswith("arn:") or _VARIABLE.sub("", pattern).count(":") >= _ARN_COLONS
    return (pattern,) if complete or pattern.endswith("*") else (pattern, f"{pattern}:*")


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


KINDS = frozenset({"aws", "service", "federated", "canonicaluser"})


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
            if len(texts) != len(listed) or kind.lower() not in KINDS:
                raise ValueError(f"{kind!r} does not name principals")
            named[kind.lower()] = named.get(kind.lower(), ()) + texts
        return Principals(named, everyone=False, negated=negated)

    def match(self, caller: Caller) -> Named:
        """How directly the element names the caller; under NotPrincipal, EVERYONE unless it is spared."""
        if self.negated:
            return Named.NOT if self._spares(caller) else Named.EVERYONE
        return max(self._levels(caller), default=Named.NOT)

    def _spares(self, caller: Caller) -> bool:
        """Whether a NotPrincipal list leaves the caller out.

        The account in the list speaks for root alone. A user or role must be there itself, and its account as well.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        """
        levels = set(self._levels(caller))
        if Named.EVERYONE in levels or caller.is_root or not caller.has_identity:
            return bool(levels)
        return self._lists(caller, levels) and Named.ACCOUNT in levels

    def may_spare(self, caller: Caller) -> bool:
        """Whether a NotPrincipal list has the caller but not its account, which AWS may look for first."""
        if not self.negated:
            return False
        levels = set(self._levels(caller))
        return self._lists(caller, levels) and not {Named.ACCOUNT, Named.EVERYONE} & levels

    @staticmethod
    def _lists(caller: Caller, levels: set[Named]) -> bool:
        own = {Named.PRINCIPAL, Named.SESSION} if caller.is_federated else {Named.PRINCIPAL}
        return caller.has_identity and not caller.is_root and bool(levels & own)

    def _levels(self, caller: Caller) -> Iterator[Named]:
        """How the entries name the caller, those that do."""
        if self.everyone:
            yield Named.EVERYONE
        elif caller.service:
            yield from (Named.PRINCIPAL for entry in self.services if entry == caller.service)
        elif caller.provider:
            yield from (Named.PRINCIPAL for entry in self.federated if entry == caller.provider)
        elif caller.arn:
            yield from filter(None, (_names(entry, caller) for entry in self.aws))
            yield from (Named.ACCOUNT for entry in self.canonical if entry and entry == caller.canonical)

    def to_json(self) -> str | dict[str, list[str]]:
        """The element in normal form."""
        kinds = {
            "AWS": self.aws,
            "Service": self.services,
            "Federated": self.federated,
            "CanonicalUser": self.canonical,
        }
        named = {kind: list(values) for kind, values in kinds.items() if values}
        return named if named or not self.everyone else "*"


def _names(entry: str, caller: Caller) -> Named:
    """How one entry under `AWS` names the caller. A stored id (`AROA…`) is a deleted principal's: nobody's."""
    if entry == caller.arn:
        return Named.PRINCIPAL
    if entry == caller.session:
        return Named.SESSION
    if is_account_id(entry):
        return Named.ACCOUNT if entry == caller.account else Named.NOT
    arn = parse_arn(entry)
    if arn is None or arn.account != caller.account:
        return Named.NOT
    if arn.resource == "root":
        return Named.ACCOUNT
    return Named.PRINCIPAL if _is_role_of(arn, caller.session) else Named.NOT


def _is_role_of(arn: Arn, session: str) -> bool:
    """Whether the role is that of the session, whose ARN tells its name without its path."""
    part = session.partition(":assumed-role/")[2]
    return bool(part) and arn.resource.startswith("role/") and arn.name == part.partition("/")[0]
