"""What a CloudFormation template leaves open until it is deployed, and what can be told before.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html
"""

from __future__ import annotations

import re

from leastwise.lint.tree import Member, Node

HOME = "123456789012"
"""The account that stands for the one in which something is deployed."""
_KNOWN = {"AWS::AccountId": HOME, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
_PART = re.compile(r"\$\{(!?)([^}]*)\}")


def resolved(node: Node) -> Node:
    """The value with each function call replaced by its text, or by an open value where that is not known."""
    if is_call(node):
        said = _text(node)
        return Node("open", node.start, node.end) if said is None else Node("text", node.start, node.end, said)
    copy = Node(node.sort, node.start, node.end, node.value)
    copy.repeated = node.repeated
    copy.items = [resolved(item) for item in node.items]
    copy.members = {name: Member(member.key, resolved(member.value)) for name, member in node.members.items()}
    return copy


def is_call(node: Node) -> bool:
    """Whether it is a call of an intrinsic function."""
    return node.sort == "object" and len(node.members) == 1 and _names_call(next(iter(node.members)))


def _names_call(key: str) -> bool:
    return key == "Ref" or key.startswith("Fn::")


def _text(node: Node) -> str | None:
    """What a call or a text comes to, None where that hangs on the deployment."""
    if not is_call(node):
        return str(node.value) if node.sort in {"text", "number"} else None
    name, (_, given) = next(iter(node.members.items()))
    if name == "Ref":
        return _KNOWN.get(str(given.value))
    if name == "Fn::Sub" and given.sort == "text":
        return _filled(str(given.value))
    if name == "Fn::Join" and len(given.items) == 2 and given.items[1].sort == "list":
        parts = [_text(item) for item in given.items[1].items]
        said = [part for part in parts if part is not None]
        return str(given.items[0].value).join(said) if len(said) == len(parts) else None
    return None


def _filled(text: str) -> str | None:
    """The text with the pseudo parameters filled in; `${!x}` is the text `${x}`."""
    if any(not literal and name not in _KNOWN for literal, name in _PART.findall(text)):
        return None
    return _PART.sub(lambda found: "${" + found[2] + "}" if found[1] else _KNOWN[found[2]], text)
