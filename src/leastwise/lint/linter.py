"""From the bytes of a file to what is wrong with it."""

from __future__ import annotations

import codecs
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from leastwise.lint.json_text import Broken, read_json
from leastwise.lint.places import Kind, Place, Unknown, Unreadable, places
from leastwise.lint.rule import Notice, Rule, Say, notice
from leastwise.lint.rules import all_rules
from leastwise.lint.rules.reading import byte_order_mark, syntax
from leastwise.lint.subject import Subject
from leastwise.lint.tree import Node, Source
from leastwise.lint.yaml_text import read_yaml
from leastwise.results import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_YAML = (".yaml", ".yml")
LARGEST = 64 << 20


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: the rules, and what kind of policies those are that do not tell."""

    rules: tuple[Rule, ...]
    kind: Kind | None = None


class Linted(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a file. `unknown` are its policies that cannot be judged before they are deployed, each with why."""

    name: str
    policies: int
    notices: tuple[Notice, ...]
    unknown: tuple[str, ...] = ()


def lint(name: str, data: bytes, chosen: Chosen | None = None) -> Linted:
    """Judge a file. What cannot be read is a notice of the rule `syntax`, whatever rules are chosen."""
    chosen = chosen or Chosen(rules=all_rules())
    source = Source(name, "")
    try:
        text, has_mark = _decoded(data)
        source = Source(name, text)
        root = read_yaml(text) if _is_yaml(name, text) else read_json(text)
    except Broken as fault:
        return Linted(name=name, policies=0, notices=(_unreadable(fault, source),))
    marked = Say(Node("text", 0, 1), "the file begins with a byte order mark")
    notices = [notice(byte_order_mark, marked, source, "")] if has_mark and byte_order_mark in chosen.rules else []
    unknown: list[str] = []
    count = 0
    for found in places(root, source):
        if isinstance(found, Unknown):
            unknown.append(f"{found.where}: {found.reason}")
        elif isinstance(found, Unreadable):
            notices.append(_unreadable(found.fault, source, found.where))
        else:
            count += 1
            notices += _judged(found, source, chosen)
    ordered = sorted(notices, key=lambda n: (n.line, n.column, n.rule))
    return Linted(name=name, policies=count, notices=tuple(_apart(ordered)), unknown=tuple(unknown))


def _judged(place: Place, source: Source, chosen: Chosen) -> Iterator[Notice]:
    subject = Subject(place, source, chosen.kind)
    for rule in chosen.rules:
        for say in rule.judge(subject) if rule.judge else ():
            yield notice(rule, say, source, place.where)


def _apart(notices: list[Notice]) -> Iterator[Notice]:
    """Those that say the same of the same words are told apart by their order, so that no two have one fingerprint."""
    seen: Counter[str] = Counter()
    for one in notices:
        before = seen[one.fingerprint]
        seen[one.fingerprint] += 1
        again = fingerprint(one.fingerprint, str(before)) if before else one.fingerprint
        yield msgspec.structs.replace(one, fingerprint=again)


def _unreadable(fault: Broken, source: Source, where: str = "") -> Notice:
    return notice(syntax, Say(Node("text", fault.offset, fault.offset + 1), fault.reason), source, where)


def _is_yaml(name: str, text: str) -> bool:
    """By the name; a template of another name is JSON if it begins like it."""
    if name.lower().endswith(_YAML):
        return True
    return name.lower().endswith(".template") and not text.lstrip().startswith("{")


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text, and whether a byte order mark stood before it."""
    if len(data) > LARGEST:
        raise Broken(0, f"it has {len(data) >> 20} MB; more than {LARGEST >> 20} are not read")
    if not data or data.isspace():
        raise Broken(0, "it is empty, where a policy was expected")
    if data.startswith(_UTF16):
        try:
            return data.decode("utf-16"), True
        except UnicodeError as error:
            raise Broken(0, "it is damaged or cut off UTF-16 text: save it as UTF-8") from error
    has_mark = data.startswith(codecs.BOM_UTF8)
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode(), has_mark
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Broken(0, f"byte {error.start} on line {line} is no UTF-8: save the file as UTF-8") from error
