"""The program. `--version` is answered before anything is imported; the rest is `cli`."""

from __future__ import annotations

import sys

from leastwise._version import __version__


def main() -> None:
    """Run this process's command line."""
    if sys.argv[1:] == ["--version"]:
        print(f"leastwise {__version__}")
        return
    from leastwise.cli.process import run  # noqa: PLC0415  everything else is dearer than the version

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
