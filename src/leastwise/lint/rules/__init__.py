"""The rules. A module of this folder adds those that it defines; taking a rule away takes its function away."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from leastwise.lint.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")
    found = {
        rule.id: rule
        for name in names
        for rule in vars(import_module(f"{__name__}.{name}")).values()
        if isinstance(rule, Rule)
    }
    return tuple(found[name] for name in sorted(found))
