"""What reading CloudTrail logs as evidence costs, as a multiple of merely unpacking and parsing the same files.

    python benchmarks/evidence.py [EVENTS] [--workers N] [--even] [--gate]     # 100000 events unless told otherwise

Both are whole processes from start to exit, with the CPU seconds that the system counted, children included; the other
one unpacks each file with gzip and calls `orjson.loads`, the cyclic collector off.
Files are like those that S3 delivers: gzipped, a few thousand events each. Of the events a third name something that no
other names (an object, a log stream), and a few of the 150 roles make most of the calls, as in real logs. With --even
every kind of event and every role is equally frequent, so that fewer are alike.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from bisect import bisect
from pathlib import Path
from typing import Any, NamedTuple

ACCOUNTS = ("111122223333", "444455556666")
REGIONS = ("us-east-1", "eu-west-1")
PER_FILE = 4_000
GATE = 2.0
SHARES = (0.35, 0.5, 0.65, 0.8, 0.9, 0.95)
EVEN = tuple(number / 7 for number in range(1, 7))
"""Up to where, between 0 and 1, each kind of event goes."""
PARSE = """
import gc, gzip, orjson, sys, pathlib
from multiprocessing import get_context
gc.disable()
def parse(path):
    return len(orjson.loads(gzip.decompress(pathlib.Path(path).read_bytes()))["Records"])
if __name__ == "__main__":
    files = sorted(map(str, pathlib.Path(sys.argv[1]).rglob("*.json.gz")))
    workers = int(sys.argv[2])
    if workers > 1:
        with get_context("fork").Pool(workers) as pool:
            print(sum(pool.imap(parse, files)))
    else:
        print(sum(map(parse, files)))
"""
READ = """
import sys
from leastwise.collect.evidence.logs import read_logs
from leastwise.parallel import processes, serial
if __name__ == "__main__":
    workers = int(sys.argv[2])
    found = read_logs([sys.argv[1]], mapper=processes(workers) if workers > 1 else serial)
    print(found.coverage.events, len(found.observations), len(found.coverage.unmapped), len(found.coverage.faults))
