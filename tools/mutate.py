"""Change one thing at a time in a source file, and ask whether some test notices.

    python tools/mutate.py src/leastwise/policy/evaluate.py [--tests tests/policy/test_evaluate.py …]

The changes are made in a temporary copy of the tree, each followed by a run of the tests there. A change that no test
notices is a survivor: give it a test, take the needless code away, or say in tools/mutate_known.toml why it does no
harm. Exit 1 for a survivor without a reason there, and for a reason whose survivor is gone.

Left alone is what runs no decision: annotations, aliases of types, docstrings, `__repr__`, decorators, class keywords,
`__all__` and `__slots__`, and what only the type checker reads.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
KNOWN = Path(__file__).with_name("mutate_known.toml")
TESTS = [f"tests/policy/test_{name}.py" for name in ("evaluate", "condition", "document")]
PATIENCE = 60  # seconds; a mutant that takes longer is noticed
COPIED = ("src", "tests", "benchmarks", "lib", "tools", "docs")

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
TWINS = {"any_of": "all_of", "all_of": "any_of", "any": "all", "all": "any", "min": "max", "max": "min"}
TRUTHS = (True, False, None)
SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise, ast.Continue, ast.Break)
NO_DECISION = {"annotation", "returns", "decorator_list", "keywords of a class", "type_params"}
DECLARED = {"__all__", "__slots__"}
TYPES = {"Callable", "dict", "frozenset", "list", "set", "tuple"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """The file with one thing changed: in which function, on which line, from what to what, as `ast.unparse` has it."""

    place: str
    line: int
    was: str
    now: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by; numbers of lines move too often."""
        return self.place, self.was, self.now


def mutants(source: str) -> Iterator[Mutant]:
    """All of them, in the order of the file; the same text never twice."""
    tree = ast.parse(source)
    before = ast.unparse(tree)
    seen = {before}
    for place, line in _changes(tree, "", 1):
        text = ast.unparse(tree)
        if text not in seen:
            seen.add(text)
            was, now = _difference(before, text)
            yield Mutant(place=place, line=line, was=was, now=now, text=text)


def _difference(before: str, after: str) -> tuple[str, str]:
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[3:]
    sides = [" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"]
    return sides[0], sides[1]


def _changes(node: ast.AST, place: str, line: int) -> Iterator[tuple[str, int]]:
    """Change the tree in one spot, say where, and change it back before the next."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        place = f"{place}.{node.name}".lstrip(".")
    line = getattr(node, "lineno", line)
    for field, value in ast.iter_fields(node):
        if field in NO_DECISION or (field == "keywords" and isinstance(node, ast.ClassDef)):
            continue
        children = value if isinstance(value, list) else [value]
        for at, child in enumerate(children):
            if not isinstance(child, ast.AST) or _is_silent(child):
                continue
            for other in _others(child, within=node, inside=bool(place)):
                _put(node, field, at, other)
                yield place, getattr(child, "lineno", line)
            _put(node, field, at, child)
            yield from _changes(child, place, line)
        yield from ((place, line) for _ in _shorter(node, field, value))


def _put(node: ast.AST, field: str, at: int, child: ast.AST) -> None:
    value = getattr(node, field)
    if isinstance(value, list):
        value[at] = child
    else:
        setattr(node, field, child)


def _is_silent(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.FunctionDef(name="__repr__"):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name in DECLARED or _is_type(value)
    return False


def _is_type(value: ast.AST) -> bool:
    """Whether it is an alias of a type, such as `tuple[Part, ...]`."""
    return isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name) and value.value.id in TYPES


def _shorter(node: ast.AST, field: str, value: object) -> Iterator[None]:
    """The list with each of its elements gone: of a tuple, a set, a list, an and, an or, the filters of a loop."""
    droppable = isinstance(node, ast.Tuple | ast.Set | ast.List | ast.comprehension | ast.BoolOp)
    if not (droppable and isinstance(value, list)) or field not in {"elts", "ifs", "values"}:
        return
    if isinstance(getattr(node, "ctx", None), ast.Store):
        return
    whole = list(value)
    for at in range(len(whole)):
        value[:] = whole[:at] + whole[at + 1 :]
        yield
    value[:] = whole


def _others(node: ast.AST, *, within: ast.AST, inside: bool) -> Iterator[ast.AST]:
    """What may stand in the node's place and means something else."""
    if swapped := SWAPS.get(type(node)):
        yield swapped()
    match node:
        case ast.Constant(value=value):
            yield from map(ast.Constant, _constants(value))
        case ast.Name(id=name, ctx=ast.Load()) if name in TWINS:
            yield ast.Name(id=TWINS[name], ctx=ast.Load())
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            yield operand
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Return(value=ast.expr()):
            yield ast.Return(value=ast.Constant(None))
    if isinstance(within, ast.If | ast.IfExp) and node is within.test:
        yield ast.UnaryOp(op=ast.Not(), operand=node)
    if inside and isinstance(node, SIMPLE):
        yield ast.Pass()


