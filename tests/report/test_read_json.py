"""The published files read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from leastwise.errors import SnapshotError
from leastwise.report import advice_json, audit_json
from leastwise.report.read_json import advice_of, audit_of
from report.sample import a_report, an_empty_report

if TYPE_CHECKING:
    from leastwise.results import Report


def audit_text(report: Report) -> bytes:
    return b"".join(audit_json.render(report))


def advice_text(report: Report) -> bytes:
    return b"".join(advice_json.render(report))


@pytest.mark.parametrize("report", [a_report(), an_empty_report()], ids=["rich", "empty"])
def test_what_was_read_is_written_again_byte_by_byte(report: Report) -> None:
    read = advice_of(advice_text(report), audit_of(audit_text(report)))
    assert audit_text(read) == audit_text(report)
    assert advice_text(read) == advice_text(report)
    assert read.recommendations == report.recommendations
    assert (read.scores, read.gaps, read.unassessed) == (report.scores, report.gaps, report.unassessed)
    assert [path.fingerprint for path in read.paths] == [path.fingerprint for path in report.paths]


def test_without_the_other_file_there_are_no_recommendations() -> None:
    assert audit_of(audit_text(a_report())).recommendations == ()


def test_recommendations_of_another_audit_are_refused() -> None:
    report = a_report()
    other = replace(report, taken_at="2026-01-02T00:00:00Z")
    with pytest.raises(SnapshotError, match="of another audit: 123456789012, 2026-01-02"):
        advice_of(advice_text(other), report)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": "2.0"}, "its schema is 2.0, and this version reads 1.x: audit again"),
        ({"account": {"id": "12", "partition": "aws"}}, "it is not what an audit writes: Expected `str` matching"),
        ({"surprise": 1}, "contains unknown field `surprise`"),
        ({"findings": [{}]}, "missing required field `principal_name`"),
    ],
)
def test_what_is_no_audit_is_told_apart(change: dict[str, Any], words: str) -> None:
    text = json.dumps(json.loads(audit_text(a_report())) | change).encode()
    with pytest.raises(SnapshotError) as refused:
        audit_of(text)
    assert words in str(refused.value)


@pytest.mark.parametrize("text", [b"", b"{}", b"\xff\xfe", b"[]", b"[" * 100_000, b"null"])
def test_rubbish_is_refused(text: bytes) -> None:
    for read in (audit_of, lambda rubbish: advice_of(rubbish, a_report())):
        with pytest.raises(SnapshotError, match="it is not what an audit writes"):
            read(text)


@pytest.mark.parametrize(("field", "word"), [("severity", "awful"), ("principal_type", "robot"), ("impact", "some")])
def test_unknown_words_are_refused(field: str, word: str) -> None:
    file = json.loads(audit_text(a_report()))
    file["findings"][0][field] = word
    with pytest.raises(SnapshotError, match="a word that this version does not know"):
        audit_of(json.dumps(file).encode())


def test_unknown_words_of_a_recommendation_are_refused() -> None:
    file = json.loads(advice_text(a_report()))
    file["recommendations"][0]["confidence"] = "maybe"
    with pytest.raises(SnapshotError, match="a word that this version does not know"):
        advice_of(json.dumps(file).encode(), a_report())