"""


class Cost(NamedTuple):
    """CPU seconds, seconds on the clock, the peak of memory in MiB of the largest process, and what was printed."""

    cpu: float
    clock: float
    peak: float
    said: str


def call(  # noqa: PLR0911  one return for each kind of call
    chance: random.Random, shares: tuple[float, ...]
) -> tuple[str, str, dict[str, Any] | None, list[dict[str, Any]] | None, bool]:
    """Source, name, parameters, resources of one call, and whether it is a data event: many alike, some unique."""
    kind = bisect(shares, chance.random())
    number = chance.randrange(1 << 20)
    if kind == 0:
        names = ("DescribeInstances", "DescribeVpcs", "DescribeSubnets", "DescribeSecurityGroups", "DescribeImages")
        return "ec2", chance.choice(names), {"maxResults": 100, "filterSet": {}}, None, False
    if kind == 1:
        key = f"arn:aws:kms:us-east-1:{ACCOUNTS[0]}:key/{number % 20}"
        context = {"aws:s3:arn": f"arn:aws:s3:::data/{number % 500}"}
        shown = {"encryptionAlgorithm": "SYMMETRIC_DEFAULT", "encryptionContext": context}
        return "kms", "Decrypt", shown, [{"accountId": ACCOUNTS[0], "type": "AWS::KMS::Key", "ARN": key}], False
    if kind == 2:
        role = f"arn:aws:iam::{ACCOUNTS[0]}:role/app-{number % 40}"
        shown = {"roleArn": role, "roleSessionName": f"s-{number % 200}"}
        return "sts", "AssumeRole", shown, [{"accountId": ACCOUNTS[0], "type": "AWS::IAM::Role", "ARN": role}], False
    if kind == 3:
        bucket, path = f"data-{number % 9}", f"year=2026/month={number % 12}/part-{number}.parquet"
        held = [
            {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{path}"},
            {"accountId": ACCOUNTS[0], "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"},
        ]
        shown = {"bucketName": bucket, "Host": f"{bucket}.s3.amazonaws.com", "key": path}
        return "s3", chance.choice(("GetObject", "PutObject")), shown, held, True
    if kind == 4:
        shown = {"logGroupName": f"/aws/lambda/f{number % 50}", "logStreamName": f"2026/10/01/[$LATEST]{number:032x}"}
        return "logs", "CreateLogStream", shown, None, False
    if kind == 5:
        return "dynamodb", "DescribeTable", {"tableName": f"table-{number % 30}"}, None, False
    return "lambda", "GetFunction20150331v2", {"functionName": f"f{number % 60}"}, None, False


def record(chance: random.Random, number: int, *, even: bool) -> dict[str, Any]:
    """One event with everything that real ones carry."""
    source, name, parameters, resources, data = call(chance, EVEN if even else SHARES)
    account, role = ACCOUNTS[0], f"app-{chance.randrange(150) if even else int(chance.paretovariate(0.7)) % 150}"
    minute = number // 50 % 1440
    failed = {"errorCode": "AccessDenied", "errorMessage": "not authorized"} if chance.random() < 0.03 else {}
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE{role}:session-{number % 300}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/session-{number % 300}",
            "accountId": account,
            "accessKeyId": f"ASIA{chance.getrandbits(60):016X}",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": f"AROAEXAMPLE{role}",
                    "arn": f"arn:aws:iam::{account}:role/{role}",
                    "accountId": account,
                    "userName": role,
                },
                "attributes": {"creationDate": "2026-10-01T00:00:00Z", "mfaAuthenticated": "false"},
            },
        },
        "eventTime": f"2026-10-{1 + number // 72_000 % 28:02}T{minute // 60:02}:{minute % 60:02}:00Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": chance.choice(REGIONS),
        "sourceIPAddress": f"10.0.{number % 200}.7",
        "userAgent": "Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.12.1",
        **failed,
        "requestParameters": parameters,
        "responseElements": None,
        "additionalEventData": {"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256"},
        "requestID": f"{chance.getrandbits(128):032x}",
        "eventID": f"{chance.getrandbits(128):032x}",
        "readOnly": name.startswith(("Get", "Describe")),
        **({"resources": resources} if resources else {}),
        "eventType": "AwsApiCall",
        "managementEvent": not data,
        "recipientAccountId": account,
        "eventCategory": "Data" if data else "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "clientProvidedHostHeader": f"{source}.us-east-1.amazonaws.com"},
    }


def write(events: int, folder: Path, *, even: bool) -> int:
    """The files; gives the number of bytes they unpack to."""
    chance = random.Random(7)
    size = 0
    for start in range(0, events, PER_FILE):
        records = [record(chance, number, even=even) for number in range(start, min(events, start + PER_FILE))]
        text = json.dumps({"Records": records}, separators=(",", ":")).encode()
        size += len(text)
        (folder / f"{ACCOUNTS[0]}_CloudTrail_{start:09}.json.gz").write_bytes(gzip.compress(text, 6))
    return size


def cost(code: str, folder: Path, workers: int) -> Cost:
    """Run a script to its end and read what it and its children used."""
    script = folder / "script.py"
    script.write_text(code)
    before, started = os.times(), time.perf_counter()
    said = subprocess.run(
        [sys.executable, str(script), str(folder / "logs"), str(workers)], check=True, capture_output=True, text=True
    ).stdout.strip()
    after, clock = os.times(), time.perf_counter() - started
    used = after.children_user + after.children_system - before.children_user - before.children_system
    peak = said and resource_peak()
    return Cost(used, clock, peak or 0, said)


def resource_peak() -> float:
    """The largest child so far, in MiB."""
    import resource  # noqa: PLC0415  absent on Windows, where the rest still runs

    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> int:
    """Print the figures; with --gate exit 1 when the ratio is above its gate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int, nargs="?", default=100_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--even", action="store_true")
    parser.add_argument("--gate", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        size = write(chosen.events, folder / "logs", even=chosen.even)
        parse = cost(PARSE, folder, chosen.workers)
        read = cost(READ, folder, chosen.workers)
    ratio = read.cpu / parse.cpu
    print(f"{chosen.events:,} events, {size / 2**20:,.0f} MiB unpacked, {chosen.workers} worker(s)")
    print(f"unpack and parse {parse.cpu:>7.2f} s CPU {parse.clock:>7.2f} s on the clock  {parse.peak:>5.0f} MiB")
    print(f"evidence         {read.cpu:>7.2f} s CPU {read.clock:>7.2f} s on the clock  {read.peak:>5.0f} MiB")
    print(f"ratio {ratio:.2f} (gate {GATE}); events, observations, unmapped, faults: {read.said}")
    return int(chosen.gate and ratio > GATE)


if __name__ == "__main__":
    sys.exit(main())
