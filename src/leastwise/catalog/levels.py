"""How much an action can do, in the five words of AWS."""

from enum import StrEnum


class AccessLevel(StrEnum):
    """What an action does to its resource; the value is the word AWS prints.

    Newer sources give joint levels, since every action that changes permissions or tags writes, too:
    "Permissions management, Write" and "Tagging, Write". The narrower word says more and is kept:
    permissions management first, then tagging, then write, read, list. So each action has one level,
    and the masks of the five levels are disjoint. (``IsTaggingOnly`` and ``IsPermissionManagement`` of
    https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html;
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html)
    """

    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    PERMISSIONS_MANAGEMENT = "Permissions management"
    TAGGING = "Tagging"

    @property
    def letter(self) -> str:
        """The level's sign in the data files: its first letter."""
        return self.value[0]


BY_LETTER = {level.letter: level for level in AccessLevel}


def strongest(joint: str) -> AccessLevel:
    """The one level kept of a joint one. Raises ``ValueError`` for a word that is no level."""
    levels = {AccessLevel(word) for word in joint.split(", ")}
    return next(level for level in _NARROWEST_FIRST if level in levels)


_NARROWEST_FIRST = (
    AccessLevel.PERMISSIONS_MANAGEMENT,
    AccessLevel.TAGGING,
    AccessLevel.WRITE,
    AccessLevel.READ,
    AccessLevel.LIST,
)
