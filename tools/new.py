"""Start a check or an escalation method where it belongs, with tests that fail until it is written.

    python tools/new.py check user_with_old_password
    python tools/new.py method glue-new-session --shape pass_role

Nothing that exists is written over. `make docs` makes the pages afterwards, and takes the row of a method in.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leastwise.escalation.method import FOLDER, SHAPES

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent

CHECK = '''"""The sin in one line, in words.

Decides from what. Silent about what, and why. What it cannot see.

https://docs.aws.amazon.com/IAM/latest/UserGuide/the-page-it-rests-on.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leastwise.checks.core import Hit, Said, check
from leastwise.results import Impact, Likelihood, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.account.model import Account


@check(
    title="{title}",
    severity=Severity.MEDIUM,
    attack="What somebody does with it.",
    fix=("What to do about it.",),
    impact=Impact.SUBJECT,
    likelihood=Likelihood.PRINCIPAL,
)
def {name}(account: Account) -> Iterator[Said]:
    """One hit for each user that sins."""
    for user in account.users:
        if user.name == "sinner":
            yield Hit(user.subject, f"{{user.name}} sins")
'''

CHECK_TEST = """from __future__ import annotations

from judging import names
from leastwise.checks.{name} import {name}
from world import an_account


def test_fires_on_the_sin() -> None:
    assert names({name}, an_account().user("ann").build()) == ["ann"]


def test_silent_on_the_near_miss() -> None:
    assert names({name}, an_account().user("sinner").build()) == []
"""

METHOD = """
[[method]]
id = "{name}"
title = "Does something, in the third person"
category = "new-passrole"
trusts = "service.amazonaws.com"
needs = [
  {{ action = "service:Action" }},
]
wins = "all that {{target}} may do"
attack = "{{source_name}} does something, and then may do all that {{target_name}} may."
commands = ["aws service action"]
fix = ["Remove service:Action from {{source}} where it is not needed."]
sources = ["https://docs.aws.amazon.com/the-page-it-rests-on"]
"""


def case(service: str) -> dict[str, Any]:
    """An account in which eve holds what the row needs, and the role of an administrator trusts the service."""
    needed = {"Sid": "Needed", "Effect": "Allow", "Action": ["iam:PassRole", "service:Action"], "Resource": "*"}
    return {
        "users": {"eve": {"inline": {"p": [needed]}}},
        "roles": {"boss": {"trust": {"Service": service}, "attached": ["AdministratorAccess"]}},
    }


def new_check(name: str) -> None:
    """The rule and its tests."""
    if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name):
        raise SystemExit(f"{name!r} is no name for a check: write the subject, then the sin, as in user_without_mfa")
    title = name.replace("_", " ").capitalize()
    rule = CHECK.format(name=name, title=title)
    tests = CHECK_TEST.format(name=name)
    write({f"src/leastwise/checks/{name}.py": rule, f"tests/checks/test_{name}.py": tests})


def new_method(name: str, shape: str) -> None:
    """One more row in the file of its shape, and its pair of cases."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name):
        raise SystemExit(
            f"{name!r} is no name for a method: write the service, then the way, as in lambda-new-function"
        )
    pair = {
        "fires": {"account": case("service.amazonaws.com"), "to": "boss", "verdict": "proven"},
        "silent": {"why": "no stronger role trusts the service", "account": case("ec2.amazonaws.com")},
    }
    write({f"tests/escalation/cases/{name}.json": json.dumps(pair, indent=1) + "\n"})
    with (FOLDER / f"{shape}.toml").open("a", encoding="utf-8") as rows:
        rows.write(METHOD.format(name=name))
    print(rows.name)


def write(made: Mapping[str, str]) -> None:
    """Write files that do not exist."""
    for path in made:
        if (ROOT / path).exists():
            raise SystemExit(f"{path} exists: choose another name")
    for path, text in made.items():
        (ROOT / path).write_text(text, "utf-8")
        print(path)


def main() -> None:
    """Make what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    kinds.add_parser("check", help="a rule and its tests").add_argument("name")
    method = kinds.add_parser("method", help="a row and its pair of cases")
    method.add_argument("name")
    method.add_argument("--shape", choices=SHAPES, default="pass_role", help="the file of the row")
    asked = parser.parse_args()
    if asked.kind == "check":
        new_check(asked.name)
    else:
        new_method(asked.name, asked.shape)


if __name__ == "__main__":
    main()
