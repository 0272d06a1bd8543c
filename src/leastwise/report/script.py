"""A recommendation's plan as scripts for bash and the AWS CLI: apply, verify, roll back.

The scripts keep count of the steps that were done, in a folder beside them: one that stopped half-way goes on where it
stopped, and only what was done is taken back. Documents have files of their own, so that the scripts can be read.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from typing import TYPE_CHECKING

from leastwise.report.placing import is_writable
from leastwise.report.words import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from leastwise.results import Recommendation

APPLY, VERIFY, ROLLBACK = "apply.sh", "verify.sh", "rollback.sh"
DONE = "done-{}"
NOTHING = "true"  # what there is to do in a step that can only be taken back
_QUOTE = "'\"'\"'"  # a quote within quotes, as shlex writes it
_DOCUMENT = re.compile(f"'--policy-document=((?:[^']|{_QUOTE})*)'")
ABOUT = {
    APPLY: f"Puts the recommended policies of {{}} in place. {ROLLBACK} takes that back.",
    VERIFY: "Checks that {} has the recommended policies, and nothing is left to change.",
    ROLLBACK: f"Takes back what {APPLY} did to {{}}, the last step first.",
}
HEAD = """\
#!/usr/bin/env bash
# {what}
set -euo pipefail
"""
HERE = """\
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
export AWS_PAGER=''
"""
DOING = """
look() { echo "$1. $2"; }
rest() { sleep "${LEASTWISE_PAUSE:-60}"; }
step() {
  if [ -e "$state/$1" ]; then return; fi
  echo "$1. $2"
  "${@:3}"
  mkdir -p "$state"
  touch "$state/$1"
}
"""
UNDOING = """
back() {
  if [ ! -e "$state/$1" ]; then return; fi
  echo "taking back step $1"
  "${@:2}"
  rm "$state/$1"
}
"""
UNDONE = """
if [ -d "$state" ]; then rmdir "$state" || true; fi
"""
CHECKING = """
# Asks leastwise, which has to be installed, whether anything is left to change. It exits with 1 when there is.
# Give it what you gave when the recommendation was made: ./verify.sh --profile NAME --evidence cloudtrail=PATH
"""


def render(advice: Recommendation) -> Mapping[str, str]:
    """The files by name; none where there is nothing to do, or no shell could be told."""
    if not any(step.command for step in advice.plan) or not is_writable(advice):
        return {}
    files: dict[str, str] = {}
    whom = advice.subject.arn
    apply, rollback = "".join(_apply(advice, files)), "".join(_rollback(advice, files))
    state = f"state={DONE.format(hashlib.sha256((apply + rollback).encode()).hexdigest()[:8])}\n"
    heads = {name: HEAD.format(what=what.format(whom)) for name, what in ABOUT.items()}
    return {
        APPLY: heads[APPLY] + HERE + state + DOING + apply,
        VERIFY: heads[VERIFY] + CHECKING + f'leastwise recommend {shlex.quote(whom)} --check "$@"\n',
        ROLLBACK: heads[ROLLBACK] + HERE + state + UNDOING + rollback + UNDONE,
        **files,
    }


def _apply(advice: Recommendation, files: dict[str, str]) -> Iterator[str]:
    for number, each in enumerate(advice.plan, start=1):
        said = f"{number} {shlex.quote(safe(each.text))}"
        if each.command or each.rollback:
            yield f"\nstep {said} \\\n  {_command(each.command or NOTHING, f'{number}.json', files)}\n"
        else:
            yield f"\nlook {said}\n" + ("rest\n" if number < len(advice.plan) else "")


def _rollback(advice: Recommendation, files: dict[str, str]) -> Iterator[str]:
    for number, each in reversed(tuple(enumerate(advice.plan, start=1))):
        if each.rollback:
            yield f"\nback {number} {_command(each.rollback, f'{number}.before.json', files)}\n"
        elif each.command:
            yield f"\necho {shlex.quote(f'step {number} has no way back: {safe(each.text)}')}\n"


def _command(line: str, name: str, files: dict[str, str]) -> str:
    """The command with its document in a file."""
    found = _DOCUMENT.search(line)
    if found is None:
        return line
    files[name] = found[1].replace(_QUOTE, "'") + "\n"
    return f"{line[: found.start()]}--policy-document=file://{name}{line[found.end() :]}"
