"""YAML read into the same tree, for templates of CloudFormation; their short forms (`!Sub`) become the long ones.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html

Only the structure is taken from the parser: nothing is constructed, an alias stands for what it names once only, and
plain words mean what they mean to CloudFormation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leastwise.lint.json_text import DEEPEST, Broken
from leastwise.lint.tree import Node

if TYPE_CHECKING:
    from leastwise.lint.tree import Sort

LONGEST = 2_000_000
MOST = 200_000  # values in a file: aliases of aliases can stand for billions
_UNNAMED = ("Ref", "Condition")  # the functions whose long form has no `Fn::`
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def read_yaml(text: str) -> Node:
    """The tree of the one document in a text. Raises Broken."""
    import yaml  # noqa: PLC0415  only templates need it

    if len(text) > LONGEST:
        raise Broken(0, f"a template has at most 1 MB, this YAML has {len(text):,} characters")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)  # not the quicker one in C, which deep nesting makes crash
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Broken(mark.index if mark else 0, f"this is no YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise Broken(getattr(error, "position", 0) or 0, f"this is no YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise Broken(0, f"lists and objects stand more than {DEEPEST} deep in each other") from error
    if root is None:
        raise Broken(0, "it says nothing")
    return _Tree().node(root, ())


class _Tree:
    def __init__(self) -> None:
        self._made = 0

    def node(self, found: Any, above: tuple[Any, ...]) -> Node:
        """The node of one of the parser's; `above` are those it stands in."""
        self._made += 1
        start = found.start_mark.index
        if any(found is one for one in above):
            raise Broken(start, "an alias stands within what it names, so that it would never end: write it out")
        if self._made > MOST:
            raise Broken(start, f"the aliases make more than {MOST:,} values of the file: write out what is meant")
        if len(above) > DEEPEST:
            raise Broken(start, f"lists and objects stand more than {DEEPEST} deep in each other")
        return _called(found, self._node(found, (*above, found)))

    def _node(self, found: Any, above: tuple[Any, ...]) -> Node:
        start, end = found.start_mark.index, found.end_mark.index
        if found.id == "scalar":
            return _scalar(found, start, end)
        node = Node("object" if found.id == "mapping" else "list", start, end)
        if found.id == "sequence":
            node.items = [self.node(item, above) for item in found.value]
            return node
        for key, value in found.value:
            if key.id != "scalar":
                raise Broken(key.start_mark.index, "a key is a text: lists and objects are none")
            node.add(Node("text", key.start_mark.index, key.end_mark.index, key.value), self.node(value, above))
        return node


def _scalar(found: Any, start: int, end: int) -> Node:
    """Plain words and numbers are what they look like; a date such as a policy's version stays a text."""
    kind = found.tag.rpartition(":")[2]
    if found.style is None and kind in {"bool", "null"} and found.value.lower() in _WORDS:
        return Node("word", start, end, _WORDS[found.value.lower()])
    if found.style is None and kind == "int" and found.value.isdecimal() and len(found.value) < DEEPEST:
        return Node("number", start, end, int(found.value))
    sort: Sort = "text"
    return Node(sort, start, end, found.value)


def _called(found: Any, node: Node) -> Node:
    """`!Sub x` as `{"Fn::Sub": x}`."""
    if not found.tag.startswith("!"):
        return node
    name = found.tag[1:]
    call = Node("object", node.start, node.end)
    key = Node("text", node.start, node.start, name if name in _UNNAMED else f"Fn::{name}")
    call.add(key, node)
    return call
