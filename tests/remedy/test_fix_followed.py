"""The commands of a plan, followed at moto's IAM and taken back: the account is collected again each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from moto import mock_aws

import fleet
from leastwise.account.build import build
from leastwise.collect.live import collect_live
from leastwise.remedy import Commands, commands_of, line, plan, today
from remedy.aws_cli import by_client
from servers import clean_aws_environment

if TYPE_CHECKING:
    import pytest


def seen() -> set[tuple[str, ...]]:
    """The escalations of the account as it is now: from whom, by what, to whom."""
    paths = today(build(collect_live("us-east-1")))
    return {(path.source.name, *(f"{edge.method} {edge.target}" for edge in path.edges)) for path in paths}


def test_the_fleet_is_freed_by_the_commands_and_is_as_before_when_they_are_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clean_aws_environment(monkeypatch)
    with mock_aws():
        fleet.populate(lambda name: boto3.client(name, region_name="us-east-1"))
        before = seen()
        commands = planned_now()
        assert len(before) > len(commands) > 5
        iam = boto3.client("iam", region_name="us-east-1")
        for each in commands:
            by_client(iam, map(line, each.apply))
        assert seen() == set()
        for each in reversed(commands):
            by_client(iam, map(line, each.rollback))
        assert seen() == before


def planned_now() -> list[Commands]:
    account = build(collect_live("us-east-1"))
    made = plan(account, today(account), lambda _: True)
    return [commands_of(account, fix.amendment) for fix in made.fixes]
