"""Questions to bare policies."""

from __future__ import annotations

from typing import Any

import pytest

from leastwise.errors import UsageError
from leastwise.policy.document import Document, parse_value
from leastwise.questions import compare, grants
from questions.asking import ANN, GET, MFA, OBJECT, bucket
from world import FOREIGN, allow, deny, document


def policy(*statements: dict[str, Any]) -> Document:
    return Document(arn="", name="p", kind="file", policy=parse_value(document(*statements)))


def shared(principal: Any, action: str = "s3:GetObject") -> Document:
    body = bucket("Allow", principal, action)
    return Document(arn="", name="p", kind="file", policy=parse_value(body))


@pytest.mark.parametrize(
    ("old", "new", "expect"),
    [
        (policy(allow("s3:Get*")), policy(allow("s3:GetObject")), "contained"),
        (policy(allow("s3:GetObject")), policy(allow("s3:Get*")), "not contained"),
        (policy(allow("s3:*", Condition=MFA)), policy(allow("s3:*")), "not contained"),
        (policy(), policy(allow("s3:*")), "not contained"),
        (policy(allow("s3:*")), policy(), "contained"),
        (shared({"AWS": [ANN, FOREIGN]}), shared({"AWS": ANN}), "contained"),
        (shared({"AWS": ANN}), shared({"AWS": [ANN, FOREIGN]}), "not contained"),
        (shared({"AWS": ANN}), shared({"AWS": ANN}, "s3:PutObject"), "not contained"),
        (policy(), shared({"AWS": ANN}), "not contained"),
    ],
)
def test_what_is_new_in_a_policy(old: Document, new: Document, expect: str) -> None:
    found = compare(old, new)
    assert found.verdict.value == expect
    assert bool(found.witness) is (expect == "not contained")


def test_policies_of_different_kinds_are_not_compared() -> None:
    with pytest.raises(UsageError, match="the same kind"):
        compare(policy(allow("s3:*")), shared("*"))


@pytest.mark.parametrize(
    ("document_", "action", "resource", "expect"),
    [
        (policy(GET), "s3:GetObject", "*", True),
        (policy(GET), "s3:*", OBJECT, True),
        (policy(GET), "s3:GetObject", "arn:aws:s3:::c/*", False),
        (policy(GET), "s3:PutObject", "*", False),
        (policy(GET, deny("s3:*")), "s3:GetObject", "*", False),
        (policy(allow("s3:*", Condition=MFA)), "s3:GetObject", "*", True),
        (policy(allow("novel:*")), "novel:Do", "*", True),
        (policy(), "sts:GetCallerIdentity", "*", False),  # everybody may, whatever the policy says
        (shared({"AWS": ANN}), "s3:GetObject", "*", True),
        (shared({"AWS": ANN}), "s3:PutBucketPolicy", "*", False),  # the owner's root may, whatever the policy says
        (shared({"AWS": FOREIGN}), "s3:GetObject", OBJECT, True),
        (shared({"Service": "ec2.amazonaws.com"}), "s3:GetObject", OBJECT, True),
    ],
)
def test_what_a_policy_grants(document_: Document, action: str, resource: str, expect: bool) -> None:
    assert grants(document_, action, resource).granted is expect
