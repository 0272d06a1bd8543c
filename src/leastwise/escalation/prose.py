"""A method in words: what it needs and what must be so, as its shape and its row have it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from leastwise.escalation.method import PASS_ROLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leastwise.escalation.method import Method

_ON = {
    "any": "",
    "all": " on everything",
    "self": " on itself",
    "target": " on the target",
    "group": " on its group",
    "policy": " on the policy",
    "device": " on the new device",
    "profile": " on the instance profile",
}
_CALLER = {
    "user": "The caller is a user.",
    "role": "The caller is a role that AWS does not guard.",
    "permission-set": "The caller is a role that Identity Center made.",
}
_CHANGE = {
    "version": "A customer-managed policy bears on the principal and has fewer than five versions; else"
    " iam:DeletePolicyVersion on it is needed too.",
    "default-version": "A customer-managed policy bears on the principal and keeps a version that allows more.",
    "group-inline": "The caller is a member of the group.",
    "group-attached": "The caller is a member of the group.",
    "joins": "Members of the group have more power, and the user is not yet one of them.",
    "inline-deny": "Inline policies of its own deny what would be enough without them.",
    "attached-deny": "Policies that are attached to it deny what would be enough without them.",
    "group-inline-deny": "The caller is a member of the group, whose inline policies deny what would be enough without"
    " them.",
    "group-attached-deny": "The caller is a member of the group, whose attached policies deny what would be enough"
    " without them.",
    "leaves": "The caller is a member of the group, whose policies deny what would be enough without them; what the"
    " group allows is not needed.",
    "boundary": "A boundary holds back what its policies allow.",
    "own-boundary": "A boundary holds back what its policies allow.",
    "tags": "Conditions on tags of the principal (aws:PrincipalTag) come out otherwise with tags that it may write.",
    "no-tag": "Conditions on a tag that the principal bears (aws:PrincipalTag) come out otherwise without it.",
    "mfa": "Conditions ask whether an MFA device was shown (aws:MultiFactorAuthPresent); none of them guards the"
    " enrolment itself.",
}
_ACCESS = {
    "key": "The user has fewer than two access keys.",
    "rotated-key": "The user has two access keys.",
    "known-key": "The user has an access key that is inactive.",
    "new-login": "The user has no console password; an MFA device of its own can be deactivated.",
    "changed-login": "The user has a console password; an MFA device of its own can be deactivated.",
    "known-login": "The user has a console password and an MFA device.",
    "trust": "The trust policy of the role lets the caller in.",
    "new-trust": "AWS does not guard the role, and nothing denies the caller sts:AssumeRole.",
    "member": "The caller is not yet a member of the group.",
    "assigned": "The account shows signs of Identity Center.",
}
_PROFILE = {
    "existing": "The role is in an instance profile.",
    "new": "The role is in no instance profile yet.",
    "swapped": "Another role has an instance profile.",
}


def permissions(method: Method) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each needed permission: the actions any of which would do, and on what. What the shape adds comes first."""
    if method.shape == "pass_role":
        if method.trusts:
            yield (PASS_ROLE,), f" on the target, to {' or '.join(method.receivers)}"
        if method.helper:
            yield (PASS_ROLE,), f" on the helping role, to {method.helper}"
    for need in method.needs:
        yield need.actions, _ON.get(need.on, f" on {need.on}")


DOCUMENTS = {
    "everything": """'{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'""",
    "trust_me": """'{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"{source}"},"""
    """"Action":"sts:AssumeRole"}}'""",
}
_WORD = re.compile(r"\{(\w+)\}")


def filled(text: str, name: Callable[[str], str]) -> str:
    """A row's text with each word replaced by its name; words for documents, quoted for a shell, come first."""
    parts = list(_parts(text))
    parts[1::2] = map(name, parts[1::2])
    return "".join(parts)


@cache
def _parts(text: str) -> tuple[str, ...]:
    """What stands as it is and the words to replace, in turn."""
    return tuple(_WORD.split(_WORD.sub(lambda word: DOCUMENTS.get(word[1], word[0]), text)))


def with_blanks(text: str) -> str:
    """A row's text for no path in particular: the names that it would have stand in capitals."""
    return filled(text, str.upper)


def premises(method: Method) -> tuple[str, ...]:
    """What is looked up in the account before the method is reported."""
    texts = (
        _CALLER.get(method.caller, ""),
        *_trust(method),
        _PROFILE.get(method.profile, ""),
        _CHANGE.get(method.change, ""),
        "" if method.makes and method.access != "assigned" else _ACCESS.get(method.access, ""),
        "An administrator has an access key." if method.shape == "find_credentials" and method.target else "",
    )
    return tuple(filter(None, texts))


def _trust(method: Method) -> Iterator[str]:
    if method.trusts:
        yield f"A role with more power trusts {method.trusts}."
        if method.helper:
            yield f"A helping role, however weak, trusts {method.helper}."
    elif method.helper:
        yield f"A role with more power trusts a helping role, which trusts {method.helper} and may assume it."
