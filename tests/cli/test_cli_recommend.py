"""`leastwise recommend`: whom it advises, what it writes, and what it says to those who ask amiss."""

from __future__ import annotations

import gzip
import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

from events import a_record
from terminal import ADVICE, Said, save
from world import ACCOUNT, World, allow, an_account, document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Said]

IAM = f"arn:aws:iam::{ACCOUNT}"
HOSTILE = "/e\x1b[31m\u202eve"


def a_world() -> World:
    world = an_account().user("boss", attached=("AdministratorAccess",))
    own = [allow("s3:GetObject", "arn:aws:s3:::x/*", Sid="Keep"), allow("iam:PutUserPolicy", f"{IAM}:user/ann")]
    world.user("ann", inline={"p": document(*own)}).user("ben", inline={"p": document(allow("iam:PutUserPolicy"))})
    world.user(HOSTILE, inline={"p": document(*own[:1], allow("iam:PutUserPolicy"))})
    world.role("sso", path="/aws-reserved/sso.amazonaws.com/", inline={"p": document(allow("s3:*"))})
    return world.user("cy")


@pytest.fixture
def recommend(cli: Cli, tmp_path: Path) -> Cli:
    snapshot = save(a_world(), tmp_path / "s.json")
    return lambda *words: cli("recommend", *words, "--snapshot", snapshot)


def test_one_is_shown_in_full(recommend: Cli) -> None:
    said = recommend("ann")
    assert said.code == 0
    assert "user/ann: risk " in said.out
    assert "  removed   iam:PutUserPolicy: ends: " in said.out
    assert "- s3:GetObject on arn:aws:s3:::x/*" in said.out
    assert "not called safe" in said.out
    assert "user/ben" not in said.out


def test_without_a_name_everyone_is_advised_who_may_be(recommend: Cli) -> None:
    said = recommend()
    assert said.code == 0
    for name in ("user/ann", "user/ben", "user/boss", "user/cy"):
        assert f" {name} " in said.out
    assert "sso" not in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    assert "\x1b" not in said.out


def test_the_json_is_the_file_of_an_audit_for_everyone(recommend: Cli, tmp_path: Path) -> None:
    said = recommend("--format", "json")
    told = json.loads(said.out)
    assert (told["left_out"], len(told["recommendations"])) == (0, 5)
    recommend("--format", "json", "-o", str(tmp_path / "out"))
    assert json.loads((tmp_path / "out" / ADVICE).read_text()) == told
    picked = json.loads(recommend("user/*nn", "--format", "json").out)["recommendations"]
    assert [each["principal_name"] for each in picked] == ["ann"]


