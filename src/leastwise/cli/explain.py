"""`leastwise explain`: what a check or a rule of lint looks for, or how an escalation method works."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple

import click

from leastwise.checks import all_checks
from leastwise.cli.completion import explained
from leastwise.cli.screen import width
from leastwise.cli.words import unknown
from leastwise.escalation.method import entries, methods
from leastwise.escalation.prose import permissions, premises, with_blanks
from leastwise.lint import all_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.checks.core import Check
    from leastwise.escalation.method import Method
    from leastwise.lint import Rule

WIDEST = 100  # longer lines are hard to read


class Part(NamedTuple):
    """Texts under a heading; left out when there are none. Commands are shown as they are, to be copied."""

    heading: str
    texts: tuple[str, ...]
    verbatim: bool = False

    def draw(self, columns: int) -> str:
        """The part with each text a list item, or as paragraphs where it has no heading."""
        if not self.heading:
            return "\n\n".join(textwrap.fill(text, columns, break_on_hyphens=False) for text in self.texts)
        items = self.texts if self.verbatim else tuple(_item(text, columns - 2) for text in self.texts)
        return "\n".join((self.heading, *(textwrap.indent(item, "  ") for item in items)))


def _item(text: str, columns: int) -> str:
    return textwrap.fill(text, columns, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


@click.command("explain")
@click.argument("name", metavar="ID", shell_complete=explained)
def command(name: str) -> None:
    """Explain a check (`leastwise checks` lists them), an escalation method (a path names its methods) or a rule of
    lint (`leastwise lint --rules` lists them).
    """
    pages = {rule.id: _rule(rule) for rule in all_rules()}
    pages |= {method.id: _method(method) for method in (*methods(), *entries().values())}
    pages |= {check.id: _check(check) for check in all_checks()}
    if name not in pages:
        raise unknown("check, method or rule", name, pages, listed_by="leastwise checks")
    columns = min(width(), WIDEST)
    print("\n\n".join(part.draw(columns) for part in pages[name] if part.texts))


def _rule(rule: Rule) -> Iterator[Part]:
    yield Part("", (f"{rule.id}: {rule.title} ({rule.severity.label})", *rule.about.split("\n\n")))
    yield Part("Fix", (rule.fix,))
    yield Part("See", (rule.docs,))


def _check(check: Check) -> Iterator[Part]:
    yield Part("", (f"{check.id}: {check.title} ({check.severity.label})", *check.about.split("\n\n")))
    yield Part("Attack", (check.attack,))
    yield Part("Fix", check.fix)
    yield Part("Cannot be judged without", tuple(sorted(check.needs)))
    yield Part("Is sharpened by", tuple(sorted(check.refines)))
    yield Part("See", check.cites)


def _method(method: Method) -> Iterator[Part]:
    closed = "; the service is closed or closing" if method.end_of_life else ""
    yield Part("", (f"{method.id}: {method.title} ({method.category}{closed})", with_blanks(method.attack)))
    yield Part("Wins", (with_blanks(method.wins),))
    yield Part("Needs", tuple(" or ".join(actions) + where for actions, where in permissions(method)))
    yield Part("Looks up in the account", premises(method))
    yield Part("Supposes", tuple(fact.text for fact in method.supposes))
    yield Part("Commands", tuple(map(with_blanks, method.commands)), verbatim=True)
    yield Part("Fix", tuple(map(with_blanks, method.fix)))
    yield Part("See", method.sources)
