"""What a row supposes to run, held against the inventory: the one place that decides what becomes of such a fact.

What the inventory shows falls away, and the permissions are then asked for on that very resource. What it shows in full
not to be there ends the hop. What it does not show is still supposed, by the name of the region where it was not seen.
"""

from __future__ import annotations

import re
import shlex
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from leastwise.account.kinds import BY_ID
from leastwise.account.model import remember
from leastwise.account.workloads import OTHERS
from leastwise.escalation.claims import AllOf, EitherOf
from leastwise.escalation.wants import anywhere, asked_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leastwise.access import Holder
    from leastwise.account.model import Account, Role
    from leastwise.account.workloads import Workload
    from leastwise.escalation.claims import Claim
    from leastwise.escalation.graph import Graph, Node
    from leastwise.escalation.method import Method, Supposed
    from leastwise.escalation.reach import Reach

_TYPE = re.compile("[:/]")
NAMED = 3  # regions before the others are only counted
TRIED = 256  # resources within one principal's reach that are tried before the fact stays supposed


class Case(NamedTuple):
    """One way in which what a row supposes may be so: seen `at` these resources, or still supposed.

    `dark` are the regions in which it can only be supposed, where others were looked into; () where none were.
    """

    at: tuple[Workload, ...] = ()
    supposes: tuple[str, ...] = ()
    dark: tuple[str, ...] = ()


CERTAIN = Case()


class _Choice(NamedTuple):
    """A resource that fits some facts of a row, or None where they can only be supposed."""

    at: Workload | None
    supposes: tuple[str, ...] = ()


_Group = tuple["Supposed", ...]
_Lot = tuple[list[_Choice], ...]  # what can be chosen in one region, for each resource that the facts speak of


class _Shown(NamedTuple):
    """What the inventory says of a row's facts: what there is by region, and what can only be supposed, if anything."""

    lots: tuple[_Lot, ...]
    beside: Case | None
    rest: tuple[str, ...] = ()


def _shown(account: Account, method: Method, role: Role) -> _Shown:
    about = _about(method, role)
    return remember(account, ("shown", *about), lambda: _look(account, *about))


def _about(method: Method, role: Role) -> tuple[Method, str]:
    """What the facts depend on: of the role only where it must be borne."""
    return method, role.arn if any(fact.bears for fact in method.supposes) else ""


def _look(account: Account, method: Method, role: str) -> _Shown:
    listed = tuple(fact for fact in method.supposes if _is_listed(account, fact))
    rest = tuple(fact.text for fact in method.supposes if fact not in listed)
    if not listed:
        return _Shown((), Case((), rest))
    lots: list[_Lot] = []
    dark: list[str] = []
    for region in _regions(account, listed):
        lot = tuple(_choices(account, method, group, region, role) for group in _groups(listed))
        if all(choices and choices[-1].at is None for choices in lot):
            dark.append(region)
        if all(lot) and any(choices[0].at for choices in lot):
            lots.append(lot)
    beside = Case((), (*(_unseen(fact, dark) for fact in listed), *rest), tuple(dark)) if dark else None
    return _Shown(tuple(lots), beside, rest)


def _is_listed(account: Account, fact: Supposed) -> bool:
    """Whether an inventory was taken that could show the fact, and told something of the kind."""
    kind, running = BY_ID.get(fact.kind), account.workloads
    able = kind is not None and bool(not fact.bears or kind.roles or kind.profiles)
    return able and bool(running.seen.get(fact.kind) or running.of(fact.kind))


def _regions(account: Account, facts: Iterable[Supposed]) -> list[str]:
    running = account.workloads
    return sorted({r for fact in facts for r in (*running.seen[fact.kind], *running.unseen[fact.kind])})


def _groups(facts: Iterable[Supposed]) -> list[_Group]:
    """The facts by what they are about: kinds of the same ARNs speak of one resource."""
    groups: dict[str, list[Supposed]] = {}
    for fact in facts:
        groups.setdefault(BY_ID[fact.kind].arn, []).append(fact)
    return [tuple(group) for group in groups.values()]


def _choices(account: Account, method: Method, group: _Group, region: str, role: str) -> list[_Choice]:
    """What the facts may be true of in a region. One is as good as another where no permission asks which."""
    found = sorted(
        _possible(account, group, region, role), key=lambda choice: (choice.at is None, len(choice.supposes))
    )
    asked = any(choice.at and _is_asked(method, choice.at) for choice in found)
    return found if asked else found[:1]


def _is_asked(method: Method, one: Workload) -> bool:
    """Whether one of the permissions is about resources like this."""
    return any(asked_on(need, (one.arn, *one.within)) for need in method.needs)


def _possible(account: Account, group: _Group, region: str, role: str) -> Iterator[_Choice]:
    """The listed resources of which no fact is seen to be untrue; and one unlisted, where nobody looked for any."""
    fitting = [_fitting(account, fact, region, role) for fact in group]
    seen = [account.workloads.sees(fact.kind, region) for fact in group]
    for arn, one in {arn: one for found in reversed(fitting) for arn, one in found.items()}.items():
        if all(arn in found or not whole for found, whole in zip(fitting, seen, strict=True)):
            left = (fact for fact, found in zip(group, fitting, strict=True) if arn not in found)
            yield _Choice(one, tuple(_unseen(fact, (region,)) for fact in left))
    if not any(seen):
        yield _Choice(None, tuple(_unseen(fact, (region,)) for fact in group))


def _fitting(account: Account, fact: Supposed, region: str, role: str) -> dict[str, Workload]:
    if fact.bears:
        return {one.arn: one for one in account.workloads.bearing(fact.kind, role) if one.region == region}
    return remember(account, ("by region", fact.kind), lambda: _by_region(account, fact.kind)).get(region, {})


