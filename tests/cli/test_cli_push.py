"""`leastwise push security-hub`: what Security Hub is told, what it refuses, and how that ends."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from msgspec.structs import replace

from leastwise.report import asff
from leastwise.results import Severity
from report.hostile import HIDDEN, a_hostile_report
from report.sample import ANN, a_report, an_empty_report, finding
from servers import Fault, Reply, Request, clean_aws_environment, faulty, moto_server
from terminal import AUDIT, Said, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Cli = Callable[..., Said]

PUSH = ("push", "security-hub", AUDIT)
WHERE = ("--region", "eu-west-1")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    clean_aws_environment(monkeypatch)
    with moto_server() as url:
        yield url


@pytest.fixture
def audit(cli: Cli, bad: str, here: Path) -> dict[str, Any]:
    cli("scan", "-q", "--snapshot", bad)
    told: dict[str, Any] = json.loads((here / AUDIT).read_bytes())
    return told


def answering(told: dict[str, Any], status: int) -> Fault:
    def reply(_: Request, __: Reply) -> Reply:
        return Reply(status, json.dumps(told).encode(), "application/json")

    return Fault("BatchImportFindings", "reply", reply=reply)


def test_security_hub_holds_each_finding_once(cli: Cli, hub: str, audit: dict[str, Any]) -> None:
    number = len(audit["findings"])
    for _ in range(2):
        said = cli(*PUSH, *WHERE, "--endpoint-url", hub)
        assert said == (0, f"{number} of {number} findings imported into Security Hub, eu-west-1\n", "")
    client = boto3.client("securityhub", region_name="eu-west-1", endpoint_url=hub)
    held = client.get_findings(MaxResults=100)["Findings"]
    ids = {f"leastwise/{audit['account']['id']}/{one['check']}:{one['fingerprint']}" for one in audit["findings"]}
    assert sorted(one["Id"] for one in held) == sorted(ids)


def test_what_was_not_imported_is_named(cli: Cli, hub: str, audit: dict[str, Any]) -> None:
    number = len(audit["findings"])
    failed = {"Id": "leastwise/x\x1b[31m", "ErrorCode": "InvalidInput", "ErrorMessage": "no such account"}
    told = {"SuccessCount": number - 1, "FailedCount": 1, "FailedFindings": [failed]}
    with faulty(hub, [answering(told, 200)]) as proxy:
        said = cli(*PUSH, *WHERE, "--endpoint-url", proxy.url)
    assert said.code == 3
    assert said.err == "not imported: leastwise/x\\x1b[31m: InvalidInput: no such account\n"
    assert said.out.startswith(f"{number - 1} of {number} findings imported")


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("AccessDeniedException", 403, "AWS denied securityhub:BatchImportFindings"),
        ("InvalidAccessException", 401, "enable it there, or give another --region"),
        ("InvalidInputException", 400, "took none of a batch"),
        ("ExpiredTokenException", 403, "have expired"),
    ],
)
def test_a_refusal_says_what_to_do(
    cli: Cli, hub: str, audit: dict[str, Any], *, code: str, status: int, words: str
) -> None:
    assert audit["findings"]
    with faulty(hub, [answering({"__type": code, "Message": "no"}, status)]) as proxy:
        said = cli(*PUSH, *WHERE, "--endpoint-url", proxy.url)
    assert (said.code, said.out) == (3, "")
    assert words in said.err


def test_a_dry_run_prints_the_batches_without_boto3(
    cli: Cli, audit: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    clean_aws_environment(monkeypatch)
    monkeypatch.setitem(sys.modules, "boto3", None)
    said = cli(*PUSH, *WHERE, "--dry-run")
    assert (said.code, said.err) == (0, "")
    assert [len(batch) for batch in json.loads(said.out)] == [len(audit["findings"])]
    said = cli(*PUSH, "--dry-run")
    assert (said.code, said.out) == (2, "")
    assert "give --region too" in said.err


def test_a_redacted_audit_is_refused(cli: Cli, bad: str) -> None:
    cli("scan", "-q", "--redact", "--snapshot", bad)
    said = cli(*PUSH, *WHERE, "--dry-run")
    assert (said.code, said.out) == (2, "")
    assert "is redacted" in said.err


@pytest.mark.parametrize("words", [("push",), ("push", "nowhere"), ("push", "security-hub", "no.json")])
def test_what_cannot_be_done_is_exit_code_2(here: Path, words: tuple[str, ...]) -> None:
    said = run(*words, cwd=here)
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert "shows the usage" in said.err or "give what" in said.err
    assert "Options:" not in said.err


# the format


def test_batches_keep_their_limits_and_lose_nothing() -> None:
    many = tuple(replace(finding(ANN), fingerprint=f"{number:016x}") for number in range(250))
    plain = a_report(findings=many, suppressed=(), gaps=(), unassessed=())
    assert [len(batch) for batch in asff.batches(plain, "eu-west-1")] == [100, 100, 50]
    long = tuple(replace(one, message="é" * 5000, fix=("é" * 5000,)) for one in many)
    made = list(asff.batches(a_report(findings=long, suppressed=(), gaps=(), unassessed=()), "eu-west-1"))
    assert max(len(json.dumps(batch)) for batch in made) <= 240_000
    assert len({one["Id"] for batch in made for one in batch}) == 250
    assert list(asff.batches(an_empty_report(), "eu-west-1")) == []


def test_hostile_and_long_texts_are_inert_and_fit() -> None:
    for one in asff.render(a_hostile_report("\x1b[31m\u202ex" * 3000), "eu-west-1"):
        assert not HIDDEN.search(json.dumps(one, ensure_ascii=False))
        assert (len(one["Title"]) <= 256, len(one["Description"]) <= 1024) == (True, True)
        assert all(len(each["Id"]) <= 512 for each in one["Resources"])
        assert len(one.get("Remediation", {}).get("Recommendation", {}).get("Text", "")) <= 512
        assert all(len(text) <= 2048 for text in one.get("ProductFields", {}).values())


def test_what_was_set_aside_is_archived_and_what_was_not_seen_is_told() -> None:
    report = a_report()
    made = list(asff.render(report, "eu-west-1"))
    states = [*["ACTIVE"] * len(report.findings), *["ARCHIVED"] * len(report.suppressed), "ACTIVE"]
    assert [one["RecordState"] for one in made] == states
    assert made[-1]["GeneratorId"] == "leastwise/unseen"
    assert made[-1]["Severity"] == {"Label": "INFORMATIONAL"}
    assert {one["UpdatedAt"] for one in made} == {"2026-01-01T00:00:00+00:00"}
    labels = {Severity.CRITICAL: "CRITICAL", Severity.INFO: "INFORMATIONAL"}
    for severity, label in labels.items():
        (told,) = asff.render(
            a_report(findings=(replace(finding(ANN), severity=severity),), suppressed=(), gaps=(), unassessed=()), "r"
        )
        assert told["Severity"]["Label"] == label
        assert re.fullmatch(r"arn:aws:securityhub:r:(\d{12}):product/\1/default", told["ProductArn"])
        assert told["Resources"] == [{"Type": "AwsIamUser", "Id": ANN.arn}]
