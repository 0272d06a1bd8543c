"""From outside: which other accounts, organizations, identity providers, or anyone at all, are let into which roles,
and how they become administrator from there.

Nobody inside makes these hops, so they are no paths of principals; what lies behind the role is found by the one
search. An account that was not given is known by its name alone: what its own policies allow is then assumed, and
said to be.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from leastwise import access
from leastwise.account.model import Role, remember
from leastwise.escalation import render
from leastwise.escalation.method import entries
from leastwise.escalation.paper import EVERYTHING
from leastwise.escalation.parties import METHODS, ROLE, Party, parties
from leastwise.escalation.paths import chain_of, search_of
from leastwise.escalation.realm import alone
from leastwise.policy.derived import About, derived_context
from leastwise.policy.evaluate import Answer, Layer, Layers, evaluate
from leastwise.policy.request import Request
from leastwise.results import Edge, Kind, Path, Subject, Used, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account
    from leastwise.escalation.realm import Realm
    from leastwise.escalation.search import Reached, Search

WHATEVER = Layer.of((EVERYTHING,))
"""What somebody may be allowed by his own account's policies, as long as nobody has seen these."""


class Door(NamedTuple):
    """A role and whose it is."""

    account: Account
    role: Role


class Entry(NamedTuple):
    """One party let into one role, and what of it could not be seen."""

    party: Party
    role: Role
    answer: Answer
    unseen: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """As for a hop."""
        return Verdict.PROVEN if self.answer.allowed and not self.unseen else Verdict.CONDITIONAL


def external_paths(account: Account) -> tuple[Path, ...]:
    """The ways in from outside that lead to an administrator, and those that are open to anybody."""
    realm = alone(account)
    return realm.once("external", lambda: tuple(sorted(_paths(realm, search_of(realm), every=False), key=_order)))


def all_external_paths(realm: Realm) -> tuple[Path, ...]:
    """Every way into the accounts from outside, to an administrator where the role leads to one.

    Where it does not, the path ends at the role and is lateral. An account that was given is a source too: whoever
    is administrator there.
    """
    return realm.once("all external", lambda: tuple(sorted(_paths(realm, search_of(realm), every=True), key=_order)))


def external_paths_to(realm: Realm, goal: str) -> tuple[Path, ...]:
    """The ways in from outside that lead to the goal; see `paths_to`."""
    found = (path for path in _paths(realm, search_of(realm, goal), every=False) if path.escalates)
    return realm.once(("external", goal), lambda: tuple(sorted(found, key=_order)))


def _order(path: Path) -> tuple[bool, str, str, str]:
    return not path.escalates, path.source.arn, path.edges[0].target, path.target.arn


def _paths(realm: Realm, search: Search, *, every: bool) -> Iterator[Path]:
    for node in search.nodes:
        role = node.holder
        if not (isinstance(role, Role) and (meant := _meant(node.account, role))):
            continue  # nearly all
        wanted = every or node in search.reached
        for entry in _entries(realm, Door(node.account, role), [p for p in meant if wanted or p.is_open]):
            yield _path(search, search.reached.get(node), entry)


def _path(search: Search, reached: Reached | None, entry: Entry) -> Path:
    first = _edge(entry, reached.supposes if reached and not reached.hops else ())
    chain, supposes = chain_of(search, reached.hops[0]) if reached and reached.hops else ([], ())
    target = chain[-1].subject if chain else entry.role.subject
    edges = (first, *render.edges_of(chain, supposes))
    return render.joined(entry.party.subject, target, edges, lateral=reached is None)


def _edge(entry: Entry, supposes: tuple[str, ...]) -> Edge:
    method = entries()[METHODS[entry.party.action]]
    source, target = entry.party.subject, entry.role.subject
    names = {"source": source.arn, "source_name": source.name, "target": target.arn, "target_name": target.name}
    say = partial(render.told, names=names)
    return Edge(
        source=source.arn,
        target=target.arn,
        method=method.id,
        title=method.title,
        verdict=Verdict.CONDITIONAL if supposes else entry.verdict,
        permissions=(Used(entry.party.action, target.arn),),
        trust=access.evidence_of(entry.answer, render.TRUST),
        conditions=tuple(dict.fromkeys((*entry.answer.conditions, *entry.unseen, *supposes))),
        attack=say(method.attack),
        commands=tuple(map(say, method.commands)),
        fix=tuple(map(say, method.fix)),
    )


