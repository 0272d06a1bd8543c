"""Attacks that are carried out: the commands of the reported path, run with the attacker's own credentials.

See `stage` for what moto judges and what it does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import servers
from escalation.cases_io import EVE, case
from escalation.executed.stage import SETTING, Runner, a_key_of, build, enforced, refused, rules, session, widened
from leastwise.account.build import build as account_of
from leastwise.collect.live import collect_live
from leastwise.remedy import commands_of, line, plan, today

if TYPE_CHECKING:
    from leastwise.account.model import Account
    from leastwise.results import Path as Route

README = Path(__file__).parents[3] / "README.md"
EXECUTED = (
    "sts-001", "iam-001", "iam-002", "iam-003", "iam-005", "iam-007", "iam-008", "iam-009", "iam-010", "iam-011",
    "iam-012", "iam-013", "iam-014", "iam-015", "iam-016", "iam-017", "iam-018", "iam-019", "iam-020", "iam-021",
    "iam-setdefault", "iam-deleteuserpolicy", "iam-deleterolepolicy", "iam-detachuserpolicy", "iam-detachrolepolicy",
    "iam-deletegrouppolicy", "iam-detachgrouppolicy", "iam-leavegroup",
    "createrole-chain", "createuser-group", "addusertogroup-key",
)  # fmt: skip


def collected(url: str) -> Account:
    return account_of(collect_live("us-east-1", endpoint_url=url, session=session()))


def ways(account: Account) -> list[Route]:
    return [path for path in today(account) if path.source.name == EVE]


def commands(path: Route) -> list[str]:
    return [command for edge in path.edges for command in edge.commands]


def staged(url: str, method: str) -> Runner:
    servers.reset(url)
    attacker = build(url, widened(case(method)["fires"]["account"]))
    return Runner(url, attacker, a_key_of(url, "boss") if method == "iam-003" else "")


def mend(url: str, account: Account) -> None:
    """What `leastwise fix` recommends, by somebody who may."""
    made = plan(account, today(account), lambda _: True)
    assert not made.left
    Runner(url, SETTING).run(*(line(c) for fix in made.fixes for c in commands_of(account, fix.amendment).apply))


def test_the_readme_tells_how_many_are_executed() -> None:
    assert f"{len(EXECUTED)} of them are carried out against" in README.read_text("utf-8").replace("\n", " ")


@pytest.mark.parametrize("method", EXECUTED)
def test_the_attack_succeeds_and_after_the_fix_it_fails(method: str, url: str) -> None:
    attacker = staged(url, method)
    account = collected(url)
    path = next(p for p in ways(account) if [edge.method for edge in p.edges] == [method])
    assert path.verdict.value == "proven"
    with enforced(url):
        assert not rules(url, attacker.credentials)
        attacker.run(*commands(path))
        assert rules(url, attacker.credentials)

    attacker = staged(url, method)
    mend(url, account)
    with enforced(url):
        assert refused(lambda: attacker.run(*commands(path)))
        assert not rules(url, attacker.credentials)
    assert not ways(collected(url))
