"""The gates on questions: what each of a thousand principals can do, and who of ten thousand can do one thing.

    python benchmarks/answers.py

Whole processes from start to exit, each in turn with one that merely parses the same file. Each has two gates, as in
`evaluate.py`: CPU seconds on a machine like the one of the decision records, and the same as a multiple of the parsing
process, which slow and busy machines meet as well. Only what misses both fails: exit 1.
"""

from __future__ import annotations

import compileall
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import leastwise
from audit import PARSE, cost
from synthetic import AS_OF, write

RUNS = 3
WHAT = f"""
import sys
from leastwise.account.build import build
from leastwise.collect.file import read_snapshot
from leastwise.questions import what_can
account = build(read_snapshot(sys.argv[1], as_of={AS_OF!r}))
for principal in account.principals:
    what_can(account, principal.arn)
"""
WHO = ("-m", "leastwise", "who-can", "iam:CreateUser", "--as-of", AS_OF, "--format", "json", "--snapshot")


class Gate(NamedTuple):
    """A question to an account of so many principals; the CPU seconds it may take, and times those of parsing."""

    name: str
    command: tuple[str, ...]
    principals: int
    seconds: float
    ratio: float


GATES = (
    Gate("what-can, for every principal", ("-c", WHAT), 1_000, 3.0, 45.0),
    Gate("who-can iam:CreateUser", WHO, 10_000, 2.0, 6.0),
)


def main() -> int:
    """Measure, print, judge."""
    compileall.compile_dir(Path(leastwise.__file__).parent, quiet=1)
    missed = False
    for gate in GATES:
        with tempfile.TemporaryDirectory() as folder:
            seconds, ratio = measure(gate, str(write(gate.principals, Path(folder))))
        is_met = seconds <= gate.seconds or ratio <= gate.ratio
        missed |= not is_met
        print(
            f"{gate.name}, of {gate.principals:,} principals: {seconds:.2f} s of CPU (at most {gate.seconds:g});"
            f" {ratio:.1f} times parsing (at most {gate.ratio:g}): {'met' if is_met else 'MISSED'}"
        )
    return int(missed)


def measure(gate: Gate, details: str) -> tuple[float, float]:
    """The median CPU seconds of the question, and how often the parsing of the same file fits into them."""
    pairs = [
        (cost(sys.executable, *gate.command, details).cpu, cost(sys.executable, "-c", PARSE, details).cpu)
        for _ in range(RUNS)
    ]
    return statistics.median(asked for asked, _ in pairs), statistics.median(asked / parse for asked, parse in pairs)


if __name__ == "__main__":
    sys.exit(main())