def test_terraform_has_a_file_for_each_and_says_who_has_none(recommend: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = recommend("--format", "terraform", "-o", str(out))
    assert said.code == 0
    assert {path.name for path in out.iterdir()} == {"user-ann.tf", "user-ben.tf"}
    assert "aws_iam_user_policy" in (out / "user-ann.tf").read_text()
    assert "eve can be written as terraform" in said.err
    assert "\x1b" not in said.err
    printed = recommend("ann", "--format", "terraform")
    assert (printed.out, printed.err) == ((out / "user-ann.tf").read_text(), "")


def test_one_template_may_be_printed_and_several_want_a_folder(recommend: Cli, tmp_path: Path) -> None:
    assert json.loads(recommend("ann", "--format", "cloudformation").out)["Resources"]
    said = recommend("ben", "--format", "cloudformation")
    assert (said.code, said.out) == (0, "")
    assert "nothing of user/ben can be written as cloudformation" in said.err
    recommend("--format", "cloudformation", "-o", str(tmp_path / "out"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["user-ann.template.json"]


def test_where_nothing_is_to_be_changed_an_empty_answer_is_explained(recommend: Cli) -> None:
    for form in ("terraform", "cloudformation"):
        said = recommend("cy", "--format", form)
        assert (said.code, said.out) == (0, "")
        assert said.err == "leastwise: there is nothing to change; --format text says why\n"
        assert recommend("cy", "--format", form, "--quiet") == (0, "", "")


def test_many_files_are_counted_and_few_are_named(recommend: Cli, here: Path) -> None:
    told = recommend("ann", "ben", "--format", "cli", "-o", "out").out
    many = len([path for path in (here / "out").rglob("*") if path.is_file()])
    assert f"  files     {many} files in out\n" in told
    assert "  files     out/user-ann.tf\n" in recommend("ann", "--format", "terraform", "-o", "out").out


def test_text_is_written_in_full(recommend: Cli, tmp_path: Path) -> None:
    recommend("-o", str(tmp_path / "out"))
    text = (tmp_path / "out" / "recommendations.txt").read_text()
    assert all(f"user/{name}: risk " in text for name in ("ann", "ben", "boss", "cy"))


def test_quiet_writes_and_prints_nothing(recommend: Cli, tmp_path: Path) -> None:
    assert recommend("ann", "--quiet", "--format", "json", "-o", str(tmp_path / "out")) == (0, "", "")
    assert (tmp_path / "out" / ADVICE).exists()


@pytest.mark.parametrize(("name", "code"), [("ann", 1), ("cy", 0), ("boss", 0)])
def test_check_tells_by_its_exit_code_whether_anything_is_to_be_changed(recommend: Cli, name: str, code: int) -> None:
    assert recommend(name, "--check").code == code
    assert recommend(name).code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["anna"], "the account has no principal 'anna': did you mean user/ann?"),
        (["x*"], "the account has no principal 'x*'"),
        (["sso"], "role/sso is left alone (Identity Center owns its policies"),
        (["--format", "cli"], "--format cli writes scripts and the documents that they put in place: give -o DIR"),
        (["--format", "yaml"], "'yaml'"),
        (["--evidence", "nonsense"], "is no kind of evidence: write cloudtrail=PATH"),
        (["--evidence", "cloudtrail"], "does not say where"),
        (["--evidence", "cloudtrail=/nowhere/logs"], "there is no /nowhere/logs"),
        (["--profile", "x"], "--profile asks an account, --snapshot reads a file"),
        (["-o", "/dev/null/x"], "choose another directory with -o"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(recommend: Cli, words: list[str], says: str) -> None:
    said = recommend(*words)
    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert said.err.count("\n") == 1


# evidence


def logs(folder: Path, *records: dict[str, Any]) -> str:
    folder.mkdir()
    (folder / "good.json.gz").write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))
    return f"cloudtrail={folder}"


def ann(action: str, parameters: Any = None) -> dict[str, Any]:
    who = {"type": "IAMUser", "principalId": "A", "arn": f"{IAM}:user/ann", "accountId": ACCOUNT, "userName": "ann"}
    return a_record(action, parameters, userIdentity=who, recipientAccountId=ACCOUNT)


def test_files_that_cannot_be_read_are_named_and_the_rest_is_used(recommend: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    spec = logs(folder, ann("s3:GetObject", {"bucketName": "x", "key": "k"}))
    whole = gzip.compress(json.dumps({"Records": [ann("s3:GetObject")] * 50}).encode())
    (folder / "cut.json.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "noise.json.gz").write_bytes(b"\x00\x01 no log")
    said = recommend("ann", "--evidence", spec)
    assert said.code == 0
    told = "".join(said.out.split())
    for name in ("cut.json.gz", "noise.json.gz"):
        assert name in told
    assert "good.json.gz" not in told
    gaps = json.loads(recommend("ann", "--evidence", spec, "--format", "json").out)["gaps"]
    assert {gap["target"].rpartition("/")[2] for gap in gaps} == {"cut.json.gz", "noise.json.gz"}
    assert recommend("ann", "--evidence", spec, "--strict").code == 4
    clean = logs(tmp_path / "clean", ann("s3:GetObject", {"bucketName": "x", "key": "k"}))
    assert recommend("ann", "--evidence", clean, "--strict").code == 0


def test_a_folder_whose_scripts_were_run_holds_the_way_back_and_is_kept(recommend: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert recommend("ann", "ben", "--format", "cli", "-o", str(out)).code == 0
    assert recommend("ann", "--format", "cli", "-o", str(out)).code == 0
    rollback = (out / "user-ann" / "rollback.sh").read_text()
    (run,) = [line.partition("=")[2] for line in rollback.splitlines() if line.startswith("state=")]
    (out / "user-ann" / run).mkdir()
    said = recommend("--format", "cli", "-o", str(out))
    assert said.code == 2
    assert "user-ann holds scripts that were run, and the way back" in said.err
    assert (out / "user-ann" / "rollback.sh").read_text() == rollback


def test_scripts_are_the_owners_to_run(tmp_path: Path) -> None:
    from leastwise.whole import write_whole

    script, other = write_whole(tmp_path, {"a.sh": [b""], "b.json": [b""]})
    assert (stat.S_IMODE(script.stat().st_mode), stat.S_IMODE(other.stat().st_mode)) == (0o700, 0o600)


def test_a_scan_reads_evidence_too(cli: Cli, tmp_path: Path) -> None:
    snapshot = save(a_world(), tmp_path / "s.json")
    spec = logs(tmp_path / "logs", ann("s3:GetObject", {"bucketName": "x", "key": "k"}))
    cli("scan", "--snapshot", snapshot, "--evidence", spec, "-o", str(tmp_path), "--quiet")
    assert json.loads((tmp_path / ADVICE).read_text())["basis"] == "snapshot and evidence of use"
    assert cli("scan", "--snapshot", snapshot, "--evidence", "x=y").code == 2


def test_what_access_advisor_did_not_tell_is_unknown_and_kept(cli: Cli, tmp_path: Path) -> None:
    call = "iam:GetServiceLastAccessedDetails"
    world = a_world().gap(call, target=f"{IAM}:user/ann")
    said = cli("recommend", "ann", "--snapshot", save(world, tmp_path / "s.json"))
    told = "".join(said.out.split())
    assert f"{call}{IAM}:user/ann:AccessDenied" in told
    assert "-s3:GetObjectonarn:aws:s3:::x/*" in told
    assert "notcalledsafe" in told
