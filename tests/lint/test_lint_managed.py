"""The policies that AWS itself has written: none makes lint stumble, and hardly any rule of slips speaks of them."""

from __future__ import annotations

from collections import Counter

from leastwise import catalog
from leastwise.lint import lint

SLIPS = {
    "syntax", "grammar", "duplicate_key", "unknown_element", "missing_element", "misplaced_element", "bad_sid",
    "unknown_action", "unknown_operator", "unknown_condition_key", "operator_type_mismatch", "unreadable_value",
    "contradicting_conditions", "denied_anyway", "open_to_anyone", "principal_names_nobody", "old_version",
}  # fmt: skip


def test_the_managed_policies_are_linted_without_false_alarms() -> None:
    tally: Counter[str] = Counter()
    names = catalog.managed_policy_names()[::12]
    for name in names:
        found = lint(name, catalog.managed_policy(name) or b"")
        assert found.policies == 1, name
        tally.update({notice.rule for notice in found.notices})
    assert {rule: count for rule, count in tally.items() if rule in SLIPS} == {}
    assert tally["privilege_escalation"] < len(names) / 5
