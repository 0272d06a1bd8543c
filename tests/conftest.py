"""What must be true before anything is imported, and how the laws are tried.

The gate tries the same examples on every run, so that it fails for a reason and not by luck. To look for new ones:
`pytest --hypothesis-profile=explore tests`.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import settings

if TYPE_CHECKING:
    from pytest import TerminalReporter  # noqa: PT013  a name for a hook's signature

# moto reads this when it is imported: without it no AWS-managed policy exists and none can be attached.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")  # noqa: TID251  before anything of ours

# Whoever starts the tests in the background of a shell script has them ignore Ctrl-C, and so would the programs that
# the tests start and stop.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("gate", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2_000)
settings.load_profile("gate")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Recall and precision of the escalation methods on variants of their cases, as the README quotes them."""
    told: Counter[str] = Counter()
    for report in (*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())):
        told.update(dict(report.user_properties).get("escalation variants", {}))
    found, missed, wrong = told["found"], told["missed"], told["wrong"]
    if found:
        recall, precision = found / (found + missed), found / (found + wrong)
        terminalreporter.write_line(
            f"escalation methods, {told.total():,} variants: recall {recall:.1%}, precision {precision:.1%}"
        )
