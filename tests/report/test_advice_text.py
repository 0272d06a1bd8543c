"""Recommendations as a person reads them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from leastwise.advised import Counterexample, Grade, Proof, Source, Step, Tri, UseCounts
from leastwise.report.advice_text import LISTED, render
from leastwise.report.view import View
from leastwise.results import Change, Confidence, Recommendation, Subject
from report.documents import ANN, HOSTILE, advised, advising, plain
from report.sample import a_report

IAM = "arn:aws:iam::123456789012"
PROVEN = Proof(subset_of_current=Tri.YES, covers_observed=Tri.YES, observed=7, method="by the algebra")


def change(kind: str, before: str, after: str = "", pointer: str = "/Policies/0/Document/Statement/2") -> Change:
    return Change(
        kind=kind,
        document=f"{IAM}:policy/own",
        pointer=pointer,
        reason=f"because of {kind}",
        confidence=Confidence.CERTAIN,
        before=before,
        after=after,
    )


CHANGES = (
    change("escalation closed", "iam:* on *", "iam:PassRole removed"),
    change("scoped", "s3:* on *", "s3:* on arn:aws:s3:::x"),
    change("unused", "ec2:* on *", "ec2:Describe* on *"),
    change("policy removed", "old", pointer="/UserDetailList/0/UserPolicyList/1/PolicyDocument"),
)
FULL = advising(
    advised("own", replaces=f"{IAM}:policy/own"),
    changes=CHANGES,
    evidence=(
        Source(
            name="CloudTrail logs",
            first="2026-01-01T00:00:00Z",
            last="2026-04-30T00:00:00Z",
            days=120,
            sees=("management events",),
            gaps=("data events of s3",),
        ),
    ),
    use=UseCounts(used=3, unused_proven=1, unknown=996),
    grade=Grade.MEDIUM,
    grade_reasons=("120 days",),
    proof=replace(PROVEN, paths_closed=("ab" * 8,), paths_remaining=("cd" * 8, "ef" * 8)),
    plan=(Step(text="write own"), Step(text="look")),
    warnings=("look out",),
    affects=(f"{IAM}:role/other", "and 3 more"),
    aggressive=(change("unused", "sqs:* on *"),),
)


def shown(*advice: Recommendation, **more: object) -> str:
    return render(a_report(recommendations=advice), View(width=80, **more))  # type: ignore[arg-type]


def flat(*advice: Recommendation) -> str:
    return " ".join(shown(*advice).split())


def test_all_that_is_known_of_one_is_told() -> None:
    told = flat(FULL)
    for words in (
        "user/ann: risk 50, 2 actions today, 1 recommended (50 % fewer)",
        "removed iam:PassRole: because of escalation closed (policy/own /Statement/2)",
        "policy old: because of policy removed",
        "narrowed s3:* on * -> arn:aws:s3:::x: because of scoped",
        "ec2:* on * -> ec2:Describe* on *: because of unused",
        "kept in managed policy own, 90 of 6,144 characters: - s3:GetObject on arn:aws:s3:::x/*",
        "use 3 used, 1 proven unused, 996 unknown",
        "unknown sqs:* on *: because of unused (policy/own /Statement/2); --aggressive removes it",
        "evidence CloudTrail logs, 2026-01-01 to 2026-04-30, 120 days covered; sees management events",
        "blind CloudTrail logs: data events of s3",
        "worth medium; 120 days",
        "proof safe: grants nothing new, and it covers 7 permissions seen in use by the algebra",
        "paths ends 1, leaves 2",
        "plan 1. write own 2. look",
        "mind look out it meets others, too: role/other, and 3 more",
        "next leastwise recommend user/ann --format cli -o DIR",
    ):
        assert words in told


@pytest.mark.parametrize("subset", Tri)
@pytest.mark.parametrize("covers", Tri)
def test_safe_is_said_only_where_both_are_proven(subset: Tri, covers: Tri) -> None:
    told = flat(replace(FULL, proof=replace(PROVEN, subset_of_current=subset, covers_observed=covers)))
    both = subset is covers is Tri.YES
    assert ("proof safe:" in told) is both
    assert ("not called safe" in told) is not both
    assert ("0 of them proven safe" in told) is not both


def test_where_no_use_was_seen_none_is_said_to_be_covered() -> None:
    assert "safe: grants nothing new, and no use was seen" in flat(replace(FULL, proof=replace(PROVEN, observed=0)))


def test_a_long_name_leaves_room_for_what_is_said_of_it() -> None:
    long = Subject(f"{IAM}:user/{'x' * 64}", "x" * 64, ANN.kind)
    assert "xxx: risk 50, 2 actions today, 1 recommended (50 % fewer)\n" in shown(replace(FULL, subject=long))


def test_what_failed_is_told_with_its_example() -> None:
    failed = Counterexample(
        against="covers_observed", action="s3:PutObject", resource="arn:aws:s3:::x/y", note="seen twice"
    )
    told = flat(replace(FULL, proof=Proof(counterexamples=(failed,), reasons=("too many keys",))))
    assert "too many keys" in told
    assert "but covers_observed fails on s3:PutObject on arn:aws:s3:::x/y; seen twice" in told


def test_without_evidence_it_says_so_and_how_to_bring_some() -> None:
    told = flat(advising(advised("p"), changes=CHANGES[:1]))
    assert "evidence none of use; --evidence and --last-accessed bring some" in told
    assert "worth" not in told


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ("iam:PassRole removed", "removed iam:PassRole: because"),
        ("removed: 3 actions of s3", "removed 3 actions of s3: because"),
        ("removed", "removed iam:* on *: because"),
        ("", "removed iam:* on *: because"),
        ("iam:* on x", "narrowed iam:* on * -> x: because"),
        ("iam:Get* on *", "narrowed iam:* on * -> iam:Get* on *: because"),
        ("what was removed stays", "narrowed iam:* on * -> what was removed stays: because"),
    ],
)
def test_what_goes_and_what_shrinks_are_told_apart(after: str, words: str) -> None:
    assert words in flat(advising(changes=(change("unused", "iam:* on *", after),)))


def test_what_is_replaced_by_another_is_named() -> None:
    advice = advising(
        advised("a", replaces="arn:aws:iam::aws:policy/Big"),
        advised("b", kind="managed", replaces=f"{ANN.arn} inline policy long"),
        advised("c"),
        changes=CHANGES,
    )
    told = flat(advice)
    assert "in managed policy a instead of policy/Big, 90" in told
    assert "in managed policy b instead of user/ann inline policy long, 90" in told
    assert "in managed policy c, 90" in told


def test_who_has_nothing_to_change_is_told_so() -> None:
    told = flat(advising(warnings=("a full administrator",)))
    assert "nothing to change by what is known; it is allowed 2 actions" in told
    assert "a full administrator" in told


def test_of_many_there_is_a_table_and_the_worst_with_a_change_in_full() -> None:
    others = [advising(subject=Subject(f"{IAM}:user/u{n:02}", f"u{n:02}", ANN.kind)) for n in range(LISTED + 4)]
    told = shown(others[0], FULL, *others[1:])
    assert told.index("user/u00") < told.index("user/ann") < told.index("user/u01")
    assert f"user/u{LISTED - 2:02}" in told
    assert f"user/u{LISTED - 1:02}" not in told
    assert "user/ann: risk 50" in told
    assert "u00: risk" not in told
    assert "5 further principals" in told
    assert "leastwise recommend user/ann shows it in full" in " ".join(told.split())
    everything = shown(others[0], FULL, *others[1:], verbose=True)
    assert everything.count(": risk 50") == LISTED + 5
    assert "further" not in everything


def test_rows_of_a_kind_are_few_unless_all_are_wanted() -> None:
    advice = advising(changes=tuple(change("x", f"s3:Get{n}") for n in range(9)))
    assert "s3:Get5:" in shown(advice)
    assert "s3:Get6:" not in shown(advice)
    assert "and 3 more" in shown(advice)
    assert "s3:Get8:" in shown(advice, verbose=True)
    seven = replace(advice, changes=advice.changes[:7])
    assert "and 1 more" in shown(seven)


@pytest.mark.parametrize("width", [80, 140])
def test_it_fits_the_screen_and_nothing_hostile_reaches_it(width: int) -> None:
    trap = "e\x1b[31m\u202eve"
    advice = replace(
        advising(advised(trap, document=HOSTILE), changes=CHANGES, warnings=(trap,)),
        subject=Subject(f"{IAM}:user/{trap}", trap, ANN.kind),
        aggressive=(change("unused", trap, trap),),
    )
    told = render(a_report(recommendations=(advice, advice, advice, FULL)), View(width=width))
    assert max(map(len, told.splitlines())) <= width
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "a name in it is none that IAM accepts" in " ".join(told.split())


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ({"Effect": "Deny", "Action": ["a:B"], "Resource": "*"}, "- deny a:B on *"),
        ({"Effect": "Allow", "NotAction": "a:B", "NotResource": "x"}, "- all but a:B on all but x"),
        (
            {"Effect": "Allow", "Action": list("abcd"), "Resource": "*", "Condition": {"Bool": {}}},
            "a, b, c and 1 more on * where Bool",
        ),
    ],
)
def test_statements_are_told_in_words(statement: dict[str, object], words: str) -> None:
    for body in ([statement], statement):
        assert words in flat(advising(advised("p", document=plain() | {"Statement": body}), changes=CHANGES))


def test_an_account_without_principals_is_told_in_its_head() -> None:
    assert "advised   0 principals, 0 with changes" in render(replace(a_report(), recommendations=()))
