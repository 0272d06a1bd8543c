from __future__ import annotations

from typing import Any

import pytest

from judging import hits, names, severity, the_hit
from leastwise.checks.principal_with_inline_and_managed_policies import principal_with_inline_and_managed_policies
from leastwise.results import Severity
from world import World, allow, an_account, deny, document

READ = ("ReadOnlyAccess",)
P = {"p": document(allow("s3:GetObject"))}


@pytest.mark.parametrize(
    "world",
    [
        an_account().user("x", inline=P, attached=READ),
        an_account().role("x", inline=P, attached=READ),
        an_account().group("x", inline=P, attached=READ),
        an_account().group("g", inline=P).user("x", attached=READ, groups=("g",)),
        an_account().group("g", attached=READ).user("x", inline=P, groups=("g",)),
        an_account().group("g", attached=READ).group("h", inline=P).user("x", groups=("g", "h")),
    ],
    ids=["user", "role", "group", "inline by group", "managed by group", "both by groups"],
)
def test_fires_where_mixed(world: World) -> None:
    assert names(principal_with_inline_and_managed_policies, world.build()) == ["x"]


@pytest.mark.parametrize(
    "world",
    [
        an_account().user("x", inline=P),
        an_account().user("x", attached=READ),
        an_account().user("x", inline=P, boundary="ReadOnlyAccess"),
        an_account().user("x", inline={"p": document(allow("*"), deny("*"))}, attached=READ),
    ],
    ids=["inline", "managed", "a boundary is no grant", "denied everything"],
)
def test_silent(world: World) -> None:
    assert not hits(principal_with_inline_and_managed_policies, world.build())


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("s3:GetObject")], Severity.LOW),
        ([deny("s3:*")], Severity.LOW),
        ([allow("secretsmanager:GetSecretValue")], Severity.MEDIUM),
        ([allow("s3:PutObject")], Severity.MEDIUM),
        ([allow("s3:PutBucketPolicy")], Severity.MEDIUM),
        ([allow("s3:PutObject"), deny("s3:Put*")], Severity.LOW),
        ([allow("iam:PutUserPolicy")], Severity.HIGH),
        ([allow("*")], Severity.HIGH),
    ],
    ids=["adds nothing", "only denies", "reads secrets", "writes", "permissions", "denied again", "identities", "all"],
)
def test_severity_follows_what_the_inline_part_adds(statements: list[dict[str, Any]], expected: Severity) -> None:
    account = an_account().user("x", inline={"p": document(*statements)}, attached=READ).build()
    assert severity(principal_with_inline_and_managed_policies, account) is expected


def test_what_the_managed_part_grants_as_well_is_not_added() -> None:
    account = (
        an_account().user("x", inline={"p": document(allow("s3:PutObject"))}, attached=("AmazonS3FullAccess",)).build()
    )
    assert severity(principal_with_inline_and_managed_policies, account) is Severity.LOW


def test_the_addition_is_named_and_every_policy_cited() -> None:
    account = (
        an_account().group("g", attached=READ).user("x", inline={"p": document(allow("s3:PutObject"))}, groups=("g",))
    )
    hit = the_hit(principal_with_inline_and_managed_policies, account.build())
    assert "s3:PutObject" in hit.because
    assert [(e.name, e.note) for e in hit.evidence] == [("p", ""), ("ReadOnlyAccess", "through group g")]
