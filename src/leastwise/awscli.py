"""Changes of policies as commands of the AWS CLI. Nothing here is ever run.

Documents stand in the command itself, as one word in single quotes, and so do names: a shell and Python's `shlex`
read back exactly what was meant. A name that IAM would not accept gets no command at all, for the CLI loads what looks
like `file://…`. https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import msgspec

from leastwise.arn import IAM_NAME, POLICY_ARN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leastwise.account.model import Account, Group, Role, User

Command = tuple[str, ...]
Body = dict[str, Any]
UNWRITABLE = "a name in it is none that IAM accepts, so that no command is given"


def is_writable(names: Iterable[str], arns: Iterable[str] = ()) -> bool:
    """Whether IAM accepts these names, and these ARNs of policies, so that they can stand in a command."""
    return all(map(IAM_NAME.fullmatch, names)) and all(map(POLICY_ARN.fullmatch, arns))


def line(command: Command) -> str:
    """The command as a line for a shell."""
    return shlex.join(command)


def put_inline(holder: User | Group | Role, name: str, body: Body | None) -> Command:
    """An inline policy written; taken away where nothing is left of it."""
    what = f"--policy-name={name}"
    if body is None:
        return _aws(f"delete-{holder.kind.value}-policy", _who(holder), what)
    return _aws(f"put-{holder.kind.value}-policy", _who(holder), what, _document(body))


def attach(holder: User | Group | Role, arn: str) -> Command:
    """A managed policy attached."""
    return _aws(f"attach-{holder.kind.value}-policy", _who(holder), f"--policy-arn={arn}")


def detach(holder: User | Group | Role, arn: str) -> Command:
    """A managed policy detached."""
    return _aws(f"detach-{holder.kind.value}-policy", _who(holder), f"--policy-arn={arn}")


def own_arn(account: Account, name: str) -> str:
    """The ARN of a managed policy that is made in the account under this name."""
    return f"arn:{account.partition}:iam::{account.id}:policy/{name}"


def create_policy(name: str, body: Body) -> Command:
    """A managed policy made."""
    return _aws("create-policy", f"--policy-name={name}", _document(body))


def delete_policy(arn: str) -> Command:
    """A managed policy that nobody has deleted."""
    return _aws("delete-policy", f"--policy-arn={arn}")


def create_version(arn: str, body: Body, *, default: bool) -> Command:
    """A further version of a managed policy, in force at once if it is the default."""
    return _aws(
        "create-policy-version", f"--policy-arn={arn}", _document(body), *(("--set-as-default",) if default else ())
    )


def set_version(arn: str, version: str) -> Command:
    """Another version of a managed policy put in force."""
    return _aws("set-default-policy-version", f"--policy-arn={arn}", f"--version-id={version}")


def delete_version(arn: str, version: str) -> Command:
    """A version that is not in force deleted, for good."""
    return _aws("delete-policy-version", f"--policy-arn={arn}", f"--version-id={version}")


def update_trust(role: User | Group | Role, body: Body | None) -> Command:
    """A role's trust policy written."""
    return _aws("update-assume-role-policy", _who(role), _document(body))


def _aws(operation: str, *options: str) -> Command:
    return ("aws", "iam", operation, *options)


def _who(holder: User | Group | Role) -> str:
    """`=` joins them, since a name may begin with a hyphen."""
    return f"--{holder.kind.value}-name={holder.name}"


def _document(body: Body | None) -> str:
    """In plain ASCII, so that no terminal acts upon what stands in it."""
    text = _encoded(body)
    return f"--policy-document={text if text.isascii() else _spelled(body)}"


def _encoded(body: Body | None) -> str:
    try:
        return msgspec.json.encode(body).decode()
    except UnicodeEncodeError:  # a lone surrogate is a JSON string, but no UTF-8
        return _spelled(body)


def _spelled(body: Body | None) -> str:
    import json  # noqa: PLC0415  seldom needed

    return json.dumps(body, separators=(",", ":"))
