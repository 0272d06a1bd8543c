"""A recommendation as a CloudFormation template. What is in place already can be imported into a stack, and is kept.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from leastwise.report.placing import gone, is_writable, placed, word
from leastwise.report.published import indented
from leastwise.report.words import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.report.placing import Placed
    from leastwise.results import Recommendation, Subject

SUFFIX = ".template.json"
NOT_LITERAL = "CloudFormation would take a part of {} for its own, so that it is not written"
IMPORT = "{} is in place: import it into the stack, or the stack cannot be made"
KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
_WORD = re.compile(r"[0-9A-Za-z]+")
_OWN = re.compile(r"\{\{resolve:|[\ud800-\udfff]")


def render(advice: Recommendation) -> str:
    """The template of one principal; "" where there is nothing to put into one."""
    if not is_writable(advice):
        return ""
    resources = dict(_resources(advice))
    if not resources:
        return ""
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Policies of {advice.subject.arn}, narrowed"[:1024],
        "Metadata": {"Notes": list(_notes(advice))},
        "Resources": resources,
    }
    return indented({part: value for part, value in template.items() if value != {"Notes": []}}).decode() + "\n"


def _notes(advice: Recommendation) -> Iterator[str]:
    for each in placed(advice):
        name = each.policy.name
        if not _is_literal(each.policy.document):
            yield NOT_LITERAL.format(name)
        elif each.in_place:
            yield IMPORT.format(name)
    yield from (f"once the policies are in force: {each.sentence(advice.subject)}" for each in gone(advice))
    yield from (f"mind: {safe(warning)}" for warning in advice.warnings)


def _resources(advice: Recommendation) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in placed(advice):
        if _is_literal(each.policy.document):
            kind, properties = _properties(advice.subject, each)
            kept = KEPT if each.in_place else {}
            label = each.policy.kind.capitalize() + word(each.policy.name, plain=_WORD, joint="")
            yield label, {"Type": f"AWS::IAM::{kind}", **kept, "Properties": properties}


def _properties(subject: Subject, each: Placed) -> tuple[str, dict[str, Any]]:
    kind = subject.kind.value.capitalize()
    policy = each.policy
    if policy.kind == "inline":
        return f"{kind}Policy", {
            "PolicyName": policy.name,
            f"{kind}Name": subject.name,
            "PolicyDocument": policy.document,
        }
    return "ManagedPolicy", {
        "ManagedPolicyName": policy.name,
        "Path": each.path,
        f"{kind}s": [subject.name],
        "PolicyDocument": policy.document,
    }


def _is_literal(value: object) -> bool:
    """Whether nothing in a document is a function or a dynamic reference, which no template can quote, or no text.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """
    if isinstance(value, dict):
        return not any(key == "Ref" or key.startswith("Fn::") for key in value) and all(
            _is_literal(part) for pair in value.items() for part in pair
        )
    if isinstance(value, list):
        return all(map(_is_literal, value))
    return not isinstance(value, str) or not _OWN.search(value)
