"""SCPs and RCPs from files: shapes, levels, and what the snapshot then says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leastwise.account.build import build
from leastwise.account.guardrails import ATTACHED, POLICY, RCP, SCP
from leastwise.collect.guardrails import read_guardrails, with_guardrails
from leastwise.errors import SnapshotError, UsageError
from leastwise.snapshot import Gap, Snapshot, dumps, loads
from world import ACCOUNT, World, allow, an_account, deny, document

ALL = document(allow("*"))
NO_IAM = document(deny("iam:*"))
GUARD = document(deny("s3:*", Principal="*"))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, content: Any) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return name


def described(content: Any, **more: str) -> dict[str, Any]:
    """What `aws organizations describe-policy` prints."""
    summary = {
        "Id": "p-1",
        "Arn": "arn:aws:organizations::1:policy/o-1/service_control_policy/p-1",
        "Name": "fence",
        "Type": SCP,
    }
    return {"Policy": {"PolicySummary": {**summary, **more}, "Content": content}}


def member() -> World:
    return an_account().organization()


def given(snapshot: Snapshot, *places: str, kind: str = SCP) -> Snapshot:
    return with_guardrails(snapshot, read_guardrails(places, kind), kind)


def names(snapshot: Snapshot, kind: str = SCP) -> list[list[str]] | None:
    account = build(snapshot)
    levels = account.scps if kind == SCP else account.rcps
    return None if levels is None else [[found.name for found in level] for level in levels]


# files


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (ALL, "fence-file"),
        ("\ufeff" + json.dumps(ALL), "fence-file"),
        ({"Version": "2012-10-17", "Statement": allow("*")}, "fence-file"),
        (described(json.dumps(ALL)), "fence"),
        (described(ALL), "fence"),
        ({"Policy": {"Content": json.dumps(ALL)}}, "fence-file"),
    ],
)
def test_shapes_of_a_file(content: Any, name: str) -> None:
    (found,) = read_guardrails([put("fence-file.json", content)], SCP)
    assert (found.level, found.name) == ("account", name)
    assert [statement.allows for statement in found.policy.statements] == [True]


def test_a_folder_stands_for_its_json_files_in_order() -> None:
    put("fences/b.json", NO_IAM), put("fences/a.json", ALL), put("fences/README.md", "not this")
    assert [(one.name, one.level) for one in read_guardrails(["fences@root"], SCP)] == [("a", "root"), ("b", "root")]


@pytest.mark.parametrize(
    ("place", "level"),
    [
        ("a.json", "account"),
        ("a.json@account", "account"),
        ("a.json@root", "root"),
        ("a.json@r-ab12", "r-ab12"),
        ("a.json@ou-ab12-cd34ef56", "ou-ab12-cd34ef56"),
        (f"a.json@{ACCOUNT}", ACCOUNT),
        ("at@home/a.json", "account"),
        ("at@home/a.json@root", "root"),
        ("me@root", "account"),
        ("me@root@ou-x", "ou-x"),
    ],
)
def test_the_level_follows_the_last_at_sign_that_is_no_part_of_the_name(place: str, level: str) -> None:
    put("a.json", ALL), put("at@home/a.json", ALL), put("me@root", ALL)
    assert [one.level for one in read_guardrails([place], SCP)] == [level]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("missing.json", "there is no file or folder missing.json"),
        ("missing.json@root", "there is no file or folder missing.json"),
        ("a.json@acount", "a.json@acount: there is no such file, and 'acount' is no level"),
        ("a.json@", "'' is no level"),
        ("empty", "the folder empty holds no .json file"),
    ],
)
def test_a_place_that_leads_nowhere(place: str, said: str) -> None:
    put("a.json", ALL)
    Path("empty").mkdir()
    with pytest.raises(UsageError) as refused:
        read_guardrails([place], SCP)
    assert said in str(refused.value)


def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    put("a.json", ALL)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UsageError, match=r"a\.json cannot be read: Permission denied"):
        read_guardrails(["a.json"], SCP)


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        ("", SCP, "a.json: it is empty"),
        ("{", SCP, "a.json: it is not JSON"),
        ("[]", SCP, "a.json: it holds no policy (a policy is an object"),
        ({"Policies": []}, SCP, "a.json: it holds no policy"),
        (document({**deny("*"), "Effect": "Maybe"}), SCP, "at /Statement/0/Effect"),
        (described("{"), SCP, "a.json: it holds no policy"),
        ({"Policy": {}}, SCP, "a.json: it holds no policy"),
        (described(GUARD, Type=RCP), SCP, f"it is a {RCP}, and --scp takes a {SCP}"),
        (described(ALL), RCP, f"it is a {SCP}, and --rcp takes a {RCP}"),
        (GUARD, SCP, "an SCP has no Principal, and /Statement/0 has one: is it an RCP?"),
        (NO_IAM, RCP, "an RCP has a Principal, and /Statement/0 has none: is it an SCP?"),
    ],
)
def test_a_file_that_holds_something_else(content: Any, kind: str, said: str) -> None:
    with pytest.raises(SnapshotError) as refused:
        read_guardrails([put("a.json", content)], kind)
    assert said in str(refused.value)


# into the snapshot


def test_levels_stand_from_the_root_down_with_units_as_given() -> None:
    for name in "abcde":
        put(f"{name}.json", ALL)
    found = given(member().snapshot(), "a.json", "b.json@ou-z", "c.json@ou-a", "d.json@root", f"e.json@{ACCOUNT}")
    assert names(found) == [["d"], ["b"], ["c"], ["a", "e"]]
    assert list(msgspec.json.decode(found.calls[ATTACHED])) == [f"{x}/{SCP}" for x in ("root", "ou-z", "ou-a", ACCOUNT)]
    assert found.notes == ["SCPs come from files, for these levels only: root, ou-z, ou-a, account"]


def test_another_accounts_level_is_refused() -> None:
    read = read_guardrails([put("a.json", ALL) + "@210987654321"], SCP)
    with pytest.raises(UsageError, match=f"the account is {ACCOUNT}, not 210987654321"):
        with_guardrails(member().snapshot(), read, SCP)


def test_a_level_of_denies_alone_has_full_access_beside_them() -> None:
    found = given(member().snapshot(), put("no.json", NO_IAM), put("all.json", ALL) + "@root")
    assert names(found) == [["all"], ["FullAWSAccess", "no"]]
    assert found.notes[1:] == ["FullAWSAccess is taken to be attached beside the SCPs that only deny: account"]


def test_a_level_with_an_allow_of_its_own_allows_nothing_else() -> None:
    found = given(member().snapshot(), put("some.json", document(allow("s3:*"), deny("iam:*"))))
    assert names(found) == [["some"]]
    assert len(found.notes) == 1


def test_rcps_need_no_allow() -> None:
    found = given(member().snapshot(), put("guard.json", GUARD), kind=RCP)
    assert names(found, RCP) == [["guard"]]
    assert found.notes == ["RCPs come from files, for these levels only: account"]


def test_files_replace_what_was_collected_of_their_type() -> None:
    world = member().scp("full", ALL, level="r-1").scp("old", NO_IAM).rcp("guard", GUARD)
    found = given(
        world.gap(ATTACHED, target=f"ou-1/{SCP}").gap(POLICY, target="p-lost").snapshot(), put("new.json", ALL)
    )
    assert (names(found), names(found, RCP)) == ([["new"]], [["guard"]])
    assert sorted(msgspec.json.decode(found.calls[POLICY])) == ["new", "p-guard"]
    assert found.gaps == []


def test_a_gap_of_the_other_type_stays() -> None:
    world = member().rcp("guard", GUARD).gap(ATTACHED, target=f"ou-1/{RCP}").gap(POLICY, target="p-guard")
    found = given(world.snapshot(), put("new.json", ALL))
    assert [(gap.call, gap.target) for gap in found.gaps] == [(ATTACHED, f"ou-1/{RCP}"), (POLICY, "p-guard")]


def test_of_a_list_that_failed_the_other_type_is_still_missing() -> None:
    nothing = member().gap(ATTACHED).gap(POLICY).gap("organizations:ListParents").snapshot()
    scps = given(nothing, put("new.json", ALL))
    parents = Gap(call="organizations:ListParents", reason="AccessDenied")
    assert scps.gaps == [Gap(call=ATTACHED, target=RCP, reason="AccessDenied"), parents]
    assert (names(scps), names(scps, RCP)) == ([["new"]], None)
    both = given(scps, put("guard.json", GUARD), kind=RCP)
    assert both.gaps == [parents]
    assert (names(both), names(both, RCP)) == ([["new"]], [["guard"]])


def test_the_same_name_twice_is_two_policies_and_the_same_policy_twice_is_one() -> None:
    put("x/fence.json", ALL), put("y/fence.json", NO_IAM)
    found = given(member().snapshot(), "x/fence.json", "y/fence.json", "x/fence.json@root")
    assert list(msgspec.json.decode(found.calls[POLICY])) == ["fence", "fence-2"]
    assert names(found) == [["fence"], ["fence", "fence"]]


def test_evidence_of_a_file_without_an_arn_points_at_the_account() -> None:
    own = build(given(member().snapshot(), put("new.json", ALL)))
    assert [(d.arn, d.at, d.source) for level in own.limits for d in level] == [
        (own.arn, "/new/Policy/Content", POLICY)
    ]
    told = build(given(member().snapshot(), put("new.json", described(ALL))))
    assert [d.arn.rpartition("/")[2] for level in told.limits for d in level] == ["p-1"]


def test_the_management_account_is_told_that_they_do_not_bind_it() -> None:
    found = given(an_account().organization(management=ACCOUNT).snapshot(), put("no.json", NO_IAM))
    assert found.notes[1] == "SCPs do not bind this account: it is the management account of its organization"
    assert build(found).limits == ()


def test_an_account_outside_organizations_can_be_judged_as_if_it_were_inside() -> None:
    found = given(an_account().snapshot(), put("no.json", NO_IAM))
    assert [[d.name for d in level] for level in build(found).limits] == [["FullAWSAccess", "no"]]


def test_the_snapshot_with_its_notes_is_read_back_as_it_was() -> None:
    found = given(member().snapshot(), put("new.json", ALL))
    assert loads(dumps(found, compress=True)) == found
    old = msgspec.json.decode(dumps(member().snapshot(), compress=False))
    del old["notes"]
    assert loads(json.dumps(old).encode()).notes == []
