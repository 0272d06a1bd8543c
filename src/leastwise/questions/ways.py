"""Which paths lead from whom to whom? Over one account or several, within them and from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leastwise import risk
from leastwise.access import unreadable
from leastwise.account.build import DETAILS
from leastwise.arn import account_of, is_account_id, parse_arn
from leastwise.errors import UsageError
from leastwise.escalation.frontier import frontier_paths
from leastwise.escalation.outside import all_external_paths, external_paths_to
from leastwise.escalation.paths import exempt_paths_of, paths_of, paths_to
from leastwise.escalation.standing import Level, standing
from leastwise.policy.document import Unparsed
from leastwise.principals import SHOWN, name_of, named, nobody
from leastwise.results import STRENGTH, Path, Verdict
from leastwise.scope import exemption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account
    from leastwise.escalation.realm import Realm
    from leastwise.results import Subject

ADMINISTRATOR = "administrator"
NONE, UNKNOWN = "none", "unknown"
ESCALATIONS = (Verdict.PROVEN, Verdict.CONDITIONAL)


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for. Empty: any source; the administrators; escalations; any method; any path.

    `path` is the beginning of a path's fingerprint.
    """

    source: str = ""
    target: str = ""
    verdicts: tuple[Verdict, ...] = ()
    methods: tuple[str, ...] = ()
    path: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The paths, strongest first, those that begin outside by themselves, and what must be known of them.

    `others` tells how many of each verdict the same question has beyond those asked for. `blind` is what could not
    be read, so that a path may be missing. `aim` is the ARN of the target, "" for administrators.
    """

    paths: tuple[Path, ...]
    external: tuple[Path, ...]
    others: dict[Verdict, int]
    notes: tuple[str, ...]
    blind: tuple[str, ...]
    aim: str = ""

    @property
    def answer(self) -> str:
        """The strongest verdict; without any path *none*, or *unknown* where something could not be read."""
        found = (*self.paths, *self.external)
        if found:
            return max((path.verdict for path in found), key=STRENGTH.__getitem__).value
        return UNKNOWN if self.blind else NONE


def find_ways(realm: Realm, sought: Sought) -> Found:
    """The paths that are sought. Raises UsageError for a name that fits nobody, or several."""
    source = resolve_source(realm, sought.source) if sought.source else ""
    target = "" if sought.target in {"", ADMINISTRATOR} else resolve(realm, sought.target)
    own, external = _to(realm, target, source=source) if target else _to_administrators(realm, source=source)
    fitting = [path for path in (*own, *external) if _fits(path, sought, source)]
    wanted = sought.verdicts or (tuple(Verdict) if sought.path else ESCALATIONS)
    chosen = [path for path in fitting if path.verdict in wanted]
    outside = {path.fingerprint for path in external}
    others = [path.verdict for path in fitting if path.verdict not in wanted]
    return Found(
        paths=tuple(risk.score_path(path) for path in chosen if path.fingerprint not in outside),
        external=tuple(risk.score_path(path) for path in chosen if path.fingerprint in outside),
        others={verdict: others.count(verdict) for verdict in Verdict if verdict in others},
        notes=tuple(_notes(realm, source, target)),
        blind=tuple(_blind(realm, source)),
        aim=target if realm.holder(target) else "",
    )


def _fits(path: Path, sought: Sought, source: str) -> bool:
    return (
        source in {"", path.source.arn}
        and (not sought.methods or any(edge.method in sought.methods for edge in path.edges))
        and path.fingerprint.startswith(sought.path)
    )


Both = tuple[tuple[Path, ...], tuple[Path, ...]]


def _to_administrators(realm: Realm, *, source: str) -> Both:
    exempt = tuple(path for path in exempt_paths_of(realm) if path.source.arn == source)
    return (*paths_of(realm), *exempt, *frontier_paths(realm)), all_external_paths(realm)


def _to(realm: Realm, target: str, *, source: str) -> Both:
    """Who is administrator anyway, or exempt, is listed only when asked for by name."""
    paths = (path for path in paths_to(realm, target) if path.source.arn == source or _is_listed(realm, path.source))
    return tuple(paths), external_paths_to(realm, target)


def _is_listed(realm: Realm, source: Subject) -> bool:
    home, holder = realm.home_of(source.arn), realm.holder(source.arn)
    return bool(home and holder and not exemption(holder) and not standing(home, holder).is_administrator)


# whom the words mean


def resolve(realm: Realm, text: str) -> str:
    """The ARN of the user, role, group or given account that people call so.

    Raises UsageError for a name that fits nobody, or several.
    """
    return _only(realm, text, _inside(realm, text))


def resolve_source(realm: Realm, text: str) -> str:
    """As `resolve`, and of whoever is outside: any account, anyone, and those whom a trust policy names."""
    sources = (path.source for path in all_external_paths(realm))
    outside = dict.fromkeys(source.arn for source in sources if text in _names(source))
    found = tuple(dict.fromkeys((*_inside(realm, text), *outside)))
    stranger = "*" if text == "anyone" else text if is_account_id(text) else ""
    if stranger and not found:
        partition = next(iter(realm.accounts.values())).partition
        return f"arn:{partition}:iam::{stranger}:root"  # whom nobody lets in
    return _only(realm, text, found)


def _inside(realm: Realm, text: str) -> tuple[str, ...]:
    if text in realm.accounts:
        return (realm.accounts[text].arn,)
    owner, colon, name = text.partition(":")
    plain = name if colon and owner in realm.accounts else text
    holders = (holder.arn for one in _homes(realm, text) for holder in named(one, plain))
    return (*holders, *(one.arn for one in realm.accounts.values() if text == one.arn))


def _homes(realm: Realm, text: str) -> list[Account]:
    """The accounts in which the name may be looked for: `user/ann`, `123456789012:user/ann` or an ARN."""
    arn, owner = parse_arn(text), text.partition(":")[0]
    if owner in realm.accounts:
        return [realm.accounts[owner]]
    return [one for one in realm.accounts.values() if arn is None or arn.account == one.id]


def _names(source: Subject) -> tuple[str, ...]:
    """What a source outside may be called, also as the table shows it."""
    return source.arn, source.name, f"{account_of(source.arn)}:{source.kind.value}/{source.name}"


def _only(realm: Realm, text: str, found: tuple[str, ...]) -> str:
    if len(found) > 1:
        raise UsageError(f"{text!r} may be {' or '.join(found[:SHOWN])}: give the ARN")
    if not found:
        raise _nobody(realm, text, _homes(realm, text))
    return found[0]


def _nobody(realm: Realm, text: str, homes: list[Account]) -> UsageError:
    if len(homes) == 1:
        return nobody(homes[0], text)
    return UsageError(f"{text!r} is nobody in {' or '.join(realm.accounts)}, and nobody whom these let in from outside")


# what else must be known


def times(realm: Realm) -> Iterator[str]:
    """A note where the accounts were not seen at the same time."""
    moments = sorted({account.now for account in realm.accounts.values()})
    if len(moments) > 1:
        first, last = moments[0], moments[-1]
        yield f"the snapshots are of different times, from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"


def _notes(realm: Realm, source: str, target: str) -> Iterator[str]:
    yield from times(realm)
    if target:
        yield "who is an administrator already, or exempt, is listed only where --from names him"
    home, holder = realm.home_of(source), realm.holder(source)
    if home is None or holder is None:
        return
    if not target and standing(home, holder).level is Level.FULL:
        yield f"{name_of(holder)} is a full administrator already: no path to administrator starts there"
    if reason := exemption(holder):
        yield f"{name_of(holder)} is exempt ({reason}): a report sets its paths aside"


def _blind(realm: Realm, source: str) -> Iterator[str]:
    """What could not be read that may hide a path: of the source, or of anybody."""
    for account in realm.accounts.values():
        if account.has_gap(DETAILS):
            yield f"account {account.id} gave no answer to {DETAILS}"
        for holder in account.holders:
            if source in {"", holder.arn}:
                yield from (f"{d.name} of {d.arn} cannot be read" for d in unreadable(holder))
        for role in account.roles:
            if isinstance(role.trust.policy, Unparsed):
                yield f"the trust policy of {role.arn} cannot be read"
