"""What a whole offline audit costs, as a multiple of merely parsing the same file.

    python benchmarks/audit.py [PRINCIPALS ...] [--gate]     # 1000 and 10000 unless told otherwise

Both are whole processes from start to exit, run in turn, with the CPU seconds that the system counted: the audit writes
both JSON files, the other one calls `orjson.loads` with the cyclic collector off. Ratios survive slow machines.
leastwise is compiled first, as it is once pip has installed it.
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import leastwise
from synthetic import AS_OF, write

PARSE = "import gc, orjson, sys; gc.disable(); orjson.loads(open(sys.argv[1], 'rb').read())"
GATES = {1_000: 6.0, 10_000: 3.0, 100_000: 3.0}
RUNS = 5


class Cost(NamedTuple):
    """CPU seconds and the peak of memory in MiB."""

    cpu: float
    peak: float


def cost(*command: str) -> Cost:
    """Run a process to its end and read what it used."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measure(principals: int, folder: Path) -> tuple[float, Cost, Cost]:
    """The median ratio, and the median costs of auditing and of parsing."""
    details = str(write(principals, folder))
    scan = ("-m", "leastwise", "scan", "--snapshot", details, "--as-of", AS_OF, "-o", str(folder), "--quiet")
    pairs = [(cost(sys.executable, *scan), cost(sys.executable, "-c", PARSE, details)) for _ in range(RUNS)]
    ratio = statistics.median(audit.cpu / parse.cpu for audit, parse in pairs)
    audits, parses = zip(*pairs, strict=True)
    return ratio, _median(audits), _median(parses)


def _median(costs: tuple[Cost, ...]) -> Cost:
    return Cost(statistics.median(c.cpu for c in costs), max(c.peak for c in costs))


def main() -> int:
    """Print a row for each size; with --gate exit 1 when one is above its gate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("principals", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--gate", action="store_true")
    chosen = parser.parse_args()
    compileall.compile_dir(Path(leastwise.__file__).parent, quiet=1)
    failed = False
    print("principals   audit CPU s   parse CPU s   ratio   gate   audit MiB")
    for principals in chosen.principals:
        with tempfile.TemporaryDirectory() as folder:
            ratio, audit, parse = measure(principals, Path(folder))
        gate = GATES.get(principals)
        failed = failed or bool(gate and ratio > gate)
        seconds = f"{audit.cpu:>13.3f} {parse.cpu:>13.3f}"
        print(f"{principals:>10,} {seconds} {ratio:>7.1f} {gate or '-':>6} {audit.peak:>11.0f}")
    return int(failed and chosen.gate)


if __name__ == "__main__":
    sys.exit(main())
