"""Texts and files kept beside the tests and read in review.

`LEASTWISE_RENEW=1 pytest tests/report` writes them again from what the code says now.
"""

from __future__ import annotations

import os
from pathlib import Path

RENEW = "LEASTWISE_RENEW" in os.environ  # noqa: TID251  a flag for developers
GOLDEN = Path(__file__).parents[1] / "golden" / "report"


def agrees(file: Path, text: str) -> bool:
    """Whether the file holds exactly the text."""
    if RENEW:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    return file.read_bytes().decode() == text
