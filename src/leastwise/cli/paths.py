"""`leastwise paths`: who becomes whom, how, and how surely?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
import msgspec

from leastwise.cli import asking, options, realms
from leastwise.cli.asking import Line
from leastwise.cli.screen import side_by_side, width
from leastwise.cli.source import Sources
from leastwise.cli.words import separate, unknown
from leastwise.errors import UsageError
from leastwise.escalation.method import entries, methods
from leastwise.questions.ways import ADMINISTRATOR, NONE, UNKNOWN, Sought, find_ways
from leastwise.report import dot, graphml, mermaid, opengraph, path_json
from leastwise.report.picture import draw
from leastwise.report.words import count, place, safe, shorten, stops
from leastwise.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leastwise.escalation.realm import Realm
    from leastwise.questions.ways import Found
    from leastwise.report.picture import Picture
    from leastwise.results import Edge, Path

VERDICTS = tuple(verdict.value for verdict in Verdict)
ID = 8  # hexadecimal digits of a path's id that are shown; any beginning will do
VERDICT = max(map(len, VERDICTS))
WIDEST = 120  # columns of the table
MOST = 100  # paths in the table
FEW = 5  # paths of one source that are shown in full
PREFIX = "path:"
GRAPHS: dict[str, Callable[[Picture], str]] = {
    "opengraph": opengraph.render,
    "graphml": graphml.render,
    "dot": dot.render,
    "mermaid": mermaid.render,
}


@click.command("paths")
@click.argument("path_id", metavar="[ID]", default="")
@click.option("--from", "source", metavar="P", default="", help="Only paths that start there; shown in full.")
@click.option("--to", "target", metavar="T", default="", help="Paths to this one instead of to an administrator.")
@click.option(
    "--verdict",
    "verdicts",
    type=click.Choice(VERDICTS),
    multiple=True,
    help="Only paths of this verdict; may be given again. Default: proven and conditional.",
)
@click.option("--method", "wanted", metavar="ID,...", multiple=True, callback=separate, help="Only paths that use it.")
@click.option("--expect", type=click.Choice([NONE, *VERDICTS]), help="Exit with 1 when the strongest is another.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", *GRAPHS]),
    default="text",
    show_default=True,
    help="How to answer; the last four draw the paths: for BloodHound, graph tools, Graphviz, wikis.",
)
@options.sources
@options.inventory
def command(path_id: str, *, expect: str | None, form: str, **given: Any) -> int:
    """Show the paths of privilege escalation: who becomes administrator, or another, how, and how surely.

    P and T are an ARN, `user/ann`, `role/x`, `group/g` or a name that only one has; P also who comes from outside: an
    account, `anyone`, or as the table names him. T may be an account: then its administrators are meant. ID is that of
    a path, in the table or in a report, or its beginning; the path is then shown in full.
    """
    sought = Sought(
        source=given.pop("source"),
        target=given.pop("target"),
        verdicts=tuple(map(Verdict, given.pop("verdicts"))),
        methods=known(given.pop("wanted")),
        path=hexadecimal(path_id),
    )
    realm = realms.look(Sources(**given))
    found = find_ways(realm, sought)
    if sought.path and not (found.paths or found.external):
        raise UsageError(f"there is no path {path_id!r}: `leastwise paths` lists them, with the same --to as before")
    if form == "json":
        publish(realm, sought, found)
    elif form in GRAPHS:
        paint(found, form)
    else:
        show(realm, sought, found)
    return asking.expected(found.answer, expect)


def known(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of methods. Raises UsageError for one that there is not."""
    every = {method.id for method in methods()} | entries().keys()
    for name in names:
        if name not in every:
            raise unknown("method", name, sorted(every), listed_by="leastwise explain ID")
    return names


def hexadecimal(path_id: str) -> str:
    """The digits of a path's id. Raises UsageError for what is none."""
    digits = path_id.removeprefix(PREFIX).lower()
    if digits.strip("0123456789abcdef"):
        raise UsageError(f"{path_id!r} is no id of a path: name principals by --from and --to")
    return digits


# for people


def show(realm: Realm, sought: Sought, found: Found) -> None:
    """The table, or, where one path or a source of few is meant, the paths in full."""
    notes = [Line("note", note) for note in found.notes]
    notes += realms.doubts(found.blind)
    if found.others:
        others = ", ".join(f"{number:,} {verdict.value}" for verdict, number in found.others.items())
        notes.append(Line("others", f"{others}: --verdict shows them"))
    every = (*found.paths, *found.external)
    if sought.path or (sought.source and len(every) <= FEW):
        asking.say(headline(realm, sought, found), notes)
        for path in every:
            print()
            in_full(realm, path)
        return
    asking.say(headline(realm, sought, found), ())
    for line in table(realm, every[:MOST]):
        print(line)
    if len(every) > MOST:
        notes.append(Line("more", f"{len(every) - MOST:,} further paths: --from, --to and --format json show them"))
    if every:
        notes.append(Line("next", f"the same with {every[0].fingerprint[:ID]} shows the first in full"))
    asking.say("", notes)


