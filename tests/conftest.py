"""What must be true before anything is imported."""

from __future__ import annotations

import os

# moto reads this when it is imported: without it no AWS-managed policy exists and none can be attached.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")  # noqa: TID251  before anything of ours
