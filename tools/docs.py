"""Write what is made from the code, so that it cannot rot: pages, a picture, the methods as the program reads them.

python tools/docs.py            write docs/checks, docs/methods, docs/{rules,commands,schemas}.md, docs/*.svg, METHODS
python tools/docs.py --check    write nothing; exit 1 and name what is stale, missing or left over

Lines wrap as they do in the code; no date, no version and no machine shows in them, so that they change only with it.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import re
import sys
import tomllib
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from leastwise.account.kinds import KINDS
from leastwise.audit import audit
from leastwise.checks import all_checks
from leastwise.cli.program import COMMANDS, program
from leastwise.collect.permissions import required_policy
from leastwise.escalation.method import ENTER, FOLDER, SHAPES, parse
from leastwise.escalation.prose import permissions, premises, with_blanks
from leastwise.lint import all_rules
from leastwise.report import FILES, FORMATS
from leastwise.report.table import render
from leastwise.report.view import View
from leastwise.snapshot import loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from leastwise.checks.core import Check
    from leastwise.escalation.method import Method
    from leastwise.lint import Rule
    from leastwise.report import File

ROOT = Path(__file__).resolve().parent.parent
MADE_FOLDERS = ("docs/checks", "docs/methods")  # nothing else may lie here
METHODS = "src/leastwise/escalation/methods.json"  # the rows of methods/*.toml, to be read in a moment
PERMISSIONS = "docs/guide/permissions.md"  # written by hand but for the policy in it
INVENTORY = "docs/guide/inventory.md"  # written by hand but for the table of kinds in it
FORMATS_PAGE = "docs/guide/formats.md"  # written by hand but for the table of formats in it
SCHEMAS = "src/leastwise/report/schema"
COLUMNS = 100  # of the picture and of the help texts
MADE_BY = "<!-- made by tools/docs.py: change the code, then run `make docs` -->"


def pages() -> dict[str, str]:
    """Every made file by its path from the root of the project."""
    rows = method_rows()
    methods = parse(rows.encode())
    return {
        METHODS: rows,
        **{f"docs/checks/{check.id}.md": check_page(check) for check in all_checks()},
        "docs/checks/README.md": checks_index(all_checks()),
        **{f"docs/methods/{method.id}.md": method_page(method) for method in methods},
        "docs/methods/README.md": methods_index(methods),
        "docs/rules.md": rules_page(all_rules()),
        "docs/commands.md": commands_page(),
        "docs/schemas.md": schemas_page(),
        PERMISSIONS: with_policy(read(PERMISSIONS)),
        INVENTORY: with_kinds(read(INVENTORY)),
        FORMATS_PAGE: with_formats(read(FORMATS_PAGE)),
        "docs/console.svg": picture(),
    }


# the checks


def check_page(check: Check) -> str:
    """All that a reader of a finding may want to know about the check that raised it."""
    return page(
        check.title,
        f"`{check.id}` · {check.severity.label}",
        check.about,
        "## How it is abused",
        check.attack,
        "## How to mend it",
        numbered(check.fix),
        "## What it reads",
        bullets(
            (
                f"Cannot judge without: {codes(sorted(check.needs))}",
                f"Judges more sharply with: {codes(sorted(check.refines))}",
            )
        ),
        *(("## See also", bullets(map(linked, check.cites))) if check.cites else ()),
        "## By example",
        "From its tests: where it fires, and where it stays silent.",
        *map(fenced, dict.fromkeys(example(check.id, word) for word in ("fires", "silent"))),
    )


def checks_index(checks: Sequence[Check]) -> str:
    """The list of checks, worst first."""
    ranked = sorted(checks, key=lambda check: (-check.severity, check.id))
    return page(
        "The checks",
        "Each finding names its check. `leastwise explain ID` shows the same page in the terminal.",
        table(("check", "severity", "what is wrong"), ((link(c.id), c.severity.label, c.title) for c in ranked)),
    )


def rules_page(rules: Sequence[Rule]) -> str:
    """The rules of `leastwise lint`, each with what it means."""
    listed = ((f"[`{rule.id}`](#{rule.id})", rule.severity.label, rule.title) for rule in rules)
    about = ((f"## {rule.id}", rule.about, f"**Fix.** {rule.fix}", f"See {linked(rule.docs)}.") for rule in rules)
    return page(
        "The rules of lint",
        "What [`leastwise lint`](guide/lint.md) says of policy files. `leastwise explain RULE` shows the same in the "
        "terminal.",
        table(("rule", "severity", "what is wrong"), listed),
        *(block for blocks in about for block in blocks),
    )


def example(check: str, word: str) -> str:
    """The first test of the check that goes in this direction, as it stands in its file."""
    path = ROOT / "tests" / "checks" / f"test_{check}.py"
    source = path.read_text("utf-8")
    for test in tests_in(source):
        if word in test.name or has_both(test):
            first = min([test.lineno, *(decorator.lineno for decorator in test.decorator_list)])
            return "\n".join(source.splitlines()[first - 1 : test.end_lineno])
    raise LookupError(f"{path.relative_to(ROOT)} has no test with {word!r} in its name, see CONTRIBUTING.md")


def tests_in(source: str) -> Iterator[ast.FunctionDef]:
    """The tests of a file, in its order."""
    return (n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_"))


def has_both(test: ast.FunctionDef) -> bool:
    """Whether the test is a table of both directions: its rows say whether the check `speaks`."""
    return any(argument.arg == "speaks" for argument in (*test.args.args, *test.args.kwonlyargs))


# the methods


def method_rows() -> str:
    """The rows of all shapes as JSON, each on a line of its own, so that changes can be read and merged."""
    rows = [
        {"shape": shape, **row}
        for shape in (*SHAPES, ENTER)
        for row in tomllib.loads((FOLDER / f"{shape}.toml").read_text("utf-8"))["method"]
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n"


def method_page(method: Method) -> str:
    """All that a reader of a path may want to know about one of its steps."""
    return page(
        method.title,
        f"`{method.id}` · {method.category} · shape `{method.shape}`"
        + (" · closed service" if method.end_of_life else ""),
        as_prose(method.attack),
        as_prose(f"It wins {method.wins}."),
        "## What it needs",
        bullets(as_code(actions) + where for actions, where in permissions(method)) or "No permission of its own.",
        *(("## What must be so", bullets(looked_up)) if (looked_up := premises(method)) else ()),
        *(("## What it supposes", bullets(as_prose(fact.text) for fact in method.supposes)) if method.supposes else ()),
        *(("## How it is done", fenced(with_blanks("\n".join(method.commands)), "console")) if method.commands else ()),
        "## How to mend it",
        numbered(map(as_prose, method.fix)),
        "## See also",
        bullets(map(linked, method.sources)),
    )


def methods_index(every: Sequence[Method]) -> str:
    """The list of methods in the order in which they are preferred."""
    return page(
        "The escalation methods",
        "Each step of a path names its method. `leastwise explain ID` shows the same page in the terminal.",
        f"There are {sum(m.shape in SHAPES for m in every)}, over {len(SHAPES)} shapes. The others are ways in from "
        "outside.",
        table(("method", "shape", "what is done"), ((link(m.id), f"`{m.shape}`", m.title) for m in every)),
    )


def as_prose(text: str) -> str:
    """A row's text for no path in particular: its blanks stand for whom they would name."""
    return re.sub(r"\{(\w+?)(?:_name)?\}", r"*\1*", text)