def headline(realm: Realm, sought: Sought, found: Found) -> str:
    """The answer in one sentence."""
    whom = f" to {sought.target or ADMINISTRATOR}"
    start = f" from {sought.source}" if sought.source else ""
    if not found.paths and not found.external:
        doubt = ", but not everything could be read" if found.answer == UNKNOWN else ""
        kinds = f"{' or '.join(v.value for v in sought.verdicts)} " if sought.verdicts else ""
        return f"no {kinds}path{start}{whom}{doubt}"
    aimless = not {path.verdict for path in (*found.paths, *found.external)} - {Verdict.LATERAL, Verdict.LATENT}
    paths = f"{count(len(found.paths) + len(found.external), 'paths')}{start}{'' if aimless else whom}"
    if sought.source:
        return paths
    sources = len({path.source.arn for path in found.paths})
    total = sum(len(one.principals) for one in realm.accounts.values())
    outside = f", {len(found.external):,} from outside" if found.external else ""
    return f"{paths}: from {sources:,} of {total:,} users and roles{outside}"


def table(realm: Realm, paths: tuple[Path, ...]) -> Iterator[str]:
    """One line for each path."""
    if not paths:
        return
    room = min(width(), WIDEST) - len(f"{'':{ID}}  {'':{VERDICT}}  HOPS   ->   ")
    rows = [(realms.called(realm, p.source), _end(realm, p), _methods(p)) for p in paths]
    needs = [max(map(len, column)) for column in zip(*rows, strict=True)]
    ways = min(needs[2], max(room // 4, room - needs[0] - needs[1]))
    left, right = side_by_side(needs[0], needs[1], room=room - ways)
    yield f"{'ID':{ID}}  {'VERDICT':{VERDICT}}  HOPS  {'FROM':{left}}    {'TO':{right}}  METHODS"
    for path, (source, target, how) in zip(paths, rows, strict=True):
        yield (
            f"{path.fingerprint[:ID]}  {path.verdict.value:{VERDICT}}  {len(path.edges):>4}  "
            f"{shorten(source, left):{left}} -> {shorten(target, right):{right}}  {shorten(how, ways)}"
        ).rstrip()


def _methods(path: Path) -> str:
    return " ".join(safe(edge.method) for edge in path.edges)


def _end(realm: Realm, path: Path) -> str:
    return "itself" if path.target.arn == path.source.arn else realms.called(realm, path.target)


def in_full(realm: Realm, path: Path) -> None:
    """Every hop with its permissions, statements, conditions, what would stop it, and its commands."""
    hops = count(len(path.edges), "hops")
    asking.say(f"{PREFIX}{path.fingerprint} {path.verdict.value}, {hops}: {route(realm, path)}", ())
    for number, edge in enumerate(path.edges, start=1):
        asking.say(f"  {number}. {edge.title} ({edge.method}, {edge.verdict.value})", list(_lines(edge)))
        for one in edge.commands:
            print(f"  $ {safe(one)}")


def route(realm: Realm, path: Path) -> str:
    """Whom the path leads through."""
    through = (realms.called_by_arn(realm, edge.target) for edge in path.edges)
    return " -> ".join((realms.called(realm, path.source), *through))


def _lines(edge: Edge) -> Iterator[Line]:
    yield Line("what", edge.attack)
    for used in edge.permissions:
        yield Line("permission", str(used))
        yield from (Line("", f"by {place(evidence)}") for evidence in used.evidence)
    yield from (Line("trust", place(evidence)) for evidence in edge.trust)
    yield from (Line("running", place(evidence)) for evidence in edge.running)
    yield from (Line("if", condition) for condition in edge.conditions)
    yield from (Line("missing", what) for what in edge.missing)
    yield from (Line("stopped by", what) for what in stops(edge))
    if edge.end_of_life:
        yield Line("note", "the service is closed to new customers or at the end of its life")


# for programs


def paint(found: Found, form: str) -> None:
    """The graph of the paths. Mermaid has room for a few of them: how many there are is said beside the file."""
    picture = draw((*found.paths, *found.external), aim=found.aim, most=mermaid.MOST if form == "mermaid" else None)
    sys.stdout.write(GRAPHS[form](picture))
    if picture.shown < picture.paths:
        room = f"{picture.shown:,} of {count(picture.paths, 'paths')} have room in the picture"
        print(f"leastwise: {room}: --from, --to and --verdict choose, --format dot draws all", file=sys.stderr)


def publish(realm: Realm, sought: Sought, found: Found) -> None:
    """The answer as JSON: paths as in `iam_security_audit.json`."""
    asking.publish(
        accounts=realms.record(realm),
        question={
            "from": sought.source,
            "to": sought.target or ADMINISTRATOR,
            "verdicts": [verdict.value for verdict in sought.verdicts],
            "methods": list(sought.methods),
        },
        answer=found.answer,
        paths=[msgspec.to_builtins(path_json.path(path)) for path in found.paths],
        external_paths=[msgspec.to_builtins(path_json.path(path)) for path in found.external],
        others={verdict.value: number for verdict, number in found.others.items()},
        notes=list(found.notes),
        not_read=list(found.blind),
    )
