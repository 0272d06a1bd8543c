"""`leastwise diff` on two audits of the demo account, a week apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

import leastwise.report
from demos import a_week_later, demo, keep, without
from leastwise.report.drift_json import DiffFile
from leastwise.report.published import schema
from report.golden import agrees
from terminal import AUDIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal import Said

    Cli = Callable[..., Said]

SCHEMA = Path(leastwise.report.__file__).parent / "schema" / "leastwise_diff.schema.json"
GROUPS = ("new", "changed", "fixed", "muted", "exempt", "not_assessed")


@pytest.fixture
def audited(cli: Cli, here: Path) -> Callable[..., str]:
    """Audit a snapshot; the path of the audit."""

    def audit_it(name: str, told: dict[str, Any], *flags: str) -> str:
        cli("scan", "--snapshot", keep(told, here / f"{name}.json"), "-q", "-o", name, *flags)
        return f"{name}/{AUDIT}"

    return audit_it


@pytest.fixture
def old(audited: Callable[..., str]) -> str:
    return audited("old", demo())


@pytest.fixture
def new(audited: Callable[..., str]) -> str:
    return audited("new", a_week_later())


def names(group: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(entry["check"], entry["principal_name"]) for entry in group}


def test_what_a_week_has_changed(cli: Cli, old: str, new: str) -> None:
    said = cli("diff", old, new, "--format", "json")
    assert (said.code, said.err) == (1, "")
    found = json.loads(said.out)
    assert list(Draft202012Validator(json.loads(SCHEMA.read_bytes())).iter_errors(found)) == []
    assert ("principal_with_admin_access", "writer-everywhere") in names(found["new"])
    assert ("principal_can_escalate", "self-putter") in names(found["fixed"])
    assert ("principal_with_power_user_access", "power") in names(found["exempt"])
    assert (found["muted"], found["not_assessed"], found["changed"]) == ([], [], [])
    assert {entry["principal_name"] for entry in found["paths"]["fixed"]} == {"self-putter"}
    assert {entry["principal_name"] for entry in found["paths"]["not_assessed"]} == {"power"}
    assert found["older"]["taken_at"] < found["newer"]["taken_at"]


def test_it_reads_well_at_eighty_columns(cli: Cli, old: str, new: str) -> None:
    said = cli("diff", old, new)
    assert said.code == 1
    lines = said.out.splitlines()
    assert lines[0] == "Account 123456789012: 4 new, 2 newly exempt, 2 fixed"
    assert "New: 4" in lines
    assert any("user/writer-everywhere: is a full administrator" in line for line in lines)
    assert max(map(len, lines)) <= 80
    assert cli("diff", old, new, "-q") == (1, "", "")
    assert cli("diff", old, new, "-q", "--format", "json").out == ""


def test_the_same_audit_twice_is_nothing_new(cli: Cli, old: str) -> None:
    said = cli("diff", old, old, "--fail-on", "info")
    assert said.code == 0
    assert said.out.startswith("Account 123456789012: nothing new\n")
    found = json.loads(cli("diff", old, old, "--format", "json").out)
    assert [found[group] for group in GROUPS] == [[]] * len(GROUPS)
    assert [group for group in found["paths"].values() if group] == []
    assert found["known"] == 47


@pytest.mark.parametrize(("fail_on", "code"), [("critical", 0), ("high", 1), ("info", 1), ("never", 0)])
def test_the_threshold_is_of_what_is_new(cli: Cli, old: str, new: str, fail_on: str, code: int) -> None:
    assert cli("diff", old, new, "-q", "--fail-on", fail_on).code == code


def test_a_denied_call_fixes_nothing(cli: Cli, old: str, audited: Callable[..., str]) -> None:
    blind = audited("blind", without(demo(), ["iam:GetCredentialReport"]))
    found = json.loads(cli("diff", old, blind, "--format", "json").out)
    assert ("user_without_mfa", "console-without-mfa") in names(found["not_assessed"])
    assert found["fixed"] == []
    assert "No longer assessed, so not known to be fixed" in cli("diff", old, blind).out
    assert (cli("diff", old, blind).code, cli("diff", old, blind, "--strict").code) == (0, 4)


def test_strict_is_content_with_what_was_all_judged(cli: Cli, here: Path, old: str, new: str) -> None:
    for file in (old, new):
        told = json.loads((here / file).read_bytes())
        told["coverage"] |= {"gaps": [], "unassessed": []}
        (here / file).write_text(json.dumps(told), encoding="utf-8")
    assert cli("diff", old, old, "--strict").code == 0
    assert cli("diff", old, new, "--strict").code == 4  # who has become exempt begins no path any more


def test_other_accounts_are_refused(cli: Cli, here: Path, old: str) -> None:
    other = json.loads((here / old).read_bytes())
    other["account"]["id"] = "999988887777"
    (here / "other.json").write_text(json.dumps(other), encoding="utf-8")
    said = cli("diff", old, "other.json")
    assert said.code == 2
    assert f"{old} is of account 123456789012, not of 999988887777" in said.err


def test_the_newer_one_comes_second(cli: Cli, old: str, new: str) -> None:
    said = cli("diff", new, old)
    assert said.code == 2
    assert "give one that is older" in said.err


def test_redacted_audits_are_refused(cli: Cli, old: str, audited: Callable[..., str]) -> None:
    hidden = audited("hidden", demo(), "--redact")
    assert "is redacted, so its findings cannot be found again" in cli("diff", old, hidden).err
    assert cli("diff", hidden, old).code == 2


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema_version": "9.0"}', "\x00\xff", "[" * 100_000])
def test_other_files_are_refused_in_one_line(cli: Cli, here: Path, old: str, text: str) -> None:
    (here / "bad.json").write_bytes(text.encode("latin-1"))
    for pair in ((old, "bad.json"), ("bad.json", old)):
        said = cli("diff", *pair)
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith("leastwise: error: bad.json: ")
        assert len(said.err.splitlines()) == 1
        assert "give the iam_security_audit.json of `leastwise scan`" in said.err


def test_a_snapshot_a_folder_and_nothing_are_no_audits(cli: Cli, here: Path, old: str) -> None:
    assert "give the iam_security_audit.json" in cli("diff", "old.json", old).err
    assert cli("diff", str(here), old).code == 2
    assert "cannot be read" in cli("diff", old, "nowhere.json").err


def test_names_that_a_terminal_would_act_upon_are_escaped(cli: Cli, here: Path, old: str) -> None:
    told = json.loads((here / old).read_bytes())
    for finding in told["findings"]:
        finding |= {"principal_name": "a\x1b[31m\u202eb\n|", "fingerprint": finding["fingerprint"][::-1]}
        finding["issue_description"] = "\x1b]0;gotcha\x07 \u202e <b>"
    (here / "hostile.json").write_text(json.dumps(told), encoding="utf-8")
    said = cli("diff", old, "hostile.json")
    assert {character for character in said.out if not character.isprintable()} == {"\n"}
    assert {c for c in cli("diff", old, "hostile.json", "--format", "json").out if not c.isprintable()} == {"\n"}


def test_the_shipped_schema_is_the_one_the_records_make() -> None:
    text = json.dumps(schema(DiffFile, "leastwise diff"), indent=2) + "\n"
    assert agrees(SCHEMA, text), f"LEASTWISE_RENEW=1 writes {SCHEMA.name} again"
    Draft202012Validator.check_schema(json.loads(text))
