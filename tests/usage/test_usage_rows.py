"""The rows by hand hold what the catalogue knows, and nothing that the general rules would say anyway."""

from __future__ import annotations

import re

from leastwise.catalog import universe
from leastwise.escalation.method import methods
from leastwise.usage.exceptions import ACTIONS, ALSO, FREE, PREFIXES, VERBS
from leastwise.usage.meaning import meaning
from leastwise.usage.names import PARAMETERS, SHAPES
from leastwise.usage.passing import ALSO_PASS, PASSED_TO

SERVICES = {name.partition(":")[0] for name in universe().names}
RENAMED = set(PREFIXES.values())


def known(action: str) -> bool:
    return universe().index(action) is not None and action in universe().names


def test_every_prefix_is_a_service_and_is_needed() -> None:
    assert RENAMED <= SERVICES
    assert not PREFIXES.keys() & SERVICES


def test_every_action_of_a_row_is_in_the_catalogue() -> None:
    rows = {action for actions in ACTIONS.values() for action in actions}
    rows |= {action for pairs in ALSO.values() for _, action in pairs}
    rows |= {f"apigateway:{verb}" for verb in VERBS.values()} | ALSO_PASS | {p for p in PASSED_TO if ":" in p}
    assert {action for action in rows if not known(action)} == set()


def test_no_row_says_what_the_name_says() -> None:
    assert {event for event, actions in ACTIONS.items() if known(event) and actions == (event,)} == set()
    assert not [event for event in ACTIONS if event in FREE]


def test_services_that_are_passed_roles_exist() -> None:
    assert {prefix for prefix in PASSED_TO if ":" not in prefix} <= SERVICES


def test_also_passing_adds_to_the_table_of_the_catalogue() -> None:
    assert [action for action in ALSO_PASS if "iam:PassRole" in universe().dependent_actions(action)] == []


def test_every_placeholder_is_one_of_the_catalogue() -> None:
    placeholders = {
        (f"{template.split(':', 3)[2]}{narrow}", placeholder)
        for name in universe().names
        for kind, _ in universe().taken(name)
        for template in [kind.template]
        for placeholder in re.findall(r"\$\{([^}]*)\}", template)
        for narrow in ("", f"/{kind.name}")
    }
    assert {*PARAMETERS, *SHAPES} - placeholders == set()


def test_the_methods_of_escalation_pass_roles_to_the_same_services() -> None:
    differing = {
        (action, PASSED_TO[action], method.receivers)
        for method in methods()
        for action in method.actions
        if action in PASSED_TO and method.trusts and PASSED_TO[action] not in method.receivers
    }
    assert differing == set()


def test_suffixes_go_only_where_a_name_is_left() -> None:
    assert meaning("lambda.amazonaws.com", "GetFunction20150331v2").actions == ("lambda:GetFunction",)
    assert meaning("lambda.amazonaws.com", "NoSuch20150331").actions == ()
    assert meaning("s3.amazonaws.com.cn", "getobject").actions == ("s3:GetObject",)
