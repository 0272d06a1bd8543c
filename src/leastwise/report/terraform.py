"""Recommendations as Terraform for the AWS provider; what is in place already is imported, not made a second time.

Import blocks need Terraform 1.5. https://developer.hashicorp.com/terraform/language/block/import
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from leastwise.report.placing import gone, is_writable, placed, word
from leastwise.report.words import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.report.placing import Placed
    from leastwise.results import Recommendation, Subject

SUFFIX = ".tf"
END = "POLICY"


def render(advice: Recommendation) -> str:
    """The principal's policies as resources; "" where there is nothing to write."""
    if not is_writable(advice) or not (advice.policies or gone(advice)):
        return ""
    return "\n".join((*_head(advice), *(_policy(advice.subject, each) for each in placed(advice))))


def _head(advice: Recommendation) -> Iterator[str]:
    """What the reader of a plan has to know, as comments."""
    said = [f"# {advice.subject.arn}"]
    said += [f"# mind: {safe(warning)}" for warning in advice.warnings]
    said += [f"# once the policies below are in force: {each.sentence(advice.subject)}" for each in gone(advice)]
    yield "\n".join(said) + "\n"


def _policy(subject: Subject, each: Placed) -> str:
    kind, policy = subject.kind.value, each.policy
    label = "__".join((kind, word(subject.name), word(policy.name)))
    if policy.kind == "inline":
        resource = f"aws_iam_{kind}_policy"
        holder = f"  {kind:6} = {_text(subject.name)}\n"
        return _imported(f"{resource}.{label}", f"{subject.name}:{policy.name}", each) + _resource(
            resource, label, f"  name   = {_text(policy.name)}\n{holder}{_document(each)}"
        )
    made = _imported(f"aws_iam_policy.{label}", each.arn, each) + _resource(
        "aws_iam_policy", label, f"  name   = {_text(policy.name)}\n  path   = {_text(each.path)}\n{_document(each)}"
    )
    return made if each.in_place else f"{made}\n{_attachment(subject, label)}"


def _attachment(subject: Subject, label: str) -> str:
    kind = subject.kind.value
    body = f"  {kind:10} = {_text(subject.name)}\n  policy_arn = aws_iam_policy.{label}.arn\n"
    return _resource(f"aws_iam_{kind}_policy_attachment", label, body)


def _imported(address: str, known_as: str, each: Placed) -> str:
    return f"import {{\n  to = {address}\n  id = {_text(known_as)}\n}}\n\n" if each.in_place else ""


def _resource(kind: str, label: str, body: str) -> str:
    return f'resource "{kind}" "{label}" {{\n{body}}}\n'


def _text(name: str) -> str:
    """A name that IAM accepts: nothing in it means anything to Terraform."""
    return f'"{name}"'


def _document(each: Placed) -> str:
    return argument("policy", each.policy.document)


def argument(name: str, document: dict[str, object]) -> str:
    """A policy as the argument of a resource: the JSON that it is, in ASCII, since Terraform normalises its strings.

    In a heredoc only `${` and `%{` mean something, and doubling the first character takes that away.
    https://developer.hashicorp.com/terraform/language/expressions/strings
    """
    text = json.dumps(document, indent=2)
    return f"  {name} = <<-{END}\n{_indented(_literal(text))}\n  {END}\n"


def _literal(text: str) -> str:
    """The JSON without templates. What stands before `${` is no sign of its own then: JSON can spell it otherwise."""
    spelled = re.sub(r"[$%](?=[$%]+\{)", lambda sign: f"\\u{ord(sign[0]):04x}", text)
    return re.sub(r"[$%]\{", lambda sign: sign[0][0] + sign[0], spelled)


def _indented(text: str) -> str:
    return re.sub("^", "    ", text, flags=re.MULTILINE)
