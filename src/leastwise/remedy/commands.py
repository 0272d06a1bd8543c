"""A change as commands of the AWS CLI, and the commands that take it back. Nothing here is ever run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leastwise import awscli
from leastwise.account.model import Group
from leastwise.escalation.paper import oldest
from leastwise.remedy.sites import Place, holders, met_by

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.awscli import Command
    from leastwise.remedy.amendment import Amendment

SHOWN = 5  # names in a warning


class Commands(NamedTuple):
    """What applies the change and what takes it back, each in this order; none where there can be none, and why."""

    apply: tuple[Command, ...]
    rollback: tuple[Command, ...]
    notes: tuple[str, ...] = ()


def commands_of(account: Account, amendment: Amendment) -> Commands:
    """The commands for one change."""
    site = amendment.site
    met = [holders(account)[site.holder]] if site.holder else list(met_by(account, site))
    own = [] if site.place in {Place.MANAGED, Place.TRUST} else [amendment.name]
    names = [*(holder.name for holder in met), *own]
    arns = [site.policy] if site.policy.startswith("arn:") else []
    if not awscli.is_writable(names, arns):
        return Commands((), (), (awscli.UNWRITABLE,))
    return _WRITERS[site.place](account, amendment)


def _inline(account: Account, amendment: Amendment) -> Commands:
    holder = holders(account)[amendment.site.holder]
    after, before = (awscli.put_inline(holder, amendment.name, body) for body in (amendment.after, amendment.before))
    return Commands((after,), (before,))


def _trust(account: Account, amendment: Amendment) -> Commands:
    role = holders(account)[amendment.site.holder]
    after, before = (awscli.update_trust(role, body) for body in (amendment.after, amendment.before))
    return Commands((after,), (before,))


def _managed(account: Account, amendment: Amendment) -> Commands:
    """A new default version; of a policy that nothing is left of, nothing but its attachments goes."""
    arn = amendment.site.policy
    policy = account.policies[arn]
    if amendment.after is None:
        direct = [h for h in met_by(account, amendment.site) if any(d.arn == arn for d in h.attached)]
        return Commands(tuple(awscli.detach(h, arn) for h in direct), tuple(awscli.attach(h, arn) for h in direct))
    spare = oldest(policy)
    room = (awscli.delete_version(arn, spare),) if spare else ()
    new = awscli.create_version(arn, amendment.after, default=True)
    back = awscli.set_version(arn, policy.default_version)
    notes = [f"taking it back leaves the new version behind {policy.default_version}, which is the default again"]
    if spare:
        notes.append(f"five versions exist, so that {spare}, the oldest that is not in force, is deleted for good")
    return Commands((*room, new), (back,), tuple(notes))


def _attached(account: Account, amendment: Amendment) -> Commands:
    """AWS's policy makes way for the copy, which comes first, so that nothing that stays allowed fails in between."""
    holder, theirs = holders(account)[amendment.site.holder], amendment.site.policy
    off, on = awscli.detach(holder, theirs), awscli.attach(holder, theirs)
    if amendment.after is None:
        return Commands((off,), (on,))
    if not amendment.managed:
        put, delete = (awscli.put_inline(holder, amendment.name, body) for body in (amendment.after, None))
        return Commands((put, off), (on, delete))
    own = awscli.own_arn(account, amendment.name)
    make = awscli.create_policy(amendment.name, amendment.after)
    return Commands(
        (make, awscli.attach(holder, own), off),
        (on, awscli.detach(holder, own), awscli.delete_policy(own)),
    )


_WRITERS = {
    Place.INLINE: _inline,
    Place.ADDED: _inline,
    Place.MANAGED: _managed,
    Place.ATTACHED: _attached,
    Place.TRUST: _trust,
}


def warnings_of(account: Account, amendment: Amendment) -> tuple[str, ...]:
    """What to look at before the change is made: whom it meets, and what may be in use."""
    site, found = amendment.site, []
    holder = holders(account).get(site.holder)
    others = [h for h in met_by(account, site) if h.arn != site.holder]
    if others:
        names = [f"{h.kind.value} {h.name}" for h in others]
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        what = "its members are met, too" if isinstance(holder, Group) else "all who hold it are met"
        found.append(f"{what}: {', '.join(names[:SHOWN])}{more}")
    if site.place is Place.TRUST:
        used = getattr(holder, "last_used", None)
        when = f"it was last used on {used:%Y-%m-%d}" if used else "no use of it is on record"
        found.append(f"whoever comes in this way today stays out; {when}")
    return tuple(found)