def _by_region(account: Account, kind: str) -> dict[str, dict[str, Workload]]:
    found: dict[str, dict[str, Workload]] = {}
    for one in account.workloads.of(kind):
        found.setdefault(one.region, {})[one.arn] = one
    return found


def _unseen(fact: Supposed, regions: Sequence[str]) -> str:
    """The fact, where the inventory shows nothing of it."""
    named = ", ".join(regions[:NAMED])
    more = f" and {len(regions) - NAMED} more regions" if len(regions) > NAMED else ""
    return f"{fact.text}, where the inventory shows nothing ({named}{more})"


def told(texts: Iterable[str], who: Holder) -> tuple[str, ...]:
    """The facts, about this role or user."""
    word = f"the {who.kind.value}"
    return tuple(text.replace(word, f"{word} {who.arn}") for text in texts)


def named(case: Case) -> dict[str, str]:
    """The words that the resources fill in, in the commands of the row."""
    around = {_TYPE.split(arn.split(":", 5)[-1], maxsplit=1)[0]: arn for one in case.at for arn in one.within}
    names = around | {BY_ID[one.kind].word: one.name for one in case.at}
    return {word: shlex.quote(name) for word, name in names.items()}


def ruled_out(account: Account, method: Method) -> tuple[str, ...]:
    """The facts that the inventory shows in full to be untrue, whoever asks: nothing runs that would do."""
    full = [fact for fact in method.supposes if is_full(account, fact)]
    counted = [(fact, len(account.workloads.of(fact.kind))) for fact in full]
    return tuple(f"{fact.text}: none of the {n} in the inventory will do" for fact, n in counted if fact.bears or not n)


def is_full(account: Account, fact: Supposed) -> bool:
    """Whether the inventory shows, in every region, of what the fact is true."""
    return _is_listed(account, fact) and not account.workloads.unseen[fact.kind]


def placed(account: Account, method: Method, case: Case, region: str = "") -> tuple[Claim, ...]:
    """The row's permissions that are about no known principal: on the case's resources, or on any that may fit.

    `region` is where the latter are, if one was chosen.
    """
    place = account.partition, account.id
    if case.at:
        return anywhere(method, *place, _arns(case), case.at[0].region)
    if not case.dark or OTHERS in case.dark:
        return anywhere(method, *place, (), region or "*")
    return (EitherOf(tuple(AllOf(anywhere(method, *place, (), region)) for region in case.dark)),)


def _arns(case: Case) -> tuple[str, ...]:
    return tuple(arn for one in case.at for arn in (one.arn, *one.within))


def usable(graph: Graph, node: Node, method: Method, role: Role) -> tuple[Case, ...]:
    """The ways in which the facts may be so for this principal and role, the surest first; none where they are not.

    Resources count that its statements may cover. Without an inventory there is one way: all is supposed.
    """
    if not _shown(graph.account, method, role).lots:
        return beside(graph.account, method, role)
    reaches = graph.reaches(node, method)
    about = (graph.account, method, role)
    key = ("usable", *_about(method, role), tuple(reach.lists for reach in reaches))
    return remember(graph.account, key, lambda: (*seen(*about, reaches), *beside(*about)))


def beside(account: Account, method: Method, role: Role) -> tuple[Case, ...]:
    """What can only be supposed, if anything."""
    left = _shown(account, method, role).beside
    return (left,) if left else ()


def seen(account: Account, method: Method, role: Role, reaches: tuple[Reach, ...]) -> tuple[Case, ...]:
    """What the inventory shows and statements of these reaches, one for each permission of the row, may cover."""
    shown = _shown(account, method, role)
    found = (case for lot in shown.lots for case in _cases(lot, shown.rest, method, reaches))
    tried = sorted(islice(found, TRIED), key=lambda case: len(case.supposes))
    return (*tried, *(Case((), tuple(fact.text for fact in method.supposes)) for _ in islice(found, 1)))


def _cases(lot: _Lot, rest: tuple[str, ...], method: Method, reaches: tuple[Reach, ...]) -> Iterator[Case]:
    within = ([choice for choice in choices if _touches(reaches, method, choice.at)] for choices in lot)
    for chosen in product(*within):
        at = tuple(choice.at for choice in chosen if choice.at)
        if at:
            yield Case(at, (*(text for choice in chosen for text in choice.supposes), *rest))


def _touches(reaches: tuple[Reach, ...], method: Method, one: Workload | None) -> bool:
    """Whether the statements may cover what the row asks for on the resource."""
    arns = (one.arn, *one.within) if one else ()
    needs = zip(method.needs, reaches, strict=True)
    return all(reach(arn) for need, reach in needs for arn in asked_on(need, arns))


def within_reach(graph: Graph, node: Node, method: Method) -> Iterator[tuple[Role, Case]]:
    """The resources that the inventory shows and the principal's statements may cover, with the roles they bear."""
    found = borne(graph.account, method)
    for role in (role for role in graph.account.roles if role.arn in found) if found else ():
        yield from ((role, case) for case in usable(graph, node, method, role) if case.at)


def may_be_borne(account: Account, method: Method, role: Role) -> bool:
    """Whether something that the row could alter bears the role, for all that the inventory shows or leaves open."""
    kinds = (fact.kind for fact in method.supposes if fact.bears)
    return role.arn in borne(account, method) or any(account.workloads.unseen.get(kind) for kind in kinds)


def borne(account: Account, method: Method) -> frozenset[str]:
    """The roles that the resources which the row could alter bear, as far as the inventory shows them."""
    kinds = {fact.kind for fact in method.supposes if fact.bears}
    pairs = account.workloads.bearers
    return remember(account, ("borne", method), lambda: frozenset(role for kind, role in pairs if kind in kinds))
