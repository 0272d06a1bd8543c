"""The house rules that no linter knows: what belongs together is together, and nothing grew too large."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from leastwise.checks import all_checks
from leastwise.escalation.method import unknown_actions
from tools import docs

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
CHECKS = ROOT / "src" / "leastwise" / "checks"
CODE = sorted(path for room in ("src", "lib", "tools") for path in (ROOT / room).rglob("*.py"))
SUPPRESSION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no\s*cover|nosec).*")
REASONED = re.compile(
    r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\]|pragma:\s*no\s*cover)"
    r"\s+\W*\w.*"
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree_of(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def test_the_layers_hold() -> None:
    told = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr


# checks


def test_the_folder_of_checks_is_the_list_of_checks() -> None:
    in_folder = {path.stem for path in CHECKS.glob("*.py")} - {"__init__", "core"}
    assert {check.id for check in all_checks()} == in_folder


def test_every_check_has_its_tests() -> None:
    assert [
        check.id for check in all_checks() if not (ROOT / "tests" / "checks" / f"test_{check.id}.py").exists()
    ] == []


def test_every_check_has_its_page_and_every_page_its_check() -> None:
    assert {page.stem for page in (ROOT / "docs" / "checks").glob("*.md")} == {"README", *(c.id for c in all_checks())}


@pytest.mark.parametrize("word", ["fires", "silent"])
def test_every_check_is_tested_in_both_directions(word: str) -> None:
    lacking = []
    for check in all_checks():
        source = (ROOT / "tests" / "checks" / f"test_{check.id}.py").read_text("utf-8")
        if not any(word in test.name or docs.has_both(test) for test in docs.tests_in(source)):
            lacking.append(check.id)
    assert not lacking, f"no test with {word!r} in its name, see CONTRIBUTING.md"


def test_every_check_says_how_it_is_abused_and_mended() -> None:
    for check in all_checks():
        assert check.about.strip(), check.id
        assert check.attack.strip(), check.id
        assert check.fix, check.id
        assert all(step.strip() for step in check.fix), check.id


# methods


def test_the_catalogue_knows_every_action_of_the_methods() -> None:
    assert unknown_actions() == ()


# tests


def test_no_two_test_files_share_a_name() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names)), "pytest imports them by name alone"


# sizes


def test_files_are_small() -> None:
    long = {name_of(p): n for p in CODE if (n := len(p.read_text("utf-8").splitlines())) > 400}
    assert not long, "which second idea wants its own door?"


def test_checks_are_small() -> None:
    ids = {check.id for check in all_checks()}
    long = {p.stem: n for p in CHECKS.glob("*.py") if p.stem in ids and (n := len(p.read_text().splitlines())) > 80}
    assert not long, "which word is missing in the model?"


def test_functions_are_small() -> None:
    long = {
        f"{name_of(path)}: {function.name}": size
        for path in CODE
        for function in functions(path)
        if (size := (function.end_lineno or 0) - function.lineno + 1) > 40
    }
    assert not long


# honesty


def test_every_suppression_has_a_code_and_a_reason() -> None:
    bare = [
        f"{name_of(path)}:{number}"
        for path in CODE
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if SUPPRESSION.search(line) and not REASONED.search(line)
    ]
    assert not bare, "write `# noqa: CODE  why` or `# type: ignore[code]  # why`"


def test_only_the_pipeline_catches_everything() -> None:
    broad = [name_of(path) for path in CODE for caught in caught_names(path) if caught in {"", "Exception"}]
    assert broad == ["src/leastwise/audit.py"]


def caught_names(path: Path) -> Iterator[str]:
    for handler in (n for n in ast.walk(tree_of(path)) if isinstance(n, ast.ExceptHandler)):
        if handler.type is None:
            yield ""
        else:
            yield from (node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name))


def test_nothing_points_out_of_the_project() -> None:
    outside = [
        f"{name_of(path)}: {found}"
        for path in texts()
        for found in re.findall(r"(?:\.\./)+[\w.-]+", path.read_text("utf-8"))
        if not (path.parent / found).resolve().is_relative_to(ROOT) or not (path.parent / found).exists()
    ]
    assert not outside


def test_nothing_names_a_folder_of_somebodys_machine() -> None:
    private = re.compile(r"(?<![\w.:/~*-])/(?:home|root|Users|work|opt|tmp)/[\w.-]+")
    named = [f"{name_of(path)}: {found}" for path in texts() for found in private.findall(path.read_text("utf-8"))]
    assert not named


def texts() -> list[Path]:
    """Every file that a person wrote: what git would commit, less the data and the locks."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    kinds = {".py", ".md", ".toml", ".json", ".yml", ""}
    paths = [ROOT / line for line in told.stdout.splitlines()]
    return [p for p in paths if p.is_file() and p.suffix in kinds and "data" not in p.parts]


# weight


def test_the_face_imports_nothing_heavy() -> None:
    heavy = ("boto3", "botocore", "click", "jinja2", "msgspec", "rich", "rustworkx")
    code = f"import sys, leastwise; print(*(set({heavy!r}) & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.split() == []


# dependencies


@pytest.mark.parametrize(("lock", "groups"), [("run", ("build",)), ("dev", ("build", "dev"))])
def test_the_lock_holds_what_the_project_asks_for(lock: str, groups: tuple[str, ...]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [*project["project"]["dependencies"], *(r for g in groups for r in project["dependency-groups"][g])]
    held = pins(lock)
    for requirement in map(Requirement, asked):
        name = requirement.name.lower()
        assert name in held, f"run `make lock`: {name} is not in it"
        assert held[name] in requirement.specifier, f"run `make lock`: {name} {held[name]} is too old or too new"


def test_the_locks_agree() -> None:
    assert pins("run").items() <= pins("dev").items()


def test_the_locks_name_no_place() -> None:
    for lock in ("run", "dev"):
        text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
        assert "://" not in text
        assert not re.search(r"^-", text, re.MULTILINE), "an option of pip, such as an index"


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[\w,-]+\])?==(\S+)", text, re.MULTILINE))
