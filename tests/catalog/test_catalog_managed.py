"""AWS managed policies: each found, each readable, none mistaken."""

import json

import pytest

from leastwise.catalog import managed_policy, managed_policy_names, origin
from leastwise.catalog.managed import PER_BLOCK, block_count, pack, unpack

BASIC = "service-role/AWSLambdaBasicExecutionRole"


def test_every_policy_is_a_document() -> None:
    assert len(managed_policy_names()) == origin().managed_policies > 1500
    for name in managed_policy_names():
        document = json.loads(managed_policy(name) or b"")
        assert document["Version"] == "2012-10-17"
        assert document["Statement"]


def test_names_are_sorted_and_single() -> None:
    assert list(managed_policy_names()) == sorted(set(managed_policy_names()))


def test_a_document_belongs_to_its_name() -> None:
    administrator = json.loads(managed_policy("AdministratorAccess") or b"")
    assert administrator["Statement"] == [{"Action": "*", "Effect": "Allow", "Resource": "*"}]
    assert b"iam:ChangePassword" in (managed_policy("IAMUserChangePassword") or b"")
    assert b"logs:PutLogEvents" in (managed_policy(BASIC) or b"")


@pytest.mark.parametrize(
    "asked",
    [
        f"arn:aws:iam::aws:policy/{BASIC}",
        f"arn:aws-cn:iam::aws:policy/{BASIC}",
        f"arn:aws-us-gov:iam::aws:policy/{BASIC}",
        "AWSLambdaBasicExecutionRole",
    ],
)
def test_a_policy_goes_by_several_names(asked: str) -> None:
    assert managed_policy(asked) == managed_policy(BASIC) is not None


@pytest.mark.parametrize(
    "near_miss",
    [
        "",
        "NoSuchPolicy",
        "administratoraccess",
        "AdministratorAccess ",
        "AdministratorAccess\n",
        "/AdministratorAccess",
        "job-function/AdministratorAccess",
        "service-role",
        "service-role/",
        "arn:aws:iam::aws:policy/",
        "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole",
        "arn:aws:iam::111122223333:policy/AdministratorAccess",
        "arn:aws:iam::aws:policy/AdministratorAccess\n",
        "arn:aws:iam::aws:role/AdministratorAccess",
        "arn:aws:iam:us-east-1:aws:policy/AdministratorAccess",
        "x:arn:aws:iam::aws:policy/AdministratorAccess",
    ],
)
def test_near_misses_are_no_policy(near_miss: str) -> None:
    assert managed_policy(near_miss) is None


@pytest.mark.parametrize("count", [0, 1, PER_BLOCK - 1, PER_BLOCK, PER_BLOCK + 1, 3 * PER_BLOCK])
def test_packing_is_lossless(count: int) -> None:
    documents = [b'{"n":%d}' % number for number in range(count)]
    packed = pack(documents)
    assert [document for block in range(block_count(packed)) for document in unpack(packed, block)] == documents
