"""The doorway: `python lib/analyse.py` audits the account that the environment leads to.

It works from a bare checkout too. There is no judgement here: the command line does the same through the same words.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

try:
    import leastwise
except ModuleNotFoundError as missing:
    if missing.name != "leastwise":
        raise
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
    import leastwise

from leastwise.cli.files import deliver
from leastwise.cli.process import outcome, run

if TYPE_CHECKING:
    from leastwise import Report

SCAN = ("scan", "--fail-on", "never")


class IAMSecurityAuditor:
    """Audits one account; boto3's own chain finds it, and arguments that are given win over the environment."""

    def __init__(
        self,
        region: str | None = None,
        *,
        profile: str | None = None,
        endpoint_url: str | None = None,
        session: Any = None,
    ) -> None:
        """`session` is a boto3.Session. The defaults are None, or the environment could never win."""
        self.region = region
        self._chosen = {"profile": profile, "endpoint_url": endpoint_url, "session": session}

    def run(self) -> Report:
        """Audit, write both JSON files into the current directory, and return the report."""
        report = leastwise.audit(leastwise.collect(self.region, **self._chosen))
        deliver(report, Path())
        return report


def main() -> int:
    """Audit, print the table, write the files; return the exit code, in which findings are no failure."""
    return outcome(SCAN)


if __name__ == "__main__":
    run([*SCAN, *sys.argv[1:]])
