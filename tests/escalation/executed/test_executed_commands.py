"""Every command that a path would print is one that the AWS CLI understands, blanks for the attacker's choice aside."""

from __future__ import annotations

import pytest

from escalation.executed.command_line import UNREAD, complaints, read
from leastwise.escalation import Method, methods
from leastwise.escalation.method import entries
from leastwise.escalation.prose import filled

ARN = "arn:aws:iam::123456789012:role/somebody"
NUMBERS = {"one more": "2"}
WORDS = {"version": "v1", "tags": "Key=team,Value=admins"}
BY_OTHER_MEANS = {"emr create-cluster"}  # a program of the CLI's own around the API
ROWS = [method for method in (*methods(), *entries().values()) if not method.end_of_life]


def lines(method: Method) -> list[str]:
    """The commands with names for the words of the row; remarks are none."""
    told = [filled(line, lambda word: WORDS.get(word, ARN)) for line in method.commands]
    return [line for line in told if not line.startswith("#") and " ".join(line.split()[1:3]) not in BY_OTHER_MEANS]


@pytest.mark.parametrize("method", ROWS, ids=lambda method: method.id)
def test_the_commands_can_be_run(method: Method) -> None:
    assert "…" not in "".join(method.commands)
    for line in lines(method):
        assert complaints(read(line, lambda blank: NUMBERS.get(blank, ARN), {})) == [], line


def test_the_reader_reads_as_the_cli_does() -> None:
    call = read(
        "aws iam create-policy-version --policy-arn <policy> --set-as-default --policy-document file://a",
        lambda _: ARN,
        {"a": "{}"},
    )
    assert call.parameters == {"PolicyArn": ARN, "PolicyDocument": "{}", "SetAsDefault": True}
    call = read("aws iam update-login-profile --user-name ann --no-password-reset-required  # remark", str, {})
    assert call.parameters == {"UserName": "ann", "PasswordResetRequired": False}
    call = read("aws ec2 run-instances --image-id=i --iam-instance-profile Arn=a --instance-type t3.micro", str, {})
    assert call.parameters["IamInstanceProfile"] == {"Arn": "a"}
    call = read("aws ssm send-command --parameters commands=ls --document-name x --instance-ids a b", str, {})
    assert (call.parameters["InstanceIds"], call.parameters["Parameters"]) == (["a", "b"], {"commands": ["ls"]})
    assert read("aws lambda create-function --zip-file fileb://x.zip", str, {}).parameters["Code"] is UNREAD


def test_what_the_cli_refuses_is_noticed() -> None:
    assert complaints(read("aws sts assume-role --role-arn <role> --role-session-name x", lambda _: ARN, {}))
    assert complaints(read("aws iam create-access-key --user-name ''", str, {}))
    for line in ("aws iam make-key", "aws iam create-access-key --name ann"):
        with pytest.raises(AssertionError, match="has no"):
            read(line, str, {})
