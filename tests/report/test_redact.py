"""Reports about others: nothing that names anybody is left, and all that is said still holds together."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from leastwise.audit import Options, audit
from leastwise.behind import Backdrop, PolicyText
from leastwise.report import advice_json, audit_json, html
from leastwise.report.advice_json import AdviceFile
from leastwise.report.audit_json import AuditFile
from leastwise.report.published import schema
from leastwise.report.redact import redact
from leastwise.results import Evidence, Kind, Report, Subject
from leastwise.snapshot import loads
from report.sample import a_report, an_empty_report, finding, subject

ID = "AIDAJQABLZS4A3QDU576Q"


@cache
def demo() -> Report:
    data = files("leastwise").joinpath("demo/snapshot.json.gz").read_bytes()
    return audit(loads(data), Options(backdrop=True))


def told(report: Report) -> str:
    """All that is written of it."""
    made = (audit_json, advice_json, html)
    return "\n".join(b"".join(each.render(report)).decode() for each in made)


def about(message: str, *, who: Subject | None = None, document: dict[str, object] | None = None) -> Report:
    """A report with one finding and one document."""
    one = finding(who or subject(Kind.USER, "ann.lee"), message=message)
    text = PolicyText(arn=one.subject.arn, name="x", kind="inline", at="", body=document or {"Statement": []})
    return replace(an_empty_report(), findings=(one,), backdrop=Backdrop(documents=(text,), portraits=()))


def message(report: Report) -> str:
    return redact(report).findings[0].message


def test_nobody_of_the_demo_account_is_named() -> None:
    report = demo()
    text = told(redact(report))
    names = {p.arn.rpartition("/")[2] for p in report.backdrop.portraits} if report.backdrop else set()
    names |= {f.subject.name for f in report.findings if f.subject.kind is not Kind.ACCOUNT}
    kept = {"anyone", "OrganizationAccountAccessRole", *(n for n in names if n.startswith("AWSServiceRoleFor"))}
    plain = told(report)
    for title in {f.title for f in report.findings} | {edge.title for path in report.paths for edge in path.edges}:
        text = text.replace(title, "")  # these are our words
    assert len(names - kept) > 40
    for name in names - kept:
        bounded = re.compile(rf"(?<=[\"/:= ']){re.escape(name)}(?=[\"/: ,.'])")
        assert bounded.search(plain), name
        assert not bounded.search(text.partition("<!doctype html>")[0]), name
    assert "123456789012" not in text
    assert "999988887777" not in text


@pytest.mark.parametrize("report", [a_report(), an_empty_report(), demo()], ids=["rich", "empty", "demo"])
def test_it_is_still_a_report(report: Report) -> None:
    other = redact(report)
    for made, record in ((audit_json, AuditFile), (advice_json, AdviceFile)):
        document = json.loads(b"".join(made.render(other)))
        assert list(Draft202012Validator(schema(record, "x")).iter_errors(document)) == []
    assert [f.check for f in other.findings] == [f.check for f in report.findings]
    assert [p.verdict for p in other.paths] == [p.verdict for p in report.paths]
    assert len({f.subject for f in other.findings}) == len({f.subject for f in report.findings})
    assert redact(report) == other


def test_ids_still_lead_to_each_other_and_are_no_hashes_of_names() -> None:
    report, other = demo(), redact(demo())
    known = {path.fingerprint for path in other.paths}
    assert sum(len(fix.paths) for fix in other.fixes) == sum(len(fix.paths) for fix in report.fixes) > 0
    assert all(set(fix.paths) <= known for fix in other.fixes)
    ids = {f.fingerprint for f in (*report.findings, *(s.finding for s in report.suppressed))}
    ids |= {p.fingerprint for p in (*report.paths, *report.external)} | {fix.id[4:] for fix in report.fixes}
    assert not [one for one in ids if one in told(other)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("ann.lee signs in", "user-1 signs in"),
        ("so does ann.lee.", "so does user-1."),
        ("ann.leeward does not, nor does joann.lee", "ann.leeward does not, nor does joann.lee"),
        ("--user-name=ann.lee,bob", "--user-name=user-1,bob"),
        ("arn:aws:iam::123456789012:user/ann.lee", "arn:aws:iam::000000000001:user/user-1"),
        ("of 111122223333 and 123456789012", "of 000000000002 and 000000000001"),
        ("1234567890123 is no account", "1234567890123 is no account"),
        (f"{ID} in o-abcdef1234", "id-1 in id-2"),
        ("arn:aws:s3:::pay-roll/2024/x.csv, ann", "arn:aws:s3:::bucket-1/2024/path-1, ann"),
        ("arn:aws:iam::123456789012:role/teams/hr/lead: hr", "arn:aws:iam::000000000001:role/path-1/path-2/role-1: path-2"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("arn:aws:iam::123456789012:user/user is a user", "arn:aws:iam::000000000001:user/user is a user"),
        ("arn:aws:lambda:*:*:function:*, a function", "arn:aws:lambda:*:*:function:*, a function"),
        ("arn:aws:sqs:eu-west-1:123456789012:orders", "arn:aws:sqs:eu-west-1:000000000001:name-1"),
        ("arn:aws:lambda:*:123456789012:function:pay-*", "arn:aws:lambda:*:000000000001:function:name-1-*"),
    ],
)  # fmt: skip
def test_names_are_found_wherever_they_stand(said: str, expected: str) -> None:
    report = about(said)
    (one,) = report.findings
    alone = replace(report, findings=(replace(one, evidence=(Evidence(document=one.subject.arn),)),), caller="")
    assert message(alone) == expected


def test_names_with_letters_that_no_name_has_are_found_too() -> None:
    who = Subject("arn:aws:iam::123456789012:user/x", "ann (the <boss>)", Kind.USER)
    assert message(about("tell ann (the <boss>) so", who=who)) == "tell user-1 so"


def test_documents_lose_their_names_and_keep_their_sense() -> None:
    statement = {
        "Sid": "LetVendorIn",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999988887777:root", "Service": "lambda.amazonaws.com"},
        "Action": ["sts:AssumeRole", "s3:GetObject"],
        "Condition": {"StringEquals": {"sts:ExternalId": "x-42-secret"}, "Bool": {"aws:SecureTransport": "true"}},
    }
    other = redact(about("the external id is x-42-secret", document={"Statement": [statement]}))
    assert other.backdrop is not None
    assert other.backdrop.documents[0].body["Statement"] == [
        {
            "Sid": "statement-1",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::000000000002:root", "Service": "lambda.amazonaws.com"},
            "Action": ["sts:AssumeRole", "s3:GetObject"],
            "Condition": {"StringEquals": {"sts:ExternalId": "value-1"}, "Bool": {"aws:SecureTransport": "true"}},
        }
    ]
    assert other.findings[0].message == "the external id is value-1"


def test_words_of_the_policies_of_aws_stay_unless_somebody_is_called_so() -> None:
    body: dict[str, object] = {
        "Statement": [{"Sid": "Pass", "Effect": "Allow", "Resource": "arn:aws:iam::*:role/service/*SageMaker*"}]
    }
    aws = PolicyText(arn="arn:aws:iam::aws:policy/X", name="X", kind="managed", at="", body=body)
    pointer = Evidence(document=aws.arn, sid="Pass", note="passes arn:aws:iam::*:role/service/*SageMaker*")
    for name, note in (("ann", pointer.note), ("SageMaker", "passes arn:aws:iam::*:role/service/*user-1*")):
        one = replace(finding(subject(Kind.USER, name)), evidence=(pointer,))
        other = redact(replace(an_empty_report(), findings=(one,), backdrop=Backdrop(documents=(aws,), portraits=())))
        assert other.findings[0].subject.name == "user-1"
        assert other.findings[0].evidence[0].note == note
        assert other.findings[0].evidence[0].sid == "Pass"


def test_conditions_keep_what_names_nobody() -> None:
    tests = {
        "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-gov-east-1"], "aws:PrincipalTag/team": "crypto"},
        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
    }
    other = redact(about("in eu-west-1", document={"Statement": {"Condition": tests}}))
    assert other.findings[0].message == "in eu-west-1"
    assert other.backdrop is not None
    assert other.backdrop.documents[0].body["Statement"] == {
        "Condition": {
            "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-gov-east-1"], "aws:PrincipalTag/team": "value-1"},
            "IpAddress": {"aws:SourceIp": "value-2/24"},
            "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
        }
    }
