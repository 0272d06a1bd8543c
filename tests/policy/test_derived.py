"""Rule 17 as a table, cases/context.json: what AWS itself fills in, for each kind of caller."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leastwise.policy.condition import ABSENT, UNKNOWN, Context
from leastwise.policy.derived import About, context_on, derived_context
from leastwise.policy.request import Caller
from policy.rules import CALLERS, OWN, rows

ROWS = rows("context.json")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
GROUP = Caller(arn=f"arn:aws:iam::{OWN}:group/devs", account=OWN)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_the_table(row: dict[str, Any]) -> None:
    about = dict(row["about"])
    now = NOW if about.pop("now", False) else None
    context = derived_context({**CALLERS, "group": GROUP}[row["caller"]], About(**about, now=now))
    if "on" in row:
        context = context_on(context, *row["on"])
    expected = {"absent": ABSENT, "unknown": UNKNOWN}.get(str(row["expect"]), tuple(row["expect"]))
    assert context.lookup(row["key"]) == expected


def test_every_row_names_its_page() -> None:
    assert all(row["page"].startswith("https://docs.aws.amazon.com/") and row["rule"] == 17 for row in ROWS)
    assert len({row["name"] for row in ROWS}) == len(ROWS)


def test_an_arn_that_is_none_has_no_name() -> None:
    odd = derived_context(Caller(arn="x:user/ann", account=OWN), About())
    assert odd.lookup("aws:username") == ("",)


def test_what_is_said_of_the_resource_stays() -> None:
    said = Context({"aws:ResourceAccount": "1"}, absent=("aws:ResourceOrgID",))
    assert context_on(said, "sqs:SendMessage", OWN, "o-1") == said


def test_what_aws_fills_in_is_known_also_where_all_else_is_absent() -> None:
    strict = context_on(Context({"aws:username": "ann"}, strict=True), "sqs:SendMessage", OWN, "o-1")
    assert strict.strict
    assert strict.lookup("aws:ResourceAccount") == (OWN,)
    assert strict.lookup("aws:ResourceOrgID") == ("o-1",)
    assert strict.lookup("aws:ResourceOrgPaths") is ABSENT