def _constants(value: object) -> list[str | int | bool | None]:
    if value is None or isinstance(value, bool):
        return [truth for truth in TRUTHS if truth is not value]
    if isinstance(value, int):
        return [value + 1]
    return ["" if value else "x"] if isinstance(value, str) else []


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """A copy of the tree, and the tests that are run in it."""

    folder: Path
    tests: tuple[str, ...]

    @classmethod
    def built(cls, folder: Path, tests: list[str]) -> Bench:
        """The copy brings no compiled files, so that those found later are of the unchanged source."""
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        shutil.copy2(ROOT / "pyproject.toml", folder)
        bench = cls(folder=folder, tests=tuple(tests))
        if not bench.passes(compiled=True):
            sys.exit("The tests fail before anything is changed.")
        return bench

    def passes(self, *, compiled: bool = False) -> bool:
        """Whether no test notices.

        Only the first run writes compiled files: two mutants may be alike in size and age. No plugins: they cost time.
        """
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *self.tests]
        environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # noqa: TID251  a child's
        if not compiled:
            environment["PYTHONDONTWRITEBYTECODE"] = "1"
        try:
            return not subprocess.run(
                command, cwd=self.folder, env=environment, capture_output=True, check=False, timeout=PATIENCE
            ).returncode
        except subprocess.TimeoutExpired:
            return False

    def survives(self, name: str, text: str) -> bool:
        """Whether the tests pass with this text in the file's place."""
        path = self.folder / name
        kept = path.read_bytes(), path.stat()
        path.write_text(text, encoding="utf-8")
        try:
            return self.passes()
        finally:
            path.write_bytes(kept[0])
            os.utime(path, ns=(kept[1].st_atime_ns, kept[1].st_mtime_ns))


def known_of(name: str) -> dict[tuple[str, str, str], str]:
    """The reasons for the survivors of a file."""
    rows = tomllib.loads(KNOWN.read_text(encoding="utf-8"))["survivor"]
    return {(row["place"], row["was"], row["now"]): row["reason"] for row in rows if row["file"] == name}


def judge(bench: Bench, name: str) -> int:
    """Run all mutants of a file. The number of survivors nobody has given a reason for, and of reasons out of date."""
    if bench.survives(name, 'raise AssertionError("the tests never reach this file")'):
        sys.exit(f"The tests do not read {name}.")
    reasons = known_of(name)
    all_of_them = list(mutants((ROOT / name).read_text(encoding="utf-8")))
    left = []
    for mutant in all_of_them:
        if bench.survives(name, mutant.text):
            left.append(mutant)
            said = f"known: {reasons[mutant.key]}" if mutant.key in reasons else "SURVIVOR"
            print(f"{name}:{mutant.line} {mutant.place}: {said}\n  - {mutant.was}\n  + {mutant.now}", flush=True)
    unexplained = [mutant for mutant in left if mutant.key not in reasons]
    stale = reasons.keys() - {mutant.key for mutant in left}
    for place, was, now in sorted(stale):
        print(f"{name} {place}: noticed by now, or gone; take its reason away\n  - {was}\n  + {now}")
    print(
        f"{name}: {len(all_of_them)} mutants, {len(all_of_them) - len(left)} noticed, "
        f"{len(left) - len(unexplained)} survivors with a reason, {len(unexplained)} without",
        flush=True,
    )
    return len(unexplained) + len(stale)


def main() -> int:
    """Judge the files one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILES", help="source files, from the root of the project")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="the quickest tests that ought to notice")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leastwise-mutate-") as folder:
        bench = Bench.built(Path(folder), given.tests)
        return 1 if sum([judge(bench, name) for name in given.files]) else 0


if __name__ == "__main__":
    sys.exit(main())
