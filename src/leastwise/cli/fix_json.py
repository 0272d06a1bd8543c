"""A plan as a program reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise.cli.asking import evidence_record
from leastwise.cli.fix_goal import Goal, findings_gone, reason
from leastwise.remedy import commands_of, id_of, line, sentence, warnings_of

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.remedy import Consequence, PlannedFix
    from leastwise.results import Path


def record(account: Account, goal: Goal, *, what_if: bool) -> dict[str, Any]:
    """The plan with everything: documents, commands, rollback, consequences."""
    made = goal.plan
    gone = [f.id for f in findings_gone(account, made)] if what_if else None
    return {
        "about": goal.about,
        "paths": [f"path:{path.fingerprint}" for path in goal.paths],
        "changes": [_change(account, fix) for fix in made.fixes],
        "fewest": made.minimal,
        "consequence": _consequence(made.consequence) | ({"findings_gone": gone} if what_if else {}),
        "not_ended": [{**_path(path), "reason": reason(account, path)} for path in made.left],
    }


def _change(account: Account, fix: PlannedFix) -> dict[str, Any]:
    made, commands = fix.amendment, commands_of(account, fix.amendment)
    return {
        "id": id_of(made.site),
        "text": sentence(fix),
        "kind": made.kind.value,
        "place": made.site.place.value,
        "subject": made.site.subject,
        "policy": made.site.policy or made.name,
        "new_name": made.name,
        "before": made.before,
        "after": made.after,
        "size": made.size,
        "statements": [evidence_record(statement) for statement in fix.statements],
        "ends_paths": [f"path:{path.fingerprint}" for path in fix.ends],
        "apply": [line(command) for command in commands.apply],
        "rollback": [line(command) for command in commands.rollback],
        "notes": [*commands.notes, *warnings_of(account, made)],
    }


def _consequence(found: Consequence) -> dict[str, Any]:
    kinds = {"gone": found.gone, "remaining": found.remaining, "other_ways": found.uncovered, "new": found.new}
    return {
        **{name: [_path(path) for path in paths] for name, paths in kinds.items()},
        "ended": [f"path:{path.fingerprint}" for path in found.ended],
        "freed": list(found.freed),
        "lost_in_use": list(found.lost),
        "usage_evidence": found.evidence,
    }


def _path(path: Path) -> dict[str, Any]:
    return {
        "id": f"path:{path.fingerprint}",
        "from": path.source.arn,
        "to": path.target.arn,
        "verdict": path.verdict.value,
        "methods": [edge.method for edge in path.edges],
    }
