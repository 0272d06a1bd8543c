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
from leastwise.escalation.claims import anywhere, asked_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leastwise.access import Holder
    from leastwise.account.model import Account, Role
    from leastwise.account.workloads import Workload
    from leastwise.escalation.claims import Claim
    from leastwise.escalation.graph import Graph, Node, Reach
    from leastwise.escalation.method import Method, Supposed

_TYPE = re.compile("[:/]")
NAMED = 3  # regions before the others are only counted
TRIED = 256  # resources within one principal's reach that are tried before the fact stays supposed


class Case(NamedTuple):
    """One way in which what a row supposes may be so: seen `at` these resources, or still supposed."""

    at: tuple[Workload, ...] = ()
    supposes: tuple[str, ...] = ()


CERTAIN = Case()


class _Choice(NamedTuple):
    """A resource that fits some facts of a row, or None where they can only be supposed."""

    at: Workload | None
    supposes: tuple[str, ...] = ()


_Group = tuple["Supposed", ...]


def cases(account: Account, method: Method, role: Role) -> tuple[Case, ...]:
    """The ways in which the facts may be so for this role, the surest first; none where the inventory rules them out.

    Without an inventory there is one: all is supposed.
    """
    about = _about(method, role)
    return remember(account, ("cases", *about), lambda: _cases(account, *about))


def _about(method: Method, role: Role) -> tuple[Method, str]:
    """What the facts depend on: of the role only where it must be borne."""
    return method, role.arn if any(fact.bears for fact in method.supposes) else ""


def _cases(account: Account, method: Method, role: str) -> tuple[Case, ...]:
    listed = tuple(fact for fact in method.supposes if _is_listed(account, fact))
    rest = tuple(fact.text for fact in method.supposes if fact not in listed)
    if not listed:
        return (Case((), rest),)
    found: list[Case] = []
    dark: list[str] = []
    for region in _regions(account, listed):
        for chosen in product(*(_choices(account, method, group, region, role) for group in _groups(listed))):
            at = tuple(choice.at for choice in chosen if choice.at is not None)
            if at:
                found.append(Case(at, (*(text for choice in chosen for text in choice.supposes), *rest)))
            else:
                dark.append(region)
    if dark:
        found.append(Case((), (*(_unseen(fact, dark) for fact in listed), *rest)))
    return tuple(sorted(found, key=lambda case: (len(case.supposes), [one.arn for one in case.at])))


def _is_listed(account: Account, fact: Supposed) -> bool:
    """Whether an inventory was taken, in some region, that could show the fact."""
    kind = BY_ID.get(fact.kind)
    able = kind is not None and bool(not fact.bears or kind.roles or kind.profiles)
    return able and bool(account.workloads.seen.get(fact.kind))


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
    found = sorted(_possible(account, group, region, role), key=lambda choice: len(choice.supposes))
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
            yield _Choice(
                one, tuple(_unseen(f, (region,)) for f, found in zip(group, fitting, strict=True) if arn not in found)
            )
    if not any(seen):
        yield _Choice(None, tuple(_unseen(fact, (region,)) for fact in group))


def _fitting(account: Account, fact: Supposed, region: str, role: str) -> dict[str, Workload]:
    running = account.workloads
    found = running.bearing(fact.kind, role) if fact.bears else running.of(fact.kind)
    return {one.arn: one for one in found if one.region == region}


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
    """The facts for which the inventory shows, in full, that nothing is there at all or that nothing bears any role."""
    running = account.workloads
    full = [fact for fact in method.supposes if _is_listed(account, fact) and not running.unseen[fact.kind]]
    return tuple(f"{fact.text}: none of the {len(running.of(fact.kind))} in the inventory will do" for fact in full)


def placed(account: Account, method: Method, case: Case) -> tuple[Claim, ...]:
    """The row's permissions that are about no known principal: on the case's resources, or on any of their kind."""
    region = case.at[0].region if case.at else "*"
    return anywhere(method, account.partition, account.id, _arns(case), region)


def _arns(case: Case) -> tuple[str, ...]:
    return tuple(arn for one in case.at for arn in (one.arn, *one.within))


def usable(graph: Graph, node: Node, method: Method, role: Role) -> tuple[Case, ...]:
    """The cases whose resources the principal's statements may cover, and what there is to suppose beside them."""
    every = cases(graph.account, method, role)
    if not any(case.at for case in every):
        return every
    reaches = graph.reaches(node, method)
    key = ("usable", _about(method, role), tuple(reach.lists for reach in reaches))
    return remember(graph.account, key, lambda: tuple(_usable(reaches, method, every)))


def _usable(reaches: tuple[Reach, ...], method: Method, every: tuple[Case, ...]) -> Iterator[Case]:
    touched = (case for case in every if case.at and touches(reaches, method, case))
    yield from islice(touched, TRIED)
    yield from (case for case in every if not case.at)
    if next(touched, None):
        yield Case((), tuple(fact.text for fact in method.supposes))


def within_reach(graph: Graph, node: Node, method: Method) -> Iterator[tuple[Role, Case]]:
    """The resources that the inventory shows and the principal's statements may cover, with the roles they bear."""
    kinds = [fact.kind for fact in method.supposes if fact.bears]
    borne = {one.role for kind in kinds for one in graph.account.workloads.of(kind)}
    for role in (role for role in graph.account.roles if role.arn in borne):
        yield from ((role, case) for case in usable(graph, node, method, role) if case.at)


def touches(reaches: tuple[Reach, ...], method: Method, case: Case) -> bool:
    """Whether statements of these reaches, one for each permission of the row, may cover what the case asks for."""
    needs = zip(method.needs, reaches, strict=True)
    return all(reach(arn) for need, reach in needs for arn in asked_on(need, _arns(case)))
