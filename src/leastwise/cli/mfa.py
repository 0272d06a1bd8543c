"""The token of an MFA device: given, from the environment, or typed at the terminal without being shown."""

from __future__ import annotations

import getpass
import os
import re
import sys

from leastwise.cli.words import one_line
from leastwise.errors import UsageError

VARIABLE = "LEASTWISE_MFA_TOKEN"
_TOKEN = re.compile(r"\d{6}")  # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html


def agree(given: str | None) -> None:
    """Raise UsageError for what is no token, and where there is none and nobody to ask, before any work."""
    known = _known(given)
    if known:
        _checked(known)
    elif not sys.stdin.isatty():
        raise UsageError(f"--mfa-serial needs a token and there is no terminal to ask: give --mfa-token or {VARIABLE}")


def token(serial: str, given: str | None) -> str:
    """The token, asked for where it was not given. Raises UsageError for what is none."""
    return _checked(_known(given) or getpass.getpass(f"MFA token of {one_line(serial)} (not shown): ").strip())


def _known(given: str | None) -> str:
    return given or os.environ.get(VARIABLE, "")  # noqa: TID251  the command line's own variable


def _checked(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise UsageError("the MFA token is not six digits: give what the device shows now")  # never what was typed
    return token