def as_code(actions: Iterable[str]) -> str:
    """The actions any of which would do."""
    return " or ".join(f"`{action}`" for action in actions)


# the commands


def commands_page() -> str:
    """The help of every command, as the terminal shows it."""
    with click.Context(program, info_name="leastwise", terminal_width=COLUMNS, **program.context_settings) as top:
        commands = filter(None, (program.get_command(top, name) for name in COMMANDS))
        helps = (text for command in commands for text in helps_of(command, top))
        return page("The commands", *(fenced(text, "text") for text in (program.get_help(top), *helps)))


def helps_of(command: click.Command, parent: click.Context) -> Iterator[str]:
    """The help of a command, and of those in it."""
    context = click.Context(command, parent=parent, info_name=command.name)
    yield command.get_help(context)
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        yield from helps_of(inner, context)


def with_policy(text: str) -> str:
    """The page with the policy of `leastwise permissions` in its block of JSON."""
    block = fenced(json.dumps(required_policy(), indent=2), "json")
    return re.sub(r"```json\n.*?```", lambda _: block, text, count=1, flags=re.DOTALL)


def with_kinds(text: str) -> str:
    """The page with what is listed and kept of each kind of resource that runs."""
    rows = ((f"`{kind.id}`", f"`{kind.call}`", codes(kind.members)) for kind in KINDS)
    block = table(("kind", "listed by", "members kept"), rows)
    return between_marks(text, "kinds", block)


def with_formats(text: str) -> str:
    """The page with the formats, their files, and what each module says of itself first."""
    rows = ((f"`{name}`", codes(file.name for file in written), purpose(written)) for name, written in FORMATS.items())
    return between_marks(text, "formats", table(("format", "files", "what it is"), rows))


