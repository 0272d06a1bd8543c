"""The gates on start-up: `leastwise --version` and `--help`, measured against an interpreter that does nothing.

    python benchmarks/startup.py

CPU time, not the clock, and a ratio taken within one run, so that a slow or busy machine judges alike.
Exits 1 beyond a gate.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

ROUNDS = 21
NOTHING = ("-c", "pass")
GATES = {"--version": 8.0, "--help": 12.0}  # times the CPU of an interpreter that does nothing


def main() -> int:
    """Measure, print, judge."""
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
        cpu(command)  # fills the caches of the disk and of compiled modules
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
