"""Policy files judged before they are deployed: a text in, notices with their places out.

No account is needed: what can be told from the policy alone is told, and what is open until deployment is left out.
"""

from __future__ import annotations

from leastwise.lint.linter import Chosen, Linted, lint
from leastwise.lint.places import Kind
from leastwise.lint.rule import Notice, Rule
from leastwise.lint.rules import all_rules

__all__ = ["Chosen", "Kind", "Linted", "Notice", "Rule", "all_rules", "lint"]
