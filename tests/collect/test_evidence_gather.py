"""Evidence by the words in which it is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from events import a_record
from leastwise.collect.evidence.gather import gather
from leastwise.collect.evidence.spec import KINDS, Spec, parse
from leastwise.collect.options import Options
from leastwise.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from leastwise.collect.progress import Progress


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log file with one event."""
    path = tmp_path / "a=b.json"
    path.write_text(json.dumps({"Records": [a_record("ec2:DescribeVpcs", {})]}))
    return path


def test_places_of_one_kind_are_one_source(log: Path, tmp_path: Path) -> None:
    (tmp_path / "more.json").write_text(log.read_text())
    told: list[Progress] = []
    (found,) = gather([f"cloudtrail={log}", Spec("cloudtrail", str(tmp_path))], Options(progress=told.append))
    assert (found.coverage.files, found.coverage.events) == (2, 2)
    assert told


def test_nothing_asked_is_nothing_gathered() -> None:
    assert gather([]) == ()


@pytest.mark.parametrize("text", ["cloudtrial=x", "", "=x", "CloudTrail=x", "logs"])
def test_an_unknown_kind_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(UsageError, match="is no kind of evidence: write cloudtrail=") as said:
        parse(text)
    assert all(kind in str(said.value) for kind in KINDS)


@pytest.mark.parametrize("text", ["cloudtrail", "cloudtrail=", "cloudtrail= "])
def test_a_kind_without_its_place_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="does not say where: write cloudtrail="):
        parse(text)


def test_a_place_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no"):
        gather([f"cloudtrail={tmp_path / 'nowhere'}"])


@pytest.mark.parametrize("text", ["trails=x", "lookup-events=eu-west-1", "access-analyzer=arn"])
def test_a_kind_that_takes_no_place_refuses_one(text: str) -> None:
    with pytest.raises(UsageError, match="so nothing follows: leave out ="):
        parse(text)


@pytest.mark.parametrize(
    ("text", "live"), [("cloudtrail=folder", False), ("cloudtrail=s3://b/p", True), ("trails", True)]
)
def test_some_sources_ask_an_account(text: str, live: bool) -> None:
    assert parse(text).live is live
