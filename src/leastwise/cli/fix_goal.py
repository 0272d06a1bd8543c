"""What `leastwise fix` is asked to end, and the plan for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from leastwise.account.model import Group
from leastwise.audit import judge
from leastwise.checks import all_checks
from leastwise.checks.core import Limits
from leastwise.cli.words import unknown
from leastwise.errors import UsageError
from leastwise.escalation import external_paths, find_paths
from leastwise.questions import find
from leastwise.remedy import Extent, Plan, amended, id_of, plan, sites_of, today, what_if
from leastwise.results import Finding, Path
from leastwise.risk import score_path
from leastwise.scope import spared

if TYPE_CHECKING:
    from leastwise.account.model import Account

PATH, FIX = "path:", "fix:"
LEAST = 4  # digits of an id; fewer are too easily a name
_DIGITS = re.compile(rf"[0-9a-f]{{{LEAST},16}}")
LISTED_BY = "leastwise fix"
UNTOUCHED = "no change of a document that may be offered ends it"


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """What shall end, in words, the paths of it that there are today, and the plan that ends them.

    `detailed` tells that each change is worth being shown whole.
    """

    about: str
    paths: tuple[Path, ...]
    plan: Plan
    detailed: bool = True


def goal_of(account: Account, target: str | None) -> Goal:
    """What the word on the command line asks for. Raises UsageError when it is nobody's and nothing's id."""
    paths = tuple(map(score_path, today(account)))
    if target is None:
        return Goal(about="all paths", paths=paths, plan=plan(account, paths, lambda _: True), detailed=False)
    if target.startswith(FIX):
        return _one_fix(account, paths, target)
    if target.startswith(PATH) or (_DIGITS.fullmatch(target) and _having(paths, target)):
        return _one_path(account, paths, target.removeprefix(PATH))
    return _principal(account, paths, target)


def _having(paths: tuple[Path, ...], start: str) -> list[Path]:
    return [path for path in paths if start and path.fingerprint.startswith(start)]


def _one_path(account: Account, paths: tuple[Path, ...], start: str) -> Goal:
    found = _having(paths, start)
    if len(found) > 1:
        raise UsageError(f"{PATH}{start} may be {' or '.join(_id(p) for p in found[:3])}: give more of it")
    if not found:
        outside = _having(external_paths(account), start)
        if outside:
            door = outside[0].edges[0].target
            raise UsageError(f"{_id(outside[0])} comes from outside: narrow whom the trust policy of {door} lets in")
        other = _having(find_paths(account), start)
        if other:
            raise UsageError(f"{_id(other[0])} is {other[0].verdict.value}: it ends at no administrator that exists")
        raise unknown("path", PATH + start, map(_id, paths), listed_by=LISTED_BY)
    (path,) = found
    made = plan(account, found, lambda p: p.fingerprint == path.fingerprint)
    return Goal(about=f"{_id(path)}, from {path.source.name}", paths=(path,), plan=made)


def _id(path: Path) -> str:
    return f"{PATH}{path.fingerprint}"


def _principal(account: Account, paths: tuple[Path, ...], name: str) -> Goal:
    holder = find(account, name).holder
    if holder is None:
        raise UsageError("no policy binds the root user, so that no change of one ends what it can do")
    members = account.members(holder) if isinstance(holder, Group) else (holder,)
    arns = {member.arn for member in members}
    mine = tuple(path for path in paths if path.source.arn in arns)
    made = plan(account, mine, lambda path: path.source.arn in arns)
    return Goal(about=f"the paths of {holder.kind.value} {holder.name}", paths=mine, plan=made)


def _one_fix(account: Account, paths: tuple[Path, ...], start: str) -> Goal:
    """One change as the plan for all paths has it; or, where that does without it, what it ends by itself."""
    ids = {id_of(site): site for site in sites_of(account, paths)}
    found = [known for known in ids if known.startswith(start)]
    if len(found) != 1:
        raise unknown("fix", start, ids, listed_by=LISTED_BY)
    whole = plan(account, paths, lambda _: True)
    same = [fix for fix in whole.fixes if fix.amendment.site == ids[found[0]]]
    if not same:
        made = plan(account, paths, lambda _: True, Extent(only=ids[found[0]]))
        return Goal(about=found[0], paths=paths, plan=msgspec.structs.replace(made, left=(), minimal=False))
    alone = what_if(account, (same[0].amendment,))
    changed = msgspec.structs.replace(same[0], ends=alone.ended)
    return Goal(about=found[0], paths=paths, plan=Plan(fixes=(changed,), consequence=alone))


def findings_gone(account: Account, made: Plan) -> tuple[Finding, ...]:
    """The findings of an audit that the changes end."""
    paper = amended(account, [fix.amendment for fix in made.fixes])
    before, after = (judge(each, all_checks(), Limits()).findings for each in (account, paper))
    left = {finding.fingerprint for finding in after}
    return tuple(finding for finding in before if finding.fingerprint not in left)


def reason(account: Account, path: Path) -> str:
    """Why a path is left."""
    holder = find(account, path.source.arn).holder
    return (spared(holder) if holder is not None else "") or UNTOUCHED
