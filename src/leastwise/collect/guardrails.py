"""SCPs and RCPs given as files, put into the snapshot as if AWS had listed them.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html

A member account may seldom list what its organization attaches above it; whoever knows can give it: a file or a folder
of them, and the level where it is attached. The policies of one level count together, and each level must allow.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leastwise.account.guardrails import ATTACHED, POLICY, RCP, SCP
from leastwise.collect.file import plain_text
from leastwise.errors import SnapshotError, UsageError
from leastwise.policy.document import Policy, Unparsed, parse_value
from leastwise.snapshot import raw

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from leastwise.snapshot import Gap, Snapshot

ROOT, ACCOUNT = "root", "account"
LEVELS = f"{ROOT}, an OU's id (ou-…) or {ACCOUNT}"
FLAGS = {SCP: "--scp", RCP: "--rcp"}
WORDS = {SCP: "SCPs", RCP: "RCPs"}
_LEVEL = re.compile(rf"{ROOT}|{ACCOUNT}|r-[0-9a-z]+|ou-[0-9a-z-]+|[0-9]{{12}}")
_DESCRIBED = "`aws organizations describe-policy`"


class Given(NamedTuple):
    """One policy from a file, and the level where it is attached. `arn` is "" where the file does not tell it."""

    level: str
    id: str
    arn: str
    name: str
    policy: Policy


FULL_ACCESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
"""What AWS attaches everywhere until somebody takes it away, and what a level of mere denies would be void without."""


def read_guardrails(places: Iterable[str], kind: str) -> tuple[Given, ...]:
    """The policies of one type in files and folders, each named as FILE or FILE@LEVEL.

    Raises UsageError for the path or the level, SnapshotError for what is in a file.
    """
    return tuple(given for place in places for given in _read(place, kind))


def with_guardrails(snapshot: Snapshot, given: tuple[Given, ...], kind: str) -> Snapshot:
    """The snapshot with these policies of the type instead of what was collected; its notes say so."""
    attached = {key: listed for key, listed in _answer(snapshot, ATTACHED).items() if not key.endswith(f"/{kind}")}
    needed = {policy["Id"] for listed in attached.values() for policy in listed["Policies"]}
    policies = {id_: found for id_, found in _answer(snapshot, POLICY).items() if id_ in needed}
    levels = _levels(snapshot, given)
    alone = [level for level, found in levels.items() if kind == SCP and not _allows(found)]
    for level, found in levels.items():
        beside = [_full_access(snapshot, level)] if level in alone else []
        listed = [_enter(policies, one, kind) for one in (*beside, *found)]
        attached[f"{snapshot.account if level == ACCOUNT else level}/{kind}"] = {"Policies": listed}
    return msgspec.structs.replace(
        snapshot,
        calls={**snapshot.calls, ATTACHED: raw(attached), POLICY: raw(policies)},
        gaps=list(_gaps(snapshot, kind, needed=needed)),
        notes=[*snapshot.notes, *_notes(snapshot, kind, list(levels), alone)],
    )


# from words to policies


def _read(place: str, kind: str) -> Iterator[Given]:
    path, level = _place(place)
    for file in _files(path):
        try:
            yield _given(file.stem, _decoded(file), level=level, kind=kind)
        except SnapshotError as error:
            raise SnapshotError(f"{file}: {error}") from error


def _place(text: str) -> tuple[Path, str]:
    """FILE@LEVEL taken apart. A file may have an @ in its name."""
    file, at, level = text.rpartition("@")
    if not at or "/" in level or Path(text).exists():
        return Path(text), ACCOUNT
    if not _LEVEL.fullmatch(level):
        raise UsageError(f"{text}: there is no such file, and {level!r} is no level: name {LEVELS}")
    return Path(file), level


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise UsageError(f"there is no file or folder {path}")
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"the folder {path} holds no .json file")
    return files


def _decoded(file: Path) -> Any:
    try:
        return msgspec.json.decode(plain_text(file.read_bytes()))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from error
    except msgspec.DecodeError as error:
        raise SnapshotError(f"it is not JSON ({error})") from error


def _given(stem: str, found: Any, *, level: str, kind: str) -> Given:
    """A bare policy document, or what AWS says when it describes a policy."""
    described = found.get("Policy") if isinstance(found, dict) else None
    if not isinstance(described, dict):
        return Given(level, stem, "", stem, _checked(found, kind))
    summary = described.get("PolicySummary") or {}
    if summary.get("Type", kind) != kind:
        raise SnapshotError(f"it is a {summary['Type']}, and {FLAGS[kind]} takes a {kind}")
    id_ = summary.get("Id", stem)
    policy = _checked(described.get("Content"), kind)
    return Given(level, id_, summary.get("Arn", ""), summary.get("Name", id_), policy)


def _checked(content: object, kind: str) -> Policy:
    """The policy as understood, of the shape that the type asks for: an SCP names no principal, an RCP does."""
    policy = parse_value(content)
    if isinstance(policy, Unparsed):
        where = f" at {policy.pointer}" if policy.pointer else ""
        raise SnapshotError(
            f"it holds no policy ({policy.reason}{where}): give a policy document, or the output of {_DESCRIBED}"
        )
    for statement in policy.statements:
        if kind == SCP and statement.principals:
            raise SnapshotError(f"an SCP has no Principal, and {statement.pointer} has one: is it an RCP?")
        if kind == RCP and not statement.principals:
            raise SnapshotError(f"an RCP has a Principal, and {statement.pointer} has none: is it an SCP?")
    return policy


# from policies to AWS's answers


def _answer(snapshot: Snapshot, call: str) -> dict[str, Any]:
    found = snapshot.calls.get(call)
    return msgspec.json.decode(found, type=dict[str, Any]) if found is not None else {}


def _levels(snapshot: Snapshot, given: tuple[Given, ...]) -> dict[str, list[Given]]:
    """The policies by level: the root, the OUs in the order given, the account."""
    levels: dict[str, list[Given]] = {}
    for one in given:
        level = ACCOUNT if one.level == snapshot.account else one.level
        if level.isdigit():
            raise UsageError(f"the account is {snapshot.account}, not {level}: name {LEVELS}")
        levels.setdefault(level, []).append(one)
    return dict(sorted(levels.items(), key=lambda pair: _depth(pair[0])))


def _depth(level: str) -> int:
    if level == ROOT or level.startswith("r-"):
        return 0
    return 2 if level == ACCOUNT else 1


def _allows(given: list[Given]) -> bool:
    return any(statement.allows for one in given for statement in one.policy.statements)


def _full_access(snapshot: Snapshot, level: str) -> Given:
    arn = f"arn:{snapshot.partition}:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
    return Given(level, "p-FullAWSAccess", arn, "FullAWSAccess", _checked(FULL_ACCESS, SCP))


def _enter(policies: dict[str, Any], one: Given, kind: str) -> dict[str, str]:
    """Put the policy among the described ones, under another id where its own is taken; what a list says of it."""
    id_, number = one.id, 1
    while id_ in policies and policies[id_]["Policy"]["Content"] != one.policy.source:
        number += 1
        id_ = f"{one.id}-{number}"
    summary = {"Id": id_, "Arn": one.arn, "Name": one.name, "Type": kind}
    policies[id_] = {"Policy": {"PolicySummary": summary, "Content": one.policy.source}}
    return summary


def _gaps(snapshot: Snapshot, kind: str, *, needed: Container[str]) -> Iterator[Gap]:
    """What is still not seen: of a list that failed as a whole, the other type."""
    other = RCP if kind == SCP else SCP
    for gap in snapshot.gaps:
        if gap.call == ATTACHED and gap.target is None:
            yield msgspec.structs.replace(gap, target=other)
        elif gap.call == ATTACHED and str(gap.target).endswith(kind):
            continue
        elif gap.call != POLICY or (gap.target or "") in needed:
            yield gap


def _notes(snapshot: Snapshot, kind: str, levels: list[str], alone: list[str]) -> Iterator[str]:
    yield f"{WORDS[kind]} come from files, for these levels only: {', '.join(levels)}"
    organization = _answer(snapshot, "organizations:DescribeOrganization").get("Organization") or {}
    if organization.get("MasterAccountId") == snapshot.account:
        yield f"{WORDS[kind]} do not bind this account: it is the management account of its organization"
    if alone:
        yield f"FullAWSAccess is taken to be attached beside the SCPs that only deny: {', '.join(alone)}"
