"""Make the demo snapshot: the fleet of the acceptance tests, collected from a mock account as a real one would be.

    python tools/demo.py

Run it when the fleet or the snapshot's form has changed, then `make docs` for the pages that show it. The mock account
gives its entities random ids, so two runs differ in those.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "src/leastwise/demo/snapshot.json.gz"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "demo",
    "AWS_SECRET_ACCESS_KEY": "demo",
    "AWS_EC2_METADATA_DISABLED": "true",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",  # read when moto is imported
}


def main() -> None:
    """Populate, collect, write."""
    os.environ.update(ENVIRONMENT)  # noqa: TID251  a mock account needs mock credentials
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

    import boto3  # noqa: PLC0415  after the environment is made
    from moto import mock_aws  # noqa: PLC0415  as above

    import fleet  # noqa: PLC0415  as above
    from leastwise.collect.live import collect_live  # noqa: PLC0415  as above
    from leastwise.snapshot import dumps  # noqa: PLC0415  as above

    with mock_aws():
        fleet.populate(lambda name: boto3.client(name, region_name="us-east-1"))
        snapshot = collect_live("us-east-1")
    SNAPSHOT.write_bytes(dumps(snapshot, compress=True))
    print(f"{SNAPSHOT.relative_to(ROOT)}: {SNAPSHOT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