def purpose(written: Sequence[File]) -> str:
    """What the module of a format says first, or that its files are always written."""
    if tuple(written) == FILES:
        return "All of it, always written."
    (file,) = written
    about = import_module(f"leastwise.report.{file.module}").__doc__ or ""
    return " ".join(about.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".") + "."


def between_marks(text: str, mark: str, block: str) -> str:
    """The page with the block between the marks of that name."""
    return re.sub(
        rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", lambda m: f"{m[1]}\n{block}\n\n{m[2]}", text, flags=re.DOTALL
    )


# the files


def schemas_page() -> str:
    """The fields of every published file, record by record, from its schema."""
    blocks = [f"They ship in `{SCHEMAS}`. Within a first number of `schema_version` fields are only added."]
    for schema in (json.loads(path.read_text("utf-8")) for path in sorted((ROOT / SCHEMAS).glob("*.json"))):
        blocks.append(f"## {schema['title']}")
        for name, record in schema["$defs"].items():
            needed, told = record.get("required", ()), " ".join(record.get("description", "").split())
            fields = record.get("properties", {}).items()
            rows = [(f"`{field}`", kind_of(what), "yes" if field in needed else "") for field, what in fields]
            blocks += [f"**{name}** {told}", table(("field", "type", "always"), rows)] if rows else []
    return page("The schemas", *blocks)


def kind_of(what: Mapping[str, Any]) -> str:
    """The type of a field in words."""
    if "anyOf" in what:
        return " or ".join(map(kind_of, what["anyOf"]))
    if isinstance(what.get("items"), dict):
        return f"list of {kind_of(what['items'])}"
    if isinstance(what.get("additionalProperties"), dict):
        return f"{kind_of(what['additionalProperties'])} by name"
    return codes(what["enum"]) if "enum" in what else what.get("$ref", what.get("type", "anything")).rpartition("/")[2]


# the picture


def picture() -> str:
    """The first screen of `leastwise demo`, as a picture that needs no font and no address from outside."""
    report = audit(loads(files("leastwise").joinpath("demo/snapshot.json.gz").read_bytes()))
    look = View(width=COLUMNS, colour=True, limit=0, files=tuple(file.name for file in FILES))
    console = Console(width=COLUMNS, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text("$ leastwise demo\n", style="bold"))
    console.print(Text.from_ansi(render(report, look)))
    drawn = console.export_svg(title="leastwise", theme=MONOKAI, unique_id="leastwise")
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)


# Markdown


def page(title: str, *blocks: str) -> str:
    """A made page: the title, the mark that it is made, the blocks with a blank line between."""
    return "\n\n".join((f"# {title}", MADE_BY, *(block.strip() for block in blocks))) + "\n"


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def numbered(lines: Iterable[str]) -> str:
    """A list of steps."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


def codes(words: Iterable[str]) -> str:
    """The words in code type, or a dash."""
    return ", ".join(f"`{word}`" for word in words) or "nothing else"


def linked(reference: str) -> str:
    """An address becomes a link, anything else stays as it is."""
    return f"<{reference}>" if reference.startswith("https://") else reference


def link(name: str) -> str:
    """A link to the neighbouring page of that name."""
    return f"[`{name}`]({name}.md)"


def fenced(text: str, language: str = "python") -> str:
    """A block of code."""
    return f"```{language}\n{text}\n```"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


# writing and comparing


def stale(made: Mapping[str, str]) -> list[str]:
    """What differs from the made files, is missing, or lies among them without being made."""
    wrong = [path for path, text in made.items() if not (ROOT / path).exists() or read(path) != text]
    return sorted({*wrong, *left_over(made)})


def left_over(made: Mapping[str, str]) -> set[str]:
    """Files in the made folders that nothing makes any more."""
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in MADE_FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    return found - set(made)


def read(path: str) -> str:
    """A file of the project."""
    return (ROOT / path).read_text("utf-8")


def write(made: Mapping[str, str]) -> None:
    """Write what is made and take away what is left over."""
    for path in left_over(made):
        (ROOT / path).unlink()
    for path, text in made.items():
        put(path, text)


def put(path: str, text: str) -> None:
    """Write a file of the project."""
    (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / path).write_text(text, "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write, or compare when asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, say what is stale")
    if not parser.parse_args(arguments).check:
        put(METHODS, method_rows())  # first: the picture is of an audit, which reads them
        write(pages())
        return 0
    wrong = stale(pages())
    for path in wrong:
        print(f"{path} is stale, missing or left over: run `make docs`")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
