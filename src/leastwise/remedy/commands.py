"""A change as commands of the AWS CLI, and the commands that take it back. Nothing here is ever run.

Documents stand in the command itself, as one word in single quotes, and so do names: a shell and Python's `shlex`
read back exactly what was meant. A name that IAM would not accept gets no command at all, for the CLI loads what looks
like `file://…`. https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from leastwise.account.model import Group
from leastwise.remedy.paper import oldest
from leastwise.remedy.sites import Place, holders, met_by

if TYPE_CHECKING:
    from leastwise.access import Holder
    from leastwise.account.model import Account
    from leastwise.leastprivilege.packing import Body
    from leastwise.remedy.amendment import Amendment

Command = tuple[str, ...]
SHOWN = 5  # names in a warning
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_ARN = re.compile(r"arn:[a-z-]+:iam::(\d{12}|aws):policy/[\w+=,.@/-]{1,640}", re.ASCII)


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
    if not all(map(_NAME.fullmatch, names)) or not all(map(_ARN.fullmatch, arns)):
        return Commands((), (), ("a name in it is none that IAM accepts, so that no command is given",))
    return _WRITERS[site.place](account, amendment)


def line(command: Command) -> str:
    """The command as a line for a shell."""
    return shlex.join(command)


def _aws(operation: str, *options: str) -> Command:
    return ("aws", "iam", operation, *options)


def _text(body: Body | None) -> str:
    import json  # noqa: PLC0415  a scan has no use for it

    return json.dumps(body, separators=(",", ":"))


def _kind(holder: Holder) -> str:
    return holder.kind.value


def _who(holder: Holder) -> str:
    """`=` joins them, since a name may begin with a hyphen."""
    return f"--{_kind(holder)}-name={holder.name}"


def _put(holder: Holder, name: str, body: Body | None) -> Command:
    """An inline policy written; taken away where nothing is left of it."""
    what = f"--policy-name={name}"
    if body is None:
        return _aws(f"delete-{_kind(holder)}-policy", _who(holder), what)
    return _aws(f"put-{_kind(holder)}-policy", _who(holder), what, f"--policy-document={_text(body)}")


def _attach(holder: Holder, arn: str, *, off: bool = False) -> Command:
    return _aws(f"{'detach' if off else 'attach'}-{_kind(holder)}-policy", _who(holder), f"--policy-arn={arn}")


def _inline(account: Account, amendment: Amendment) -> Commands:
    holder = holders(account)[amendment.site.holder]
    return Commands((_put(holder, amendment.name, amendment.after),), (_put(holder, amendment.name, amendment.before),))


def _trust(account: Account, amendment: Amendment) -> Commands:
    who = _who(holders(account)[amendment.site.holder])

    def update(body: Body | None) -> Command:
        return _aws("update-assume-role-policy", who, f"--policy-document={_text(body)}")

    return Commands((update(amendment.after),), (update(amendment.before),))


def _managed(account: Account, amendment: Amendment) -> Commands:
    """A new default version; of a policy that nothing is left of, nothing but its attachments goes."""
    arn = amendment.site.policy
    policy = account.policies[arn]
    if amendment.after is None:
        direct = [h for h in met_by(account, amendment.site) if any(d.arn == arn for d in h.attached)]
        return Commands(tuple(_attach(h, arn, off=True) for h in direct), tuple(_attach(h, arn) for h in direct))
    spare = oldest(policy)
    room = (_aws("delete-policy-version", f"--policy-arn={arn}", f"--version-id={spare}"),) if spare else ()
    new = _aws(
        "create-policy-version",
        f"--policy-arn={arn}",
        f"--policy-document={_text(amendment.after)}",
        "--set-as-default",
    )
    back = _aws("set-default-policy-version", f"--policy-arn={arn}", f"--version-id={policy.default_version}")
    notes = [f"taking it back leaves the new version behind {policy.default_version}, which is the default again"]
    if spare:
        notes.append(f"five versions exist, so that {spare}, the oldest that is not in force, is deleted for good")
    return Commands((*room, new), (back,), tuple(notes))


def _attached(account: Account, amendment: Amendment) -> Commands:
    """AWS's policy makes way for the copy, which comes first, so that nothing that stays allowed fails in between."""
    holder, theirs = holders(account)[amendment.site.holder], amendment.site.policy
    off, on = _attach(holder, theirs, off=True), _attach(holder, theirs)
    if amendment.after is None:
        return Commands((off,), (on,))
    if not amendment.managed:
        put, delete = (_put(holder, amendment.name, body) for body in (amendment.after, None))
        return Commands((put, off), (on, delete))
    own = f"arn:{account.partition}:iam::{account.id}:policy/{amendment.name}"
    make = _aws("create-policy", f"--policy-name={amendment.name}", f"--policy-document={_text(amendment.after)}")
    drop = _aws("delete-policy", f"--policy-arn={own}")
    return Commands((make, _attach(holder, own), off), (on, _attach(holder, own, off=True), drop))


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
