"""Which conditions bound a statement, and which only look as if they did.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

Three-valued truth says whether a condition holds for one request. These words speak of all requests at once: does
the test keep out somebody who would gladly send whatever lets him in?
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from leastwise.policy.glob import Glob
from leastwise.policy.operators import NULL
from leastwise.policy.program import FOR_ALL, FOR_ANY
from leastwise.policy.values import addresses

if TYPE_CHECKING:
    from leastwise.policy.condition import Test

FREE = frozenset(
    {  # the caller writes or chooses these, or meets them by sending the request as everybody does
        "aws:securetransport",
        "aws:useragent",
        "aws:referer",
        "s3:authtype",
        "s3:signatureage",
        "s3:signatureversion",
        "s3:tlsversion",
        "s3:x-amz-acl",
        "s3:x-amz-content-sha256",
        "s3:x-amz-server-side-encryption",
        "s3:x-amz-storage-class",
    }
)
ALWAYS_SENT = frozenset({"aws:requestedregion"})  # so that `…IfExists` binds as firmly as the plain operator
_STARS = re.compile(r"(arn:(aws[a-z-]*:)?)?[*?:/]*\*[*?:/]*")
_OPPOSITE = {"true": "false", "false": "true"}


def is_demand(test: Test) -> bool:
    """Whether the test holds only when its key is there and matches: never so of negations and `Null`."""
    if_exists = test.if_exists and test.quantifier != FOR_ANY and test.lower_key not in ALWAYS_SENT
    optional = test.quantifier == FOR_ALL or if_exists
    return test.is_known and not (test.negated or optional or test.operator == NULL)


def is_open(test: Test) -> bool:
    """Whether some value of the test lets everything pass: `*`, an ARN of stars, `0.0.0.0/0`."""
    return any(map(_is_open, test.values))


def _is_open(value: str) -> bool:
    span = addresses(value) if "/0" in value else None
    if span:
        return span.first == 0 and span.last.bit_count() in {32, 128}
    return _STARS.fullmatch(value) is not None


def restricts(test: Test) -> bool:
    """Whether the test narrows what a permission is good for: a demand that not everybody meets."""
    return is_demand(test) and test.lower_key not in FREE and not is_open(test)


def mirrored(test: Test) -> Test | None:
    """The demand that a deny makes by this test of everybody it is to spare; None where it makes none.

    A deny under `StringNotEquals` spares only those who have the value, as an allow under `StringEquals` admits
    only them. `ForAnyValue` spares also who lacks the key, `Bool` too, unless with `IfExists`.
    """
    if test.negated and test.quantifier != FOR_ANY:
        operator = test.operator.replace("Not", "", 1)
        return msgspec.structs.replace(test, operator=operator, quantifier="", if_exists=False)
    if test.operator == "Bool" and test.if_exists and not test.quantifier:
        values = tuple(_OPPOSITE.get(value.lower(), value) for value in test.values)
        return msgspec.structs.replace(test, values=values, if_exists=False)
    return None


def plain_globs(patterns: tuple[str, ...]) -> tuple[Glob, ...]:
    """The patterns without variables: what a list covers whoever asks."""
    return tuple(Glob.parse(pattern) for pattern in patterns if "${" not in pattern)
