"""What must be true before anything is imported, and how the laws are tried.

The gate tries the same examples on every run, so that it fails for a reason and not by luck. To look for new ones:
`pytest --hypothesis-profile=explore tests`.
"""

from __future__ import annotations

import os

from hypothesis import settings

# moto reads this when it is imported: without it no AWS-managed policy exists and none can be attached.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")  # noqa: TID251  before anything of ours

settings.register_profile("gate", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2_000)
settings.load_profile("gate")
