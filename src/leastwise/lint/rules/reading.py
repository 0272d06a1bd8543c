"""What is wrong with a file before anybody asks what its policy means. The reader raises these itself."""

from __future__ import annotations

from leastwise.lint.rule import Rule
from leastwise.results import Confidence, Severity

_GRAMMAR = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"

syntax = Rule(
    id="syntax",
    title="The file cannot be read",
    severity=Severity.HIGH,
    confidence=Confidence.CERTAIN,
    fix="Mend the place that is shown; nothing behind it was judged.",
    docs=_GRAMMAR,
    about="The text is no JSON, or no YAML. The place is the first at which it cannot be continued.",
)

byte_order_mark = Rule(
    id="byte_order_mark",
    title="The file begins with a byte order mark",
    severity=Severity.LOW,
    confidence=Confidence.CERTAIN,
    fix="Save the file as UTF-8 without a byte order mark.",
    docs=_GRAMMAR,
    about="Many readers of JSON refuse a file that begins so, or that is UTF-16.",
)
