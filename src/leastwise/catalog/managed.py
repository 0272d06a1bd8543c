"""AWS managed policies, default version only, found without unpacking them all.

``managed.zlib`` holds the documents in the order of ``managed.txt``, one per line, ``PER_BLOCK`` of them to a
compressed block. Ahead of the blocks stand their number and their lengths, as big-endian 32-bit integers.
A snapshot's own copy of a policy is newer or equal, and wins over this one.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
"""

import re
import struct
import zlib
from functools import cache
from itertools import accumulate

from leastwise.catalog.files import FOLDER, lines

PER_BLOCK = 16

_ARN = r"arn:[^:]+:iam::aws:policy/(.+)"


def managed_policy(name_or_arn: str) -> bytes | None:
    """The JSON document of an AWS managed policy, as written for the partition ``aws``; ``None`` if unknown.

    Takes an ARN of any partition, path and name (``service-role/AWSLambdaRole``), or a name alone.
    Case matters, as it does in an ARN; a customer's policy of the same name is another policy.
    """
    number = _number(name_or_arn)
    return None if number is None else _block(number // PER_BLOCK)[number % PER_BLOCK]


def managed_policy_names() -> tuple[str, ...]:
    """Path and name of every AWS managed policy known, sorted, e.g. ``job-function/Billing``."""
    return tuple(_by_path())


def pack(documents: list[bytes]) -> bytes:
    """The content of ``managed.zlib`` for documents of one line each."""
    chunks = [documents[start : start + PER_BLOCK] for start in range(0, len(documents), PER_BLOCK)]
    blocks = [zlib.compress(b"\n".join(chunk), 9) for chunk in chunks]
    header = struct.pack(f">{1 + len(blocks)}I", len(blocks), *map(len, blocks))
    return header + b"".join(blocks)


def unpack(packed: bytes, block: int) -> list[bytes]:
    """The documents of one block of ``managed.zlib``."""
    ends = _ends(packed)
    return zlib.decompress(packed[ends[block] : ends[block + 1]]).split(b"\n")


def block_count(packed: bytes) -> int:
    """How many blocks ``managed.zlib`` has."""
    count: int = struct.unpack_from(">I", packed)[0]
    return count


def _ends(packed: bytes) -> list[int]:
    """Where the header ends, then where each block ends."""
    count = block_count(packed)
    return list(accumulate(struct.unpack_from(f">{count}I", packed, 4), initial=4 + 4 * count))


def _number(name_or_arn: str) -> int | None:
    """The line of a policy in ``managed.txt``."""
    arn = re.fullmatch(_ARN, name_or_arn)
    if arn:
        return _by_path().get(arn[1])
    path_and_name = _by_path().get(name_or_arn)
    return _by_name().get(name_or_arn) if path_and_name is None else path_and_name


@cache
def _by_path() -> dict[str, int]:
    return {entry: number for number, entry in enumerate(lines("managed.txt"))}


@cache
def _by_name() -> dict[str, int]:
    return {entry.rpartition("/")[2]: number for entry, number in _by_path().items()}


@cache
def _block(block: int) -> list[bytes]:
    return unpack((FOLDER / "managed.zlib").read_bytes(), block)
