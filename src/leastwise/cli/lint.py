"""`leastwise lint`: policy files, before they are deployed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from leastwise.cli.screen import width
from leastwise.cli.words import separate, unknown
from leastwise.collect.policy_texts import files_named, standard_input, text_of
from leastwise.errors import UsageError
from leastwise.lint import Chosen, Kind, Linted, all_rules, lint
from leastwise.lint.formats import to_github, to_json, to_sarif
from leastwise.lint.shown import lines
from leastwise.report.words import safe
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leastwise.lint import Notice, Rule

NEVER = "never"
SEVERITIES = {severity.label: severity for severity in sorted(Severity, reverse=True)}
FINDINGS, GAPS = 1, 4  # the exit codes that docs/guide/ci.md explains
ALWAYS = "syntax"  # what cannot be read must not look like a pass
WIDEST = 100


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for, by the names of the flags."""

    files: tuple[str, ...]
    type: str | None
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    min_severity: str
    fail_on: str
    strict: bool
    format: str
    stdin: bool
    stdin_filename: str

    @property
    def chosen(self) -> Chosen:
        """The rules that are asked for."""
        rules = {rule.id: rule for rule in all_rules()}
        for name in (*self.select, *self.ignore):
            if name not in rules:
                raise unknown("rule", name, rules, listed_by="leastwise lint --rules")
        wanted = [rule for name, rule in rules.items() if name == ALWAYS or self._wants(name)]
        return Chosen(rules=tuple(wanted), kind=Kind(self.type) if self.type else None)

    def _wants(self, name: str) -> bool:
        return (not self.select or name in self.select) and name not in self.ignore

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """The files by name."""
        if self.stdin == bool(self.files):
            raise UsageError("name files or folders to lint, or give --stdin: one of the two")
        if self.stdin:
            yield self.stdin_filename, standard_input()
        yield from ((str(path), text_of(path)) for path in files_named(self.files))


@click.command("lint")
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--type",
    type=click.Choice([kind.value for kind in Kind]),
    help="What kind of policies those are whose file does not tell. Without it, a policy without principals is taken "
    "for one of an identity, one that lets roles be assumed for a trust policy.",
)
@click.option("--select", metavar="RULE,...", multiple=True, callback=separate, help="Only these rules.")
@click.option("--ignore", metavar="RULE,...", multiple=True, callback=separate, help="All rules but these.")
@click.option(
    "--min-severity", type=click.Choice(list(SEVERITIES)), default="low", show_default=True, help="Show no lower ones."
)
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, NEVER]),
    default="high",
    show_default=True,
    help="Exit with 1 for findings of this severity or above.",
)
@click.option("--strict", is_flag=True, help="Exit with 4 when a policy could not be judged before it is deployed.")
@click.option(
    "--format", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True,
    help="How to answer: for people, for programs, for code scanning, as annotations in a job of GitHub.",
)  # fmt: skip
@click.option("--stdin", is_flag=True, help="Lint what is piped in.")
@click.option(
    "--stdin-filename", metavar="NAME", default="<stdin>", show_default=True, help="What to call it; .yaml reads YAML."
)
@click.option("--rules", is_flag=True, help="List the rules, and lint nothing.")
def command(*, rules: bool, **given: Any) -> int:
    """Judge policy files before they are deployed.

    FILE is a policy, a CloudFormation template (JSON or YAML), what `terraform show -json PLAN` prints, an answer of
    AWS that holds policies, a folder of such, or a pattern as `policies/**/*.json`. No account is asked.
    `leastwise explain RULE` explains a rule.
    """
    if rules:
        print(_list(all_rules()))
        return 0
    asked = Asked(**given)
    chosen = asked.chosen
    least = SEVERITIES[asked.min_severity]
    linted = [_shown(lint(name, data, chosen), least) for name, data in asked.texts()]
    _say(linted, asked.format)
    return _code(asked, linted)


def _shown(one: Linted, least: Severity) -> Linted:
    kept = tuple(notice for notice in one.notices if notice.severity >= least or notice.rule == ALWAYS)
    return msgspec.structs.replace(one, notices=kept)


def _code(asked: Asked, linted: Sequence[Linted]) -> int:
    if asked.strict and any(one.unknown for one in linted):
        return GAPS
    found = [notice.severity for one in linted for notice in one.notices]
    return FINDINGS if asked.fail_on != NEVER and any(s >= SEVERITIES[asked.fail_on] for s in found) else 0


def _say(linted: Sequence[Linted], form: str) -> None:
    notices = [notice for one in linted for notice in one.notices]
    if form == "text":
        print("\n".join(_text(linted, notices)))
    elif form == "github":
        print(to_github(notices), end="")
        print(_sum(linted, notices), file=sys.stderr)
    else:
        print(to_json(linted) if form == "json" else to_sarif(linted))


def _text(linted: Sequence[Linted], notices: Sequence[Notice]) -> Iterator[str]:
    columns = min(width(), WIDEST)
    for notice in notices:
        yield from lines(notice, columns)
        yield ""
    for one in linted:
        yield from (safe(f"{one.name}: not assessed: {text}") for text in one.unknown)
    yield _sum(linted, notices)


def _sum(linted: Sequence[Linted], notices: Sequence[Notice]) -> str:
    policies = sum(one.policies for one in linted)
    found = _count(policies, "policy", "policies") + " in " + _count(len(linted), "file", "files")
    without = sum(not one.policies and not one.unknown and not one.notices for one in linted)
    if without:
        found += f" ({without} without any)"
    tally = {label: sum(n.severity is severity for n in notices) for label, severity in SEVERITIES.items()}
    told = ", ".join(f"{count} {label}" for label, count in tally.items() if count)
    return f"{found}: {told or 'nothing found'}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _list(rules: Sequence[Rule]) -> str:
    columns = max(len(rule.id) for rule in rules)
    return "\n".join(f"{rule.id:{columns}}  {rule.severity.label:8}  {rule.title}" for rule in rules)
