"""The few commands of the AWS CLI that a fix is made of, read as a shell reads them and done elsewhere than at AWS."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from world import World

Options = dict[str, str]


def read(line: str) -> tuple[str, Options]:
    """The operation and its options by name; a bare option is "true"."""
    program, service, operation, *rest = shlex.split(line)
    assert (program, service) == ("aws", "iam")
    options: Options = {}
    for word in rest:
        name, equals, value = word.removeprefix("--").partition("=")
        assert word.startswith("--")
        assert name not in options
        options[name] = value if equals else "true"
    return operation, options


def by_client(client: Any, lines: Iterable[str]) -> None:
    """Do them with a client of boto3."""
    for line in lines:
        operation, options = read(line)
        arguments = {"".join(map(str.capitalize, name.split("-"))): _typed(v) for name, v in options.items()}
        getattr(client, operation.replace("-", "_"))(**arguments)


def _typed(value: str) -> str | bool:
    return True if value == "true" else value


def in_world(world: World, lines: Iterable[str]) -> None:
    """Do them to an account in the making, as IAM would."""
    for line in lines:
        operation, options = read(line)
        verb, _, rest = operation.partition("-")
        _DOERS[verb if rest.endswith("policy") and rest != "assume-role-policy" else operation](world, rest, options)


def _holder(world: World, options: Options) -> dict[str, Any]:
    for kind, many in (("user", world.users), ("group", world.groups), ("role", world.roles)):
        if f"{kind}-name" in options:
            return next(h for h in many if h[f"{kind.capitalize()}Name"] == options[f"{kind}-name"])
    raise AssertionError(options)


def _kind(rest: str) -> str:
    return rest.partition("-")[0].capitalize()


def _put(world: World, rest: str, options: Options) -> None:
    policies = _holder(world, options)[f"{_kind(rest)}PolicyList"]
    body = json.loads(options["policy-document"])
    same = [p for p in policies if p["PolicyName"] == options["policy-name"]]
    for policy in same:
        policy["PolicyDocument"] = body
    if not same:
        policies.append({"PolicyName": options["policy-name"], "PolicyDocument": body})


def _delete(world: World, rest: str, options: Options) -> None:
    if rest == "policy":
        world.policies[:] = [p for p in world.policies if p["Arn"] != options["policy-arn"]]
        return
    policies = _holder(world, options)[f"{_kind(rest)}PolicyList"]
    (gone,) = [p for p in policies if p["PolicyName"] == options["policy-name"]]
    policies.remove(gone)


def _attach(world: World, rest: str, options: Options) -> None:
    attached, arn = _holder(world, options)["AttachedManagedPolicies"], options["policy-arn"]
    assert arn not in [p["PolicyArn"] for p in attached], rest
    attached.append({"PolicyArn": arn, "PolicyName": arn.rpartition("/")[2]})


def _detach(world: World, rest: str, options: Options) -> None:
    attached = _holder(world, options)["AttachedManagedPolicies"]
    (gone,) = [p for p in attached if p["PolicyArn"] == options["policy-arn"]]
    assert rest
    attached.remove(gone)


def _create(world: World, rest: str, options: Options) -> None:
    assert rest == "policy"
    world.policy(options["policy-name"], json.loads(options["policy-document"]))


def _of(world: World, options: Options) -> dict[str, Any]:
    return next(p for p in world.policies if p["Arn"] == options["policy-arn"])


def _new_version(world: World, _: str, options: Options) -> None:
    policy = _of(world, options)
    versions = policy["PolicyVersionList"]
    assert len(versions) < 5, "IAM keeps five versions"
    name = f"v{1 + max(int(v['VersionId'][1:]) for v in versions)}"
    body = json.loads(options["policy-document"])
    versions.append({"VersionId": name, "IsDefaultVersion": False, "Document": body})
    if "set-as-default" in options:
        _set_default(world, "", {**options, "version-id": name})


def _set_default(world: World, _: str, options: Options) -> None:
    policy = _of(world, options)
    assert options["version-id"] in [v["VersionId"] for v in policy["PolicyVersionList"]]
    policy["DefaultVersionId"] = options["version-id"]
    for version in policy["PolicyVersionList"]:
        version["IsDefaultVersion"] = version["VersionId"] == options["version-id"]


def _drop_version(world: World, _: str, options: Options) -> None:
    versions = _of(world, options)["PolicyVersionList"]
    (gone,) = [v for v in versions if v["VersionId"] == options["version-id"]]
    assert not gone["IsDefaultVersion"]
    versions.remove(gone)


def _trust(world: World, _: str, options: Options) -> None:
    _holder(world, options)["AssumeRolePolicyDocument"] = json.loads(options["policy-document"])


_DOERS: dict[str, Callable[[World, str, Options], None]] = {
    "put": _put,
    "delete": _delete,
    "attach": _attach,
    "detach": _detach,
    "create": _create,
    "create-policy-version": _new_version,
    "delete-policy-version": _drop_version,
    "set-default-policy-version": _set_default,
    "update-assume-role-policy": _trust,
}