def _entries(realm: Realm, door: Door, meant: list[Party]) -> Iterator[Entry]:
    """The parties that are let in, each once, in the surest way."""
    found: dict[Subject, Entry] = {}
    for party in meant:
        home = realm.accounts.get(party.account)
        if home is not None:
            if not _is_there(realm, party):
                continue
            party = party._replace(subject=home.subject)  # noqa: PLW2901 - its administrators may be any of it
        answer = _asked(door, party, home)
        entry = Entry(party, door.role, answer, () if home else _unseen(party, door.role))
        known = found.get(party.subject)
        if answer.allowed is not False and (known is None or known.verdict is not Verdict.PROVEN):
            found[party.subject] = entry
    yield from found.values()


def _is_there(realm: Realm, party: Party) -> bool:
    """Whether the given account has whom the trust policy names. A session does not tell the path of its role."""
    return (
        party.subject.kind is Kind.ACCOUNT or bool(party.caller.session) or realm.holder(party.caller.arn) is not None
    )


def _meant(account: Account, role: Role) -> tuple[Party, ...]:
    """Those outside whom the trust policy names. Roles share few trust policies."""

    def find() -> tuple[Party, ...]:
        spoken = (party for statement in role.trust.statements for party in parties(account, statement))
        return tuple(dict.fromkeys(spoken))

    return remember(account, ("parties", role.trust.policy), find)


def _unseen(party: Party, role: Role) -> tuple[str, ...]:
    """The other side of the hop, where nobody has seen it."""
    what = f"lets it assume {role.arn}"
    if party.subject.kind is Kind.ORGANIZATION:
        return (f"an account of organization {party.subject.name} {what} (no snapshot of it was given)",)
    return (f"account {party.account} {what} (no snapshot of it was given)",) if party.account else ()


def _asked(door: Door, party: Party, home: Account | None) -> Answer:
    """The engine's answer, for the organization that the party is of; not known, a no stands if it is one for all."""
    account, role = door
    layers = Layers(
        identity=WHATEVER if party.action == ROLE else None,
        scps=tuple(map(Layer.of, home.limits)) if home else (),
        rcps=access.guards_of(account, role),
        resource=access.trust_layer(role),
    )

    def ask(organization: str | None) -> Answer:
        context = derived_context(party.caller, About(organization=organization, now=account.now))
        stranger = Request(
            action=party.action,
            resource=role.arn,
            caller=party.caller,
            context=context.with_(dict(party.known)),
            resource_account=account.id,
        )
        return evaluate(stranger, layers)

    known = _organization(account, party, home)
    answer = ask(known)
    own = account.organization
    if known is not None or answer.allowed is not None or own is None or own.accounts is None:
        return answer
    if party.account:  # not one of these accounts, and so of another organization
        strangers = [ask(other) for other in ("", *sorted(_mentioned(role) - {own.id}))]
        if all(stranger.allowed is False for stranger in strangers):
            return strangers[0]
    return answer


def _organization(account: Account, party: Party, home: Account | None) -> str | None:
    """The organization that the party is of: "" for none, None where it is not known. An attacker is of none."""
    if home is not None and (home.organization or home.in_organization is False):
        return home.organization.id if home.organization else ""
    if party.subject.kind is Kind.ANYONE:
        return ""
    own = account.organization
    return own.id if own and party.account in (own.accounts or ()) else None


def _mentioned(role: Role) -> set[str]:
    """The organizations that the trust policy names."""
    tests = (test for s in role.trust.statements for test in s.conditions.tests)
    keys = {"aws:principalorgid", "aws:principalorgpaths"}
    return {value.partition("/")[0] for test in tests if test.lower_key in keys for value in test.values}
