"""A small reader of AWS CLI commands: a line becomes a call of botocore, by the models that the CLI itself is made of.

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
"""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore.session
from botocore import xform_name
from botocore.validate import ParamValidator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RENAMED = {"deploy": "codedeploy"}
ASIDE = {"bootstrap-method", "outfile"}  # what the CLI does with the answer
GLOBAL = {"--no-sign-request"}
OWN_OPTIONS = {  # what the CLI adds to its models
    "zip-file": ("Code", "ZipFile"),
    "s3-location": ("revision", "s3Location"),
    "pipeline-definition": ("pipelineObjects",),
}
TOKEN = "00000000-0000-4000-8000-000000000000"  # the CLI makes one up
UNREAD = "a document of the attacker's own"
BLANK = re.compile(r"<[\w ]+>")


class Call(NamedTuple):
    """One call of an API."""

    service: str
    operation: str
    parameters: dict[str, Any]


def read(line: str, chosen: Callable[[str], str], files: Mapping[str, str]) -> Call:
    """The call that the line makes; `chosen` fills the blanks, `files` are what file:// names."""
    program, service, command, *words = shlex.split(
        BLANK.sub(lambda blank: chosen(blank[0][1:-1]), line), comments=True
    )
    assert program == "aws", line
    service = RENAMED.get(service, service)
    model = service_model(service)
    operation = next((name for name in model.operation_names if xform_name(name, "-") == command), "")
    assert operation, f"{service} has no command {command}"
    shape = model.operation_model(operation).input_shape
    tokens = (name for name, member in shape.members.items() if member.metadata.get("idempotencyToken"))
    parameters: dict[str, Any] = dict.fromkeys(tokens, TOKEN)
    for option, values in options(words):
        if option in ASIDE:
            continue
        path, member = member_of(shape, option)
        value = value_of(member, values, files, flag=not option.startswith("no-"))
        for name in reversed(path[1:]):
            value = {name: value} if value is not UNREAD else UNREAD
        parameters[path[0]] = value
    if command == "run-instances":
        parameters |= {"MinCount": 1, "MaxCount": 1}  # unless --count says otherwise
    return Call(service, operation, parameters)


@cache
def service_model(service: str) -> Any:
    return botocore.session.Session().get_service_model(service)


def options(words: list[str]) -> list[tuple[str, list[str]]]:
    """The options in order, each with the words that follow it."""
    found: list[tuple[str, list[str]]] = []
    for word in words:
        if word in GLOBAL:
            continue
        if word.startswith("--"):
            name, is_joined, value = word[2:].partition("=")
            found.append((name, [value] if is_joined else []))
        elif found:
            found[-1][1].append(word)
    return found


def member_of(shape: Any, option: str) -> tuple[tuple[str, ...], Any]:
    """Where the value goes, and its shape."""
    for name, member in shape.members.items():
        if xform_name(name, "-") in {option, option.removeprefix("no-")}:
            return (name,), member
    assert option in OWN_OPTIONS, f"{shape.name} has no --{option}"
    path = OWN_OPTIONS[option]
    for name in path:
        shape = shape.members[name]
    return path, shape


def value_of(shape: Any, words: list[str], files: Mapping[str, str], *, flag: bool) -> Any:
    if shape.type_name == "boolean":
        return flag if not words else words[0] == "true"
    text = " ".join(words)
    if text.startswith(("file://", "fileb://")):
        name = text.partition("://")[2]
        if name not in files:
            return UNREAD
        text = files[name]
    if shape.type_name in {"structure", "list", "map"}:
        return json.loads(text) if text.startswith(("{", "[")) else shorthand(shape, words)
    return SCALARS.get(shape.type_name, str)(text)


SCALARS: dict[str, Callable[[str], Any]] = {
    "integer": int, "long": int, "double": float, "float": float, "blob": str.encode,
    "boolean": lambda text: text == "true",
}  # fmt: skip


def shorthand(shape: Any, words: list[str]) -> Any:
    """`A=1,B=2` for a structure or a map, `x y` for a list of scalars, `A=1 A=2` for one of structures."""
    if shape.type_name == "list" and shape.member.type_name in {"structure", "map"}:
        return [shorthand(shape.member, [word]) for word in words]
    if shape.type_name == "list":
        return [SCALARS.get(shape.member.type_name, str)(word) for word in words]
    pairs = [part.partition("=") for part in re.split(r",(?=[\w.]+=)", " ".join(words))]
    members = {key: shape.value if shape.type_name == "map" else shape.members[key] for key, _, _ in pairs}
    return {key: value_of(members[key], [value], {}, flag=True) for key, _, value in pairs}


def complaints(call: Call) -> list[str]:
    """What botocore would refuse; of documents that were not read nothing is known."""
    shape = service_model(call.service).operation_model(call.operation).input_shape
    known = {name: value for name, value in call.parameters.items() if value is not UNREAD}
    lines = ParamValidator().validate(known, shape).generate_report().splitlines()
    unread = {f'Missing required parameter in input: "{name}"' for name in call.parameters.keys() - known.keys()}
    return [line for line in lines if line not in unread]
