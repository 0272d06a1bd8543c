"""Fixes: which documents to change, what that ends, how it is done and taken back."""

from leastwise.awscli import line
from leastwise.remedy.again import judged_again
from leastwise.remedy.amendment import Amendment, amend
from leastwise.remedy.commands import Commands, commands_of, warnings_of
from leastwise.remedy.consequence import Consequence, today, what_if
from leastwise.remedy.fixes import fix_first
from leastwise.remedy.paper import amended
from leastwise.remedy.plan import Extent, Plan, plan, sites_of
from leastwise.remedy.plan import Fix as PlannedFix
from leastwise.remedy.wording import id_of, sentence

__all__ = [
    "Amendment",
    "Commands",
    "Consequence",
    "Extent",
    "Plan",
    "PlannedFix",
    "amend",
    "amended",
    "commands_of",
    "fix_first",
    "id_of",
    "judged_again",
    "line",
    "plan",
    "sentence",
    "sites_of",
    "today",
    "warnings_of",
    "what_if",
]
