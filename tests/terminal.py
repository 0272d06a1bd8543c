"""The program as a process of its own, and the accounts that its tests look at."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from leastwise.snapshot import dumps
from world import FOREIGN, allow, an_account, document, key, trust

if TYPE_CHECKING:
    from pathlib import Path

    from world import World

PROGRAM = (sys.executable, "-m", "leastwise")
AUDIT, ADVICE = "iam_security_audit.json", "least_privilege_recommendations.json"


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """This process's environment without AWS's variables and files, so that no account is found by chance."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}  # noqa: TID251
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nowhere, "AWS_EC2_METADATA_DISABLED": "true", **more}


def run(*arguments: str, cwd: Path, stdin: bytes = b"", **more: str) -> Said:
    """Run a command line as a user does."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=environment(**more),
        check=False,
        timeout=60,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def bad_account() -> World:
    """An account in which people, keys, permissions and trust are wrong, and everything could be seen."""
    return (
        an_account()
        .user("ann", password=True, password_used=1, age=200)
        .user("bob", keys=(key(400, used=1),), inline={"all": document(allow("*"))})
        .user("eve", password=True, password_used=1, mfa=True)
        .role("partner", trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"}))
    )


def save(world: World, path: Path) -> str:
    """Write the account's snapshot; the path as text."""
    path.write_bytes(dumps(world.snapshot(), compress=path.suffix == ".gz"))
    return str(path)
