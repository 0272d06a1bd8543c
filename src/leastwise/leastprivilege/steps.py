"""How a recommendation is put in place, step by step; taken back, it is the rollbacks from the last step to the first.

What is new comes first and what it replaces goes last, so that nothing that stays allowed fails in between. A policy
that others hold, or that AWS owns, is never changed: the principal gets its own instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from leastwise import awscli
from leastwise.account.model import Group
from leastwise.advised import Step
from leastwise.awscli import is_writable, line, own_arn
from leastwise.escalation.paper import oldest
from leastwise.leastprivilege.ground import members, sharers
from leastwise.leastprivilege.packing import replaced
from leastwise.policy.document import Policy

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from leastwise.access import Holder
    from leastwise.account.model import Account, ManagedPolicy
    from leastwise.awscli import Command
    from leastwise.leastprivilege.packing import Held
    from leastwise.policy.document import Document
    from leastwise.results import AdvisedPolicy

WAIT = "wait a minute, since IAM takes a while to be of one mind, and see that the new policies are attached"
WATCH = "watch for calls of {} that are denied, and take the steps back, from the last to the first, if one is needed"


class _Way(NamedTuple):
    """What is added, and what is then narrowed or taken away."""

    first: tuple[Step, ...] = ()
    then: tuple[Step, ...] = ()


def steps(
    account: Account, holder: Holder, held: Iterable[Held], policies: tuple[AdvisedPolicy, ...], edited: Container[int]
) -> tuple[Step, ...]:
    """The steps that put these policies in the place of those that changed."""
    changed = [each for each in held if each.place in edited]
    if not changed:
        return ()
    own = [each.document.name for each in changed if not each.document.is_managed]
    arns = [each.document.arn for each in changed if each.document.is_managed]
    if not is_writable([holder.name, *own, *(p.name for p in policies)], arns):
        return (_step(f"put the policies in place by hand: {awscli.UNWRITABLE}"),)
    ways = [_Changer(account, holder, each).way([p for p in policies if _replaces(p, each)]) for each in changed]
    first = [step for way in ways for step in way.first]
    wait = [_step(WAIT)] if first else []
    return (*first, *wait, *(step for way in ways for step in way.then), _step(WATCH.format(_whose(account, holder))))


def _replaces(policy: AdvisedPolicy, held: Held) -> bool:
    return policy.replaces == replaced(held.document)


def _whose(account: Account, holder: Holder) -> str:
    number = len(members(account, holder)) if isinstance(holder, Group) else 0
    return f"the {number} members of {holder.name}" if isinstance(holder, Group) else holder.name


def _step(text: str, command: Command = (), rollback: Command = ()) -> Step:
    return Step(text=text, command=line(command), rollback=line(rollback))


class _Changer(NamedTuple):
    """One document of the principal being replaced."""

    account: Account
    holder: Holder
    held: Held

    def way(self, parts: list[AdvisedPolicy]) -> _Way:
        """The steps for this document, which these policies replace: none, one, or several where one is too long."""
        document = self.held.document
        if not document.is_managed:
            return self._inline(document, parts)
        known = self.account.policies.get(document.arn)
        if self.held.alone and known and parts and parts[0].name == known.name:
            return _Way(self._added(parts[1:]), tuple(self._version(known, parts[0])))
        off = _step(
            f"detach {document.name}{self._others(document)}",
            awscli.detach(self.holder, document.arn),
            awscli.attach(self.holder, document.arn),
        )
        return _Way(self._added(parts), (off,))

    def _inline(self, document: Document, parts: list[AdvisedPolicy]) -> _Way:
        now = _source(document)
        same = bool(parts) and parts[0].kind == "inline"
        then = _step(
            f"put the narrower inline policy {document.name}" if same else f"delete the inline policy {document.name}",
            awscli.put_inline(self.holder, document.name, parts[0].document if same else None),
            awscli.put_inline(self.holder, document.name, now),
        )
        return _Way(() if same else self._added(parts), (then,))

    def _added(self, parts: Iterable[AdvisedPolicy]) -> tuple[Step, ...]:
        """Managed policies made and attached."""
        return tuple(step for part in parts for step in self._made(part))

    def _made(self, part: AdvisedPolicy) -> Iterator[Step]:
        arn = own_arn(self.account, part.name)
        yield _step(
            f"create the managed policy {part.name}",
            awscli.create_policy(part.name, part.document),
            awscli.delete_policy(arn),
        )
        yield _step(f"attach {part.name}", awscli.attach(self.holder, arn), awscli.detach(self.holder, arn))

    def _version(self, policy: ManagedPolicy, part: AdvisedPolicy) -> Iterator[Step]:
        """A new default version. Of five the oldest that is not in force makes room."""
        arn, spare, new = policy.arn, oldest(policy), _next(policy)
        if spare:
            yield _step(
                f"delete {spare} of {policy.name}, the oldest version that is not in force: there are five, and no "
                "more are allowed; taken back, it has another number",
                awscli.delete_version(arn, spare),
                awscli.create_version(arn, body, default=False) if (body := _source(policy.versions[spare])) else (),
            )
        if new:
            text = (
                f"nothing to do: when it is taken back, {new} of {policy.name}, which the next step makes, is deleted"
            )
            yield _step(text, rollback=awscli.delete_version(arn, new))
        yield _step(
            f"put a narrower version of {policy.name} in force instead of {policy.default_version}",
            awscli.create_version(arn, part.document, default=True),
            awscli.set_version(arn, policy.default_version),
        )

    def _others(self, document: Document) -> str:
        number = len(set(sharers(self.account, document.arn)) - {self.holder.arn})
        who = "1 other keeps" if number == 1 else f"{number} others keep"
        return f", which {who} as it is" if number else ""


def _next(policy: ManagedPolicy) -> str:
    """What AWS will call the next version; "" where the names are not as AWS makes them."""
    numbers = [name.removeprefix("v") for name in policy.versions]
    return f"v{max(map(int, numbers)) + 1}" if numbers and all(n.isascii() and n.isdigit() for n in numbers) else ""


def _source(document: Document) -> dict[str, Any]:
    return document.policy.source if isinstance(document.policy, Policy) else {}
