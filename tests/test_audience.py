"""Whom a resource's policy lets in, by the table of errors that other tools make."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise.audience import Audience, classify
from leastwise.policy.document import Document, parse_value

OWN, SISTER, FOREIGN = "111111111111", "333333333333", "222222222222"
ORG = "o-1"


def document(*statements: Any) -> Document:
    policy = parse_value({"Version": "2012-10-17", "Statement": list(statements)})
    return Document(arn="arn:aws:s3:::b", name="b", kind="resource", policy=policy)


def allow(principal: Any, condition: Any = None, **more: Any) -> dict[str, Any]:
    body = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*", **more}
    return body | ({"Condition": condition} if condition else {})


NOT_PRINCIPAL = {"Effect": "Allow", "NotPrincipal": {"AWS": OWN}, "Action": "s3:GetObject", "Resource": "*"}


@pytest.mark.parametrize(
    ("statement", "expect"),
    [
        (allow("*"), Audience.PUBLIC),
        (allow({"AWS": "*"}), Audience.PUBLIC),
        (NOT_PRINCIPAL, Audience.PUBLIC),
        (allow("*", {"StringEquals": {"aws:ResourceAccount": OWN}}), Audience.PUBLIC),
        (allow("*", {"ArnLike": {"aws:PrincipalArn": "*"}}), Audience.PUBLIC),
        (allow("*", {"StringLike": {"aws:PrincipalOrgID": "*"}}), Audience.PUBLIC),
        (allow("*", {"Bool": {"aws:SecureTransport": "true"}}), Audience.PUBLIC),
        (allow("*", {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), Audience.CROSS_ACCOUNT),
        (allow({"AWS": FOREIGN}), Audience.CROSS_ACCOUNT),
        (allow({"AWS": f"arn:aws:iam::{FOREIGN}:role/r"}), Audience.CROSS_ACCOUNT),
        (allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-2"}}), Audience.CROSS_ACCOUNT),
        (allow("*", {"StringEquals": {"aws:PrincipalOrgID": ORG}}), Audience.SAME_ORGANIZATION),
        (
            allow("*", {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/*"}}),
            Audience.SAME_ORGANIZATION,
        ),
        (allow({"AWS": SISTER}), Audience.SAME_ORGANIZATION),
        (allow({"Service": "logging.s3.amazonaws.com"}), Audience.SERVICE),
        (allow({"AWS": OWN}), Audience.OWN_ACCOUNT),
        (allow("*", {"StringEquals": {"aws:PrincipalAccount": OWN}}), Audience.OWN_ACCOUNT),
        ({**allow("*"), "Effect": "Deny"}, Audience.OWN_ACCOUNT),
    ],
)
def test_classify(statement: Any, expect: Audience) -> None:
    found = classify(document(statement), own_accounts=(OWN, SISTER), organization=ORG)
    assert found.audience is expect
    assert (found.statement is None) == (expect is Audience.OWN_ACCOUNT)


def test_the_widest_statement_is_the_cause() -> None:
    policy = document(allow({"AWS": OWN}), allow({"AWS": FOREIGN}, Sid="Foreign"), allow("*", Sid="All"))
    found = classify(policy, own_accounts=(OWN,))
    assert found.audience is Audience.PUBLIC
    assert found.statement
    assert found.statement.sid == "All"


def test_what_cannot_be_read_is_not_called_closed() -> None:
    assert classify(document("?"), own_accounts=(OWN,)).audience is Audience.UNKNOWN
