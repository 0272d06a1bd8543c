"""The gates on start-up: `leastwise --version` and `--help`, measured against an interpreter that does nothing.

    python benchmarks/startup.py

CPU time, not the clock, and a ratio taken within one run, so that a slow or busy machine judges alike.
leastwise is compiled first, as it is once pip has installed it. Exits 1 beyond a gate.
"""

from __future__ import annotations

import compileall
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import leastwise

ROUNDS = 21
NOTHING = ("-c", "pass")
GATES = {"--version": 8.0, "--help": 12.0}  # times the CPU of an interpreter that does nothing


def main() -> int:
    """Measure, print, judge."""
    compileall.compile_dir(Path(leastwise.__file__).parent, quiet=1)
    medians = measure([NOTHING, *(("-m", "leastwise", option) for option in GATES)])
    floor = medians[NOTHING]
    print(f"python -c pass       {floor * 1000:6.1f} ms of CPU (median of {ROUNDS})")
    beyond = False
    for option, gate in GATES.items():
        ratio = medians["-m", "leastwise", option] / floor
        print(f"leastwise {option:<10} {ratio:6.2f} times that; the gate is {gate:g}")
        beyond |= ratio > gate
    return int(beyond)


def measure(commands: list[tuple[str, ...]]) -> dict[tuple[str, ...], float]:
    """The median CPU seconds of each command. They take turns, so that a busy minute falls on all alike."""
    spent: dict[tuple[str, ...], list[float]] = {command: [] for command in commands}
    for command in commands:
        cpu(command)  # fills the caches of the disk
    for _ in range(ROUNDS):
        for command in commands:
            spent[command].append(cpu(command))
    return {command: statistics.median(seconds) for command, seconds in spent.items()}


def cpu(command: tuple[str, ...]) -> float:
    """User and system seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
