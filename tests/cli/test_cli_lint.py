"""`leastwise lint` as a user meets it."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from leastwise.lint import all_rules
from world import allow, document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal import Said

    Cli = Callable[..., Said]

GOOD = document(allow("s3:GetObject", "arn:aws:s3:::b/*"))
SLIP = document(allow("s3:GetObjct", "arn:aws:s3:::b/*"))
BROKEN = document(allow("s3:GetObject", "arn:aws:s3:::b/*", Sid="not good"))
HOSTILE = "e\x1b[31m\u202e:,%\nve"


@pytest.fixture
def put(here: Path) -> Callable[[str, Any], str]:
    def write(name: str, policy: Any) -> str:
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(policy if isinstance(policy, str) else json.dumps(policy, indent=2))
        return name

    return write


Put = "Callable[[str, Any], str]"


def test_a_good_file_has_no_finding(cli: Cli, put: Any) -> None:
    said = cli("lint", put("good.json", GOOD))
    assert (said.code, said.out, said.err) == (0, "1 policy in 1 file: nothing found\n", "")


def test_a_finding_is_shown_with_its_line_and_a_caret(cli: Cli, put: Any) -> None:
    said = cli("lint", put("slip.json", SLIP))
    assert said.code == 0  # medium
    lines = said.out.splitlines()
    assert lines[0] == "slip.json:6:17: medium, conditional: unknown_action"
    code, caret = (next(line for line in lines if line.startswith(start)) for start in (" 6 |", "   | "))
    assert caret.index("^") == code.index('"s3:GetObjct"')
    assert caret.count("^") == len('"s3:GetObjct"')
    assert "   = Did you mean s3:GetObject?" in lines


def test_the_exit_codes(cli: Cli, put: Any) -> None:
    slip, broken = put("slip.json", SLIP), put("broken.json", BROKEN)
    assert cli("lint", broken).code == 1
    assert cli("lint", broken, "--fail-on", "never").code == 0
    assert cli("lint", slip, "--fail-on", "medium").code == 1
    assert cli("lint", broken, "--ignore", "bad_sid").code == 0
    assert cli("lint", broken, "--select", "unknown_action").code == 0


def test_what_cannot_be_read_never_passes(cli: Cli, put: Any) -> None:
    said = cli("lint", put("x.json", '{"a": 1,}'), "--select", "bad_sid", "--min-severity", "critical")
    assert said.code == 1
    assert "x.json:1:8: high: syntax" in said.out


def test_what_is_open_is_named_and_strict_about(cli: Cli, put: Any) -> None:
    made = {"Resources": {"X": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Ref": "Y"}}}}}
    name = put("template.json", {"AWSTemplateFormatVersion": "2010-09-09", **made})
    said = cli("lint", name)
    assert said.code == 0
    assert "template.json: not assessed: X: PolicyDocument is made by a function" in said.out
    assert cli("lint", name, "--strict").code == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name files or folders to lint, or give --stdin"),
        (("x.json", "--stdin"), "one of the two"),
        (("missing.json",), "there is no file missing.json"),
        (("no/*.json",), "no file matches no/*.json"),
        ((".", "--select", "bad_sit"), "did you mean bad_sid"),
        ((".", "--type", "trsut"), "trsut"),
    ],
)
def test_what_cannot_be_followed_is_told(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    told = cli("lint", *arguments)
    assert told.code == 2
    assert said in told.err


def test_a_folder_without_files_is_no_pass(cli: Cli, here: Path) -> None:
    (here / "empty").mkdir()
    said = cli("lint", "empty")
    assert said.code == 2
    assert "empty has no file that ends in .json" in said.err


def test_braces_and_brackets_are_no_placeholders_of_sarif(cli: Cli, put: Any) -> None:
    name = put("x.json", document(allow("s3:Get{0}[a](b)", "arn:aws:s3:::b/*")))
    (found,) = json.loads(cli("lint", name, "--format", "sarif").out)["runs"][0]["results"]
    assert "Get{{0}}\\[a\\](b)" in found["message"]["text"]


def test_folders_and_patterns(cli: Cli, put: Any) -> None:
    put("a/one.json", GOOD)
    put("a/b/two.yaml", "a: 1")
    put("a/node_modules/three.json", SLIP)
    put("a/readme.txt", "no policy")
    assert cli("lint", "a").out == "1 policy in 2 files (1 without any): nothing found\n"
    assert cli("lint", "a/**/*.json", "a/one.json", "--fail-on", "medium").code == 1


def test_standard_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(SLIP).encode())))
    assert "<stdin>:1:" in cli("lint", "--stdin").out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: [1")))
    assert "x.yaml:1:6: high: syntax" in cli("lint", "--stdin", "--stdin-filename", "x.yaml").out


def test_json(cli: Cli, put: Any) -> None:
    told = json.loads(cli("lint", put("slip.json", SLIP), "--format", "json").out)
    assert told["files"] == [{"file": "slip.json", "policies": 1, "not_assessed": []}]
    (found,) = told["findings"]
    assert (found["rule"], found["line"], found["column"], found["end_column"]) == ("unknown_action", 6, 17, 30)


def test_sarif(cli: Cli, put: Any) -> None:
    told = json.loads(cli("lint", put("a b.json", SLIP), "--format", "sarif").out)
    (run,) = told["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.id for rule in all_rules()]
    (found,) = run["results"]
    assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"] == "unknown_action"
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b.json"
    assert place["region"] == {"startLine": 6, "startColumn": 17, "endLine": 6, "endColumn": 30}
    assert found["partialFingerprints"]


def test_annotations_of_github(cli: Cli, put: Any) -> None:
    said = cli("lint", put("slip.json", SLIP), "--format", "github")
    assert said.out.startswith(
        "::warning file=slip.json,line=6,endLine=6,col=17,endColumn=30,title=medium%3A unknown_action::"
    )
    assert said.err == "1 policy in 1 file: 1 medium\n"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_hostile_names_stay_text(cli: Cli, put: Any, form: str) -> None:
    body = document({**allow(HOSTILE, HOSTILE), "Sid": HOSTILE, HOSTILE: HOSTILE})
    name = put("e\u202eve.json", json.dumps(body, ensure_ascii=False).replace("\x1b", "\\u001b").replace("\n", "\\n"))
    said = cli("lint", name, "--format", form)
    assert said.code == 1
    assert "\x1b" not in said.out
    if form != "sarif":
        assert "\u202e" not in said.out
    if form == "github":
        assert all(line.startswith("::") for line in said.out.splitlines())


def test_the_rules_are_listed_and_explained(cli: Cli) -> None:
    assert [line.split()[0] for line in cli("lint", "--rules").out.splitlines()] == [rule.id for rule in all_rules()]
    assert "Privilege escalation (high)" in cli("explain", "privilege_escalation").out
