"""Every exception leastwise raises on purpose, as a tree.

    LeastwiseError
    ├── UsageError      your words: a flag, a name, a file that does not exist      exit 2
    ├── SnapshotError   your file: it can be opened but not understood              exit 2
    └── CollectError    the account: nothing could be seen of it                    exit 3

All that is partial is data instead: a denied call is a `Gap`, an unreadable policy an `Unparsed`,
an undecidable condition an *if*. A fourth exception needs a decision record.
"""


class LeastwiseError(Exception):
    """The root of the tree. Its message says what happened and what to do, and is fit to print."""

    exit_code = 2


class UsageError(LeastwiseError):
    """The request itself cannot be followed."""


class SnapshotError(LeastwiseError):
    """The file was read and is no snapshot."""


class CollectError(LeastwiseError):
    """Nothing could be seen: credentials, endpoint, or everything denied."""

    exit_code = 3
