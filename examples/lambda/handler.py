"""An audit on a schedule, as an AWS Lambda function: the account of its role, the files to a bucket.

An audit that cannot be made ends as an error of the function, so that an alarm on its errors tells of it.
"""

from __future__ import annotations

import os
from typing import Any

import boto3

import leastwise
from leastwise.report import files_of

FORMATS = ("markdown", "html")


def handler(_event: object, _context: object) -> dict[str, Any]:
    """Audit, keep the files under `ACCOUNT/TIME/`, and return what a log or an alarm would look at."""
    bucket = os.environ["RESULTS_BUCKET"]
    report = leastwise.audit(leastwise.collect())
    place = f"{report.account}/{report.taken_at}"
    s3 = boto3.client("s3")
    for file in files_of(FORMATS):
        s3.put_object(Bucket=bucket, Key=f"{place}/{file.name}", Body=b"".join(file.render(report)))
    return {
        "account": report.account,
        "results": f"s3://{bucket}/{place}/",
        "complete": report.complete,
        "risk": report.scores.risk,
        "findings": {severity.label: count(report, severity) for severity in leastwise.Severity},
    }


def count(report: leastwise.Report, severity: leastwise.Severity) -> int:
    """How many findings there are of the severity."""
    return sum(finding.severity is severity for finding in report.findings)
