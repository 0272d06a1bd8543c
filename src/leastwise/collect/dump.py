"""The bare output of `aws iam get-account-authorization-details`, one page or several, as a snapshot.

msgspec finds where each list begins and ends and checks that all of it is JSON; the lists stay undecoded,
and a single page is passed on as it stands, without a copy.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from leastwise._version import __version__
from leastwise.arn import Arn
from leastwise.collect.calls import KEPT
from leastwise.collect.refusal import not_json, not_ours
from leastwise.errors import SnapshotError
from leastwise.snapshot import Gap, Snapshot, loads

DETAILS = "iam:GetAccountAuthorizationDetails"
LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
NOTHING = msgspec.Raw()
# What an identity's or customer policy's own ARN looks like; AWS-managed policies have `aws` for an account.
_OWN_ARN = re.compile(rb'"Arn"\s*:\s*"arn:([a-z0-9-]+):iam::([0-9]{12}):(?:user|group|role|policy)/')
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")


class Age(NamedTuple):
    """When the account was as the dump shows it, and how that is known."""

    taken_at: str
    how: str


class _Page(msgspec.Struct, frozen=True, gc=False):
    """The fields of a page that matter, their values left undecoded."""

    users: msgspec.Raw = msgspec.field(default=NOTHING, name="UserDetailList")
    groups: msgspec.Raw = msgspec.field(default=NOTHING, name="GroupDetailList")
    roles: msgspec.Raw = msgspec.field(default=NOTHING, name="RoleDetailList")
    policies: msgspec.Raw = msgspec.field(default=NOTHING, name="Policies")
    truncated: msgspec.Raw = msgspec.field(default=NOTHING, name="IsTruncated")
    next_token: msgspec.Raw = msgspec.field(default=NOTHING, name="NextToken")
    calls: msgspec.Raw = NOTHING

    @property
    def lists(self) -> tuple[memoryview, ...]:
        """The four lists in the order of LISTS; a missing one is empty."""
        return tuple(memoryview(raw) for raw in (self.users, self.groups, self.roles, self.policies))

    @property
    def is_details(self) -> bool:
        """Whether this is a page of authorization details. Other answers have `Policies` too."""
        return any(self.lists[:3]) and all(not found or bytes(found[:1]) == b"[" for found in self.lists)

    @property
    def is_last(self) -> bool:
        """Whether no page follows: `--max-items` leaves a NextToken, `--no-paginate` the API's flag."""
        return bytes(self.truncated) != b"true" and bytes(self.next_token) in {b"", b"null"}


def read_dump(data: bytes, age: Age) -> Snapshot:
    """The dump as a snapshot in which every other call is a gap. Raises SnapshotError when it is none."""
    pages = _pages(data)
    if len(pages) == 1 and pages[0].calls != NOTHING:
        return loads(data)  # a snapshot whose fields somebody has reordered
    if not pages or not all(page.is_details for page in pages):
        raise not_ours(data)
    if not pages[-1].is_last:
        raise SnapshotError(
            "it holds only some of the pages, and more follow: write it again without --no-paginate and --max-items"
        )
    owner = _owner(pages)
    return Snapshot(
        account=owner.account,
        partition=owner.partition,
        taken_at=age.taken_at,
        tool=f"leastwise {__version__}",
        origin=f"authorization-details file, {age.how} {age.taken_at}",
        calls={DETAILS: _details(data, pages)},
        gaps=[
            Gap(call=call, reason="NotCollected", detail="the file holds authorization details only")
            for call in KEPT
            if call != DETAILS
        ],
    )


def _pages(data: bytes) -> list[_Page]:
    """One object, an array of objects, or objects one after the other, as a loop over pages writes them."""
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            raise SnapshotError(f"it is not UTF-8 text ({error.reason} at byte {error.start})") from error
    pages: list[_Page] = []
    start, end = 0, len(data)
    while start < len(data):
        try:
            found = msgspec.json.decode(memoryview(data)[start:end], type=_Page | list[_Page])
        except msgspec.ValidationError as error:
            raise not_ours(data) from error
        except msgspec.DecodeError as error:
            trailing = _TRAILING.search(str(error))
            if trailing is None or end < len(data):
                raise not_json(data, str(error), start) from error
            end = start + int(trailing[1]) - 1  # one page ends here: decode it alone, then go on
            continue
        pages += found if isinstance(found, list) else [found]
        start, end = end, len(data)
    return pages


def _owner(pages: list[_Page]) -> Arn:
    """The account and partition that the ARNs inside name."""
    owners: dict[tuple[str, str], None] = {}
    for page in pages:
        for found in page.lists:
            match = _OWN_ARN.search(found)
            if match is not None:
                owners[match[1].decode(), match[2].decode()] = None
                break
    if len(owners) > 1:
        accounts = ", ".join(account for _, account in owners)
        raise SnapshotError(f"it mixes several accounts ({accounts}): put each account into a file of its own")
    for partition, account in owners:
        return Arn(partition, "iam", "", account, "root")
    raise SnapshotError("it names no user, group, role or policy of an account, so there is nothing to audit")


def _details(data: bytes, pages: list[_Page]) -> msgspec.Raw:
    """The whole text where it is one complete object, else the lists of all pages joined."""
    if len(pages) == 1 and all(pages[0].lists) and data.lstrip()[:1] == b"{":
        return msgspec.Raw(data)
    joined = []
    for name, lists in zip(LISTS, zip(*(page.lists for page in pages), strict=True), strict=True):
        inner = [bytes(found).strip()[1:-1].strip() for found in lists if found]
        joined.append(b'"%b":[%b]' % (name.encode(), b",".join(rows for rows in inner if rows)))
    return msgspec.Raw(b"{%b}" % b",".join(joined))
