"""The console: first screen and findings table."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from leastwise.report.table import render
from leastwise.report.view import SCREEN, View
from leastwise.report.words import clamp, count, safe, short_arn, shorten, wrap
from leastwise.results import Confidence, Fix, Kind
from leastwise.unseen import MissingView, Unassessed
from report.golden import GOLDEN, agrees
from report.sample import (
    ADMIN,
    ANN,
    HOSTILE,
    a_report,
    an_empty_report,
    edge,
    finding,
    path,
    subject,
)

FILES = ("./iam_security_audit.json", "./least_privilege_recommendations.json")


def text(report: Any = None, **look: Any) -> str:
    return render(report or a_report(), View(files=FILES, **look))


def first_screen(shown: str) -> str:
    return shown.partition("SEVERITY  RISK")[0].rstrip() + "\n"


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("table-80.txt", View(files=FILES)),
        ("table-140.txt", View(width=140, files=FILES)),
        ("table-80-verbose.txt", View(files=FILES, verbose=True)),
        ("table-80-colour.txt", View(files=FILES, colour=True)),
    ],
)
def test_the_whole_text_reads_as_kept(name: str, look: View) -> None:
    assert agrees(GOLDEN / name, render(a_report(), look))


def test_an_empty_report_reads_as_kept() -> None:
    assert agrees(GOLDEN / "table-80-empty.txt", text(an_empty_report()))


@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
@pytest.mark.parametrize("verbose", [False, True])
def test_no_line_is_wider_than_asked_and_none_ends_in_spaces(width: int, *, verbose: bool) -> None:
    lines = text(width=width, verbose=verbose).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_wide_characters_keep_within_the_width() -> None:
    wide = subject(Kind.USER, "名前" * 40)
    shown = text(a_report(findings=(finding(wide, message="名前 " * 40),), paths=(path(wide, ADMIN),)))
    assert max(map(cell_len, shown.splitlines())) <= 80


def test_plain_text_is_ascii_without_a_single_escape() -> None:
    assert text().isascii()
    assert "\x1b" not in text(verbose=True)


def test_colour_changes_nothing_but_colour() -> None:
    coloured = text(colour=True)
    assert "\x1b[1;31mcritical" in coloured
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == text().splitlines()


@pytest.mark.parametrize("variable", ["NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE"])
def test_the_environment_changes_nothing(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = text(colour=True)
    monkeypatch.setenv(variable, "40")
    assert text(colour=True) == before


# the first screen


def change(number: int, text: str, *, verified: bool = True) -> Fix:
    """A change of a document, one of some that end more and more of 500 paths."""
    so_far = sum(range(number + 1))
    return Fix(
        id=f"fix:{number:016x}", text=text, ends_paths=number, ends_so_far=so_far, ends_of=500, ends_findings=0,
        subjects=(), verified=verified,
    )  # fmt: skip


def crowded() -> Any:
    """As much of everything as an account can bring."""
    people = [subject(Kind.ROLE, f"platform-continuous-deployment-production-eu-west-{n}-runner") for n in range(30)]
    hops = [[edge(who, ANN, "iam-update-assume-role-policy"), edge(ANN, ADMIN)] for who in people]
    long = "Narrow iam:PassRole in the policy of the deployment role to the roles which the pipeline needs " * 2
    return a_report(
        gaps=tuple(MissingView(call=f"s3control:GetPublicAccessBlock{n}", reason="AccessDenied") for n in range(40)),
        unassessed=tuple(Unassessed(check=f"principal_with_many_words_{n}", reason="a bug") for n in range(20)),
        paths=tuple(path(who, ADMIN, *pair) for who, pair in zip(people, hops, strict=True)),
        fixes=tuple(change(n, long) for n in range(30)),
        aliases=("an-alias-of-quite-some-length" * 2,),
    )


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("report", [a_report(), an_empty_report(), crowded()], ids=["rich", "empty", "crowded"])
def test_the_first_screen_has_at_most_forty_lines(report: Any, width: int) -> None:
    assert first_screen(text(report, width=width)).count("\n") <= SCREEN == 40


def test_the_first_screen_of_a_crowded_report_still_has_every_part() -> None:
    shown = first_screen(text(crowded()))
    for part in ("not seen", "not judged", "left out", "Risk ", "findings", "Worst of 30 paths", "Fix first", "next"):
        assert part in shown
    assert shown.count("proven ") == shown.count("--lambda-new-function--> role/admin: ") == 5
    assert shown.count("\n  ends ") == 4  # the first of them ends none
    assert "with next" in shown
    assert "and 25 changes more: leastwise fix shows all" in shown


def test_the_first_screen_says_how_fresh_and_how_complete_the_view_is() -> None:
    shown = first_screen(text())
    assert "account 123456789012 (acme-production)" in shown
    assert "2026-01-01 00:00 UTC, credential report 2025-12-31 22:10 UTC" in shown
    assert "live as user/auditor" in shown
    assert "3 calls gave no answer" in shown
    assert "s3:GetBucketPolicy (AccessDenied, 2 targets)" in shown
    assert "not judged   1 check: user_inactive" in shown
    assert "RCPs and session policies were not considered; SCPs were" in shown
    assert "complete" not in shown


def test_a_check_that_could_not_judge_single_subjects_is_not_shown_as_wholly_unjudged() -> None:
    some = tuple(Unassessed(check="bucket_open", reason="AccessDenied", target=t) for t in ("a", "b"))
    assert "bucket_open (2 subjects)" in text(a_report(unassessed=some))
    whole = (*some, Unassessed(check="bucket_open", reason="a bug"))
    assert "not judged   1 check: bucket_open\n" in text(a_report(unassessed=whole))


def test_paths_are_shown_once_for_each_start_and_only_those_that_escalate() -> None:
    shown = first_screen(text(width=140))
    assert "Worst of 3 paths to administrator, from 2 principals" in shown
    assert "proven       user/ann --lambda-new-function--> role/admin" in shown
    assert "-eu-west-1-runner --assume--> role/build --codebuild-change-project-->" in shown
    assert "iam-create-policy-version" not in shown
    assert "user/ben" not in shown


def test_no_path_is_said_with_the_doubt_it_deserves() -> None:
    assert "No path to administrator was found\n" in text(an_empty_report())
    assert "No path to administrator was found in what could be seen\n" in text(a_report(paths=(), external=()))


def test_paths_from_outside_are_counted_and_shown_where_there_are_no_others() -> None:
    assert "; 1 more from outside\n" in first_screen(text())
    assert "outside" not in first_screen(text(a_report(external=())))
    alone = first_screen(text(a_report(paths=())))
    assert "Worst of 1 path to administrator, all from outside\n" in alone
    assert "account 999988887777 --enter-account--> role/admin" in alone


def test_a_fix_says_what_it_ends() -> None:
    shown = first_screen(text(width=140))
    assert "Fix first: this change ends 2 of 3 paths (judged again on paper)" in shown
    assert "ends 2       Scope iam:PassRole" in shown
    assert "1 finding    Enrol an MFA device for ann" in shown


def test_changes_are_summed_up_and_those_that_were_not_judged_together_say_so() -> None:
    some = tuple(change(n, "Remove it", verified=False) for n in (1, 2, 3))
    assert "Fix first: these 3 changes end 6 of 500 paths (not judged together)" in text(a_report(fixes=some))


def test_without_a_change_of_a_document_nothing_is_summed_up() -> None:
    shown = text(a_report(fixes=(Fix(text="Enrol a device", ends_findings=2, subjects=()),)))
    assert "Fix first\n  2 findings   Enrol a device\n" in shown


def test_the_next_command_follows_from_what_was_found() -> None:
    assert "next         leastwise explain principal_can_escalate\n" in text()
    assert "leastwise permissions\n" in text(a_report(findings=()))
    assert "leastwise checks\n" in text(an_empty_report())


def test_nothing_is_advertised() -> None:
    assert "$" not in text(verbose=True)
    assert "http" not in text(verbose=True)


# the findings


def rows(shown: str) -> list[str]:
    return re.findall("^(?:critical|high|medium|low|info) .*$", shown.partition("SEVERITY  RISK")[2], re.MULTILINE)


def test_findings_come_in_the_reports_order_with_severity_and_risk_whole() -> None:
    found = [row.split()[:2] for row in rows(text(width=60))]
    assert found == [
        [f.severity.label, f"{f.risk}{'?' if f.confidence is Confidence.CONDITIONAL else ''}"]
        for f in a_report().findings
    ]


def test_an_issue_takes_at_most_three_lines() -> None:
    shown = text(a_report(findings=(finding(ANN, message="word " * 200),)))
    assert shown.partition("ISSUE\n")[2].count("\n") == 3
    assert shown.endswith("word word word ...\n")


def test_an_issue_does_not_repeat_the_name_beside_it() -> None:
    assert "user/ann                  signs in with a password alone" in text()


def test_a_question_mark_is_explained_only_where_one_is_shown() -> None:
    assert "? hangs on something" in text()
    assert "?" not in text(a_report(findings=(finding(ANN),), paths=()))


def test_rows_are_limited_and_the_rest_is_counted() -> None:
    many = a_report(findings=tuple(finding(subject(Kind.USER, f"user-{n}")) for n in range(1250)))
    assert len(rows(text(many))) == 200
    assert text(many).endswith("1,050 more findings are in iam_security_audit.json\n")
    assert len(rows(text(many, limit=3))) == 3
    everything = text(many, limit=None)
    assert len(rows(everything)) == 1250
    assert "more findings" not in everything


def test_details_name_the_evidence_the_assumptions_and_the_fix() -> None:
    shown = text(verbose=True)
    assert "evidence  policy/ann-policy /Statement/0 (Deploy): allows iam:PassRole on" in shown
    assert "if        iam:ListRoles could not be seen" in shown
    assert "severity  critical because the path ends at a full administrator" in shown
    assert "fix       Enrol an MFA device." in shown
    assert f"id        principal_can_escalate:{a_report().findings[0].fingerprint}" in shown
    assert "evidence" not in text()


def test_hostile_names_are_shown_and_do_nothing() -> None:
    who = subject(Kind.ROLE, HOSTILE)
    hop = edge(who, ADMIN, HOSTILE)
    shown = text(
        a_report(
            findings=(finding(who, message=f"about {HOSTILE}", assumes=(HOSTILE,), check=HOSTILE),),
            paths=(path(who, ADMIN, hop),),
            fixes=(Fix(text=HOSTILE, ends_paths=1, ends_findings=1, subjects=()),),
            aliases=(HOSTILE,),
            caller=HOSTILE,
            origin=HOSTILE,
            taken_at=HOSTILE,
            tool=HOSTILE,
            scores=replace(a_report().scores, reasons=(HOSTILE,)),
            inventory={HOSTILE: 1},
        ),
        verbose=True,
        width=120,
    )
    assert {c for c in shown if not c.isprintable()} == {"\n"}
    assert r"about \x1b[31mred\x1b[0m [bold]b[/bold]" in shown


def test_which_kinds_of_policy_were_left_out_and_which_not_is_said_where_there_are_such() -> None:
    assert "RCPs and session policies were not considered; SCPs were" in text(width=120)
    assert "were not considered\n" in text(a_report(layers_considered=(), notes=()), width=120)
    assert "left out" not in text(a_report(layers_considered=(), layers_not_considered=(), notes=()))


def test_what_did_not_come_from_the_account_is_said_on_the_first_screen() -> None:
    assert "; SCPs come from files, for these levels only: account\n" in text(width=160)


# words


@pytest.mark.parametrize(
    ("number", "nouns", "expected"),
    [
        (1, "policies", "1 policy"),
        (1, "users", "1 user"),
        (0, "users", "0 users"),
        (1200, "policies", "1,200 policies"),
    ],
)
def test_numbers_agree_with_their_nouns(number: int, nouns: str, expected: str) -> None:
    assert count(number, nouns) == expected


def test_unprintable_characters_become_escapes() -> None:
    assert safe("a\x1b[0m\u202eb\n\ud800\u200b é名") == r"a\x1b[0m\u202eb\n\ud800\u200b é名"


@pytest.mark.parametrize(
    ("width", "expected"), [(20, "abcdefghijklmno"), (15, "abcdefghijklmno"), (9, "abc...mno"), (4, "...o")]
)
def test_names_lose_their_middle(width: int, expected: str) -> None:
    assert shorten("abcdefghijklmno", width) == expected


def test_names_are_measured_in_cells() -> None:
    assert shorten("名前名前名前", 9) == "名...前"
    assert wrap("名前 名前 名前", 9) == ["名前 名前", "名前"]


def test_words_are_kept_whole_between_lines() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("x" * 20, 9) == ["xxx...xxx"]
    assert clamp("one two three four", 9, lines=2) == "one two\nthree ..."
    assert clamp("abcdefghijklmnopqrst uvw", 14, lines=1) == "abc...qrst ..."
    assert clamp("a b c d e f g", 5, lines=2) == "a b c\nd ..."


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::123456789012:role/teams/web/deploy", "role/deploy"),
        ("arn:aws:s3:::logs", "logs"),
        ("arn:aws:iam::123456789012:root", "root"),
        ("not an arn\n", r"not an arn\n"),
    ],
)
def test_an_arn_is_told_by_its_end(arn: str, expected: str) -> None:
    assert short_arn(arn) == expected


def test_rich_is_loaded_only_to_show_something() -> None:
    code = "import sys, leastwise.report.table as t; print([m for m in ('rich', 'boto3') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
