"""The commands that answer questions: the answer first, the exit code for CI, and bad input in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from terminal import Said, environment, save
from world import ACCOUNT, FOREIGN, World, allow, an_account, deny, document, trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., Said]

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"
HOSTILE = "e\x1b[31m\u202eve"
MANAGED = "arn:aws:iam::aws:policy/"


def a_world() -> World:
    return (
        an_account()
        .policy("fence", document(allow("ec2:*")))
        .group("ops", inline={"tools": document(allow("s3:GetObject", "arn:aws:s3:::data/*", Sid="Read"))})
        .user("ann", groups=("ops",), inline={"own": document(allow("ec2:StartInstances", Condition=MFA))})
        .user("bob", inline={"all": document(allow("s3:*"), deny("s3:DeleteBucket", Sid="Never"))})
        .user("cat", boundary="fence", attached=("AdministratorAccess",))
        .user("dan", attached=("AdministratorAccess",))
        .user(HOSTILE, inline={HOSTILE: document(allow("s3:GetObject"))})
        .role("r", trust({"AWS": ANN}))
    )


@pytest.fixture
def ask(cli: Cli, tmp_path: Path) -> Cli:
    """Ask about the world above."""
    snapshot = save(a_world(), tmp_path / "s.json")
    return lambda *words: cli(*words, "--snapshot", snapshot)


@pytest.fixture
def policies(here: Path) -> Callable[..., None]:
    """Write policy documents into the current directory."""

    def write(**bodies: Any) -> None:
        for name, body in bodies.items():
            (here / f"{name}.json").write_text(body if isinstance(body, str) else json.dumps(body))

    return write


# can


@pytest.mark.parametrize(
    ("words", "head", "then"),
    [
        (("ann", "s3:GetObject", "arn:aws:s3:::data/x"), "allowed: user/ann, s3:GetObject on arn:aws:s3:::data/x", "group/ops tools /Statement/0 (Read): through group ops"),
        (("ann", "s3:GetObject"), "allowed: user/ann, s3:GetObject on anything that it takes", "example arn:aws:s3:::data/x"),
        (("ann", "s3:GetObject", "arn:aws:s3:::d*"), "allowed: user/ann, s3:GetObject on anything within arn:aws:s3:::d*", "allow"),
        (("ann", "s3:PutObject"), "not allowed: user/ann, s3:PutObject", "no statement allows it"),
        (("cat", "s3:GetObject"), "not allowed: user/cat, s3:GetObject", "AdministratorAccess /Statement/0 but for boundary fence"),
        (("bob", "s3:DeleteBucket"), "denied explicitly by an identity-based policy: user/bob", "deny identity: user/bob all /Statement/1 (Never)"),
        (("ann", "ec2:StartInstances"), "it depends: user/ann, ec2:StartInstances", "if Bool aws:MultiFactorAuthPresent = true"),
        (("ann", "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/r"), "allowed: user/ann", "resource: role/r trust policy /Statement/0"),
        (("dan", "s3:ListAllMyBuckets"), "allowed: user/dan, s3:ListAllMyBuckets (it takes no resource)", "allow"),
        (("group/ops", "s3:GetObject"), "allowed: group/ops", "a group cannot ask"),
        (("ann", "novel:Do"), "not allowed", "does not know novel:Do"),
    ],
)  # fmt: skip
def test_the_answer_comes_first_then_the_reasons(ask: Cli, words: tuple[str, ...], head: str, then: str) -> None:
    said = ask("can", *words)
    assert (said.code, said.err) == (0, "")
    flat = " ".join(said.out.split())
    assert flat.startswith(head)
    assert then in flat
    assert max(map(len, said.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("ann", "s3:GetObject"), "allowed"),
        (("ann", "s3:PutObject"), "denied"),
        (("bob", "s3:DeleteBucket"), "denied"),
        (("ann", "ec2:StartInstances"), "conditional"),
        (("ann", "ec2:StartInstances", "--context", "aws:MultiFactorAuthPresent=true"), "allowed"),
        (("ann", "ec2:StartInstances", "--context", "AWS:multifactorauthpresent=false"), "denied"),
        (("ann", "ec2:StartInstances", "--context", "aws:MultiFactorAuthPresent="), "denied"),
        (("ann", "ec2:StartInstances", "--absent", "aws:MultiFactorAuthPresent"), "denied"),
        (("ann", "ec2:StartInstances", "--strict-context"), "denied"),
    ],
)
@pytest.mark.parametrize("expect", ["allowed", "denied", "conditional"])
def test_an_unexpected_answer_is_exit_code_1(ask: Cli, words: tuple[str, ...], answer: str, expect: str) -> None:
    said = ask("can", *words, "--expect", expect)
    assert said.code == (0 if answer == expect else 1)
    assert said.err == ("" if answer == expect else f"leastwise: expected {expect}, and the answer is {answer}\n")
    assert said.out


def test_can_for_programs(ask: Cli) -> None:
    found = json.loads(ask("can", "ann", "s3:GetObject", "arn:aws:s3:::data/x", "--format", "json").out)
    assert (found["answer"], found["explicit"], found["principal_arn"], found["account"]) == (
        "allowed",
        False,
        ANN,
        ACCOUNT,
    )
    assert found["schema_version"] == "1.0"
    (reason,) = found["reasons"]
    assert (reason["effect"], reason["layer"], reason["sid"], reason["statement"]) == (
        "Allow",
        "identity",
        "Read",
        "/Statement/0",
    )
    assert reason["pointer"].startswith("/GroupDetailList/0/")
    denied = json.loads(ask("can", "bob", "s3:DeleteBucket", "--format", "json").out)
    assert (denied["answer"], denied["explicit"]) == ("denied", True)
    given = json.loads(
        ask("can", "ann", "ec2:StartInstances", "--format", "json", "--context", "a:b=1", "--context", "a:b=2").out
    )
    assert given["question"]["context"] == {"a:b": ["1", "2"]}
    assert given["conditions"] == ["Bool aws:MultiFactorAuthPresent = true"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("can", "anne", "s3:GetObject"), "did you mean user/ann?"),
        (("can", "ann", "s3:*"), "'s3:*' is not one action"),
        (("can", "ann", "s3:GetObject", "data"), "'data' is no resource"),
        (("can", "ann", "s3:GetObject", "--context", "key"), "'key' is not KEY=VALUE"),
        (("can", "ann", "s3:GetObject", "--context", "k=1", "--absent", "K"), "k is given by --context and called --absent"),
        (("can", "ann", "s3:GetObject", "--profile", "p"), "give one of them"),
        (("can", "ann", "s3:GetObject", "--expect", "maybe"), "maybe"),
        (("can", "ann"), "ACTION"),
        (("what-can", "bobb"), "did you mean user/bob?"),
        (("who-can", "s3:GetObject", "--scp", "nowhere.json"), "nowhere.json"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_one_line_and_exit_code_2(ask: Cli, words: tuple[str, ...], says: str) -> None:
    said = ask(*words)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert says in said.err


def test_as_of_needs_a_file(cli: Cli) -> None:
    assert "give --snapshot too" in cli("who-can", "s3:GetObject", "--as-of", "2026-01-01T00:00:00Z").err


def test_an_scp_can_be_given(ask: Cli, policies: Callable[..., None]) -> None:
    policies(scp=document(allow("*"), deny("s3:*", Sid="NoS3")))
    said = ask("can", "dan", "s3:GetObject", "--scp", "scp.json", "--expect", "denied")
    assert said.code == 0
    assert said.out.startswith("denied explicitly by an SCP:")


# who-can, what-can


def test_who_can(ask: Cli) -> None:
    said = ask("who-can", "s3:GetObject", "arn:aws:s3:::data/x")
    assert said.code == 0
    assert said.out.startswith("4 of 6 users and roles may: s3:GetObject on arn:aws:s3:::data/x\n")
    assert "user/ann" in said.out
    assert "user/cat" not in said.out
    assert "1 more if conditions hold" in ask("who-can", "ec2:StartInstances").out


def test_names_cannot_act_upon_the_terminal(ask: Cli) -> None:
    for words in (("who-can", "s3:GetObject"), ("can", HOSTILE, "s3:GetObject"), ("what-can", f"user/{HOSTILE}")):
        out = ask(*words).out
        assert "\\x1b[31m\\u202e" in out, words
        assert not {"\x1b", "\u202e"} & set(out), words


def test_who_can_for_programs(ask: Cli) -> None:
    found = json.loads(ask("who-can", "ec2:StartInstances", "--format", "json").out)
    assert [one["principal"] for one in found["allowed"]] == ["user/cat", "user/dan"]
    assert [one["principal"] for one in found["conditional"]] == ["user/ann"]
    assert found["denied"] == 3


@pytest.mark.parametrize(
    ("who", "head", "then"),
    [
        ("dan", "user/dan is a full administrator: it may do everything on everything", "not seen"),
        ("ann", "user/ann may do 2 actions on everything, 2 actions on some resources and 1 action under conditions", "s3 1 read: s3:GetObject (such as arn:aws:s3:::data/x)"),
        ("r", "role/r may do 1 action on everything", "sts 1 read: sts:GetCallerIdentity"),
        ("bob", "user/bob may do", "permissions management"),
    ],
)  # fmt: skip
def test_what_can(ask: Cli, who: str, head: str, then: str) -> None:
    said = ask("what-can", who)
    flat = " ".join(said.out.split())
    assert said.code == 0
    assert flat.startswith(head)
    assert then in flat
    assert max(map(len, said.out.splitlines())) <= 80


def test_what_can_for_programs(ask: Cli) -> None:
    found = json.loads(ask("what-can", "ann", "--format", "json").out)
    reached = {action: share["reach"] for share in found["may"] for action in share["actions"]}
    assert reached == {
        "s3:GetObject": "on some resources",
        "sts:AssumeRole": "on some resources",
        "ec2:StartInstances": "under conditions",
        "sts:GetCallerIdentity": "on everything",
        "sts:GetSessionToken": "on everything",
    }
    assert not found["administrator"]


def test_what_can_says_when_it_leaves_something_out(cli: Cli, tmp_path: Path) -> None:
    many = [allow("s3:GetObject", Condition={"StringEquals": {f"aws:PrincipalTag/{n}": "x"}}) for n in range(7)]
    world = an_account().role("r", inline={"p": document(*many, allow("novel:Do"))})
    said = " ".join(cli("what-can", "role/r", "--snapshot", save(world, tmp_path / "s.json")).out.split())
    assert "and 2 more" in said
    assert "novel:Do" in said


# compare, access

GET, READ = document(allow("s3:Get*")), document(allow(["s3:Get*", "s3:List*"]))
TRUST = trust({"AWS": f"arn:aws:iam::{FOREIGN}:root"})


@pytest.mark.parametrize(
    ("old", "new", "code", "head"),
    [
        (READ, GET, 0, "no new access: all that new.json allows, old.json allows too"),
        (GET, GET, 0, "no new access"),
        (GET, READ, 1, "new access: new.json allows what old.json does not"),
        (trust({"AWS": ANN}), TRUST, 1, "new access"),
        (TRUST, TRUST, 0, "no new access"),
    ],
)
def test_compare(cli: Cli, policies: Callable[..., None], *, old: Any, new: Any, code: int, head: str) -> None:
    policies(old=old, new=new)
    said = cli("compare", "old.json", "new.json")
    assert (said.code, said.err) == (code, "")
    assert said.out.startswith(head)
    found = json.loads(cli("compare", "old.json", "new.json", "--format", "json").out)
    assert found["answer"] == ("new access" if code else "no new access")
    assert bool(found["witness"]) is bool(code)
    if code:
        assert json.loads(said.out[said.out.index("{") :]) == found["witness"]
        assert f"  action     {found['witness']['action']}\n".split() in [
            line.split() for line in said.out.splitlines()
        ]


def test_a_new_request_names_the_condition_keys_it_needs(cli: Cli, policies: Callable[..., None]) -> None:
    policies(old=document(allow("s3:GetObject")), new=document(allow("s3:*", Condition=MFA)))
    said = cli("compare", "old.json", "new.json").out
    assert "aws:multifactorauthpresent = true" in said.lower()


def test_what_could_not_be_decided_is_no_pass(cli: Cli, policies: Callable[..., None]) -> None:
    policies(plain=document(allow("s3:*")), novel=document(allow("s3:*", Condition={"Novel": {"k": "v"}})))
    assert cli("compare", "plain.json", "novel.json").code == 0, "whatever the operator means, it is within"
    said = cli("compare", "novel.json", "plain.json")
    assert (said.code, said.out.partition(" plain.json")[0]) == (1, "unknown whether")
    assert json.loads(cli("compare", "novel.json", "plain.json", "--format", "json").out)["answer"] == "unknown"
    said = cli("access", "novel.json", "--action", "s3:GetObject")
    assert (said.code, said.out.partition(":")[0]) == (1, "unknown")
    assert cli("access", "novel.json", "--action", "s3:GetObject", "--expect", "unknown").code == 0


def test_managed_policies_are_compared_by_their_arns(cli: Cli) -> None:
    assert cli("compare", f"{MANAGED}AdministratorAccess", f"{MANAGED}ReadOnlyAccess").code == 0
    assert cli("compare", f"{MANAGED}ReadOnlyAccess", f"{MANAGED}AdministratorAccess").code == 1
    assert "has no AWS managed policy" in cli("compare", f"{MANAGED}Nope", f"{MANAGED}ReadOnlyAccess").err


@pytest.mark.parametrize(
    ("action", "resource", "answer"),
    [
        ("s3:GetObject", "*", "granted"),
        ("s3:*", "arn:aws:s3:::b/*", "granted"),
        ("s3:PutObject", "*", "not-granted"),
    ],
)
def test_access(cli: Cli, policies: Callable[..., None], action: str, resource: str, answer: str) -> None:
    policies(a=GET, b=document(deny("*")))
    words = ("access", "a.json", "b.json", "--action", action, "--resource", resource)
    said = cli(*words)
    assert said.code == (1 if answer == "granted" else 0)
    assert said.out.startswith(answer.replace("-", " "))
    assert ("b.json" in said.out) is False, "what grants nothing is not named"
    assert cli(*words, "--expect", "granted").code == (0 if answer == "granted" else 1)
    found = json.loads(cli(*words, "--format", "json").out)
    assert (found["answer"], [one["answer"] for one in found["policies"]]) == (answer, [answer, "not-granted"])


def test_access_names_the_outsider(cli: Cli, policies: Callable[..., None]) -> None:
    policies(t=TRUST)
    said = cli("access", "t.json", "--action", "sts:AssumeRole")
    assert said.code == 1
    assert f"arn:aws:iam::{FOREIGN}:" in said.out


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (document({"Effect": "Alow", "Action": "*", "Resource": "*"}), "bad.json: it is no policy at /Statement/0/Effect"),
        ("{", "bad.json: it is no policy: not JSON"),
        ("", "bad.json: it is empty"),
        (trust("*"), "the same kind"),
    ],
)  # fmt: skip
def test_bad_policies_are_one_line_and_exit_code_2(
    cli: Cli, policies: Callable[..., None], body: Any, says: str
) -> None:
    policies(good=GET, bad=body)
    said = cli("compare", "good.json", "bad.json")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert says in said.err


@pytest.mark.parametrize(
    ("action", "resource", "says"),
    [
        ("GetObject", "*", "'GetObject' matches no action"),
        ("s3:Get Object", "*", "matches no action"),
        ("", "*", "'' matches no action"),
        ("s3:GetObject", "bucket", "'bucket' matches no resource"),
        ("s3:GetObject", "", "'' matches no resource"),
    ],
)
def test_what_nothing_can_match_is_no_pass(
    cli: Cli, policies: Callable[..., None], action: str, resource: str, says: str
) -> None:
    policies(a=GET)
    said = cli("access", "a.json", "--action", action, "--resource", resource)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert says in said.err


def test_an_action_that_the_catalogue_does_not_know_is_noted(cli: Cli, policies: Callable[..., None]) -> None:
    policies(a=document(allow("s3:GetObject")))
    said = cli("access", "a.json", "--action", "s3:GetObjct")
    assert (said.code, "did you mean s3:GetObject?" in " ".join(said.out.split())) == (0, True)
    (note,) = json.loads(cli("access", "a.json", "--action", "s3:GetObjct", "--format", "json").out)["notes"]
    assert "does not know s3:GetObjct" in note
    assert "note" not in cli("access", "a.json", "--action", "s3:Pu*").out


def test_a_missing_policy(cli: Cli) -> None:
    assert cli("access", "nowhere.json", "--action", "s3:GetObject") == (
        2,
        "",
        "leastwise: error: there is no file nowhere.json\n",
    )


def test_a_question_to_a_file_never_imports_boto3(tmp_path: Path) -> None:
    snapshot = save(a_world(), tmp_path / "s.json")
    code = (
        "import sys; from leastwise.cli.process import outcome; "
        f"outcome(['who-can', 's3:GetObject', '--snapshot', {snapshot!r}, '--format', 'json']); "
        "print(*{'boto3', 'botocore', 'rich'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert done.stderr.strip() == ""
