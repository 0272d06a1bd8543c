"""The Dockerfile, as far as it can be looked at without a daemon: what is copied, by whom it is run, what is left in it."""

from __future__ import annotations

import re
from fnmatch import fnmatch

from tools import docs

TEXT = (docs.ROOT / "Dockerfile").read_text("utf-8")
LINES = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)).splitlines()
STEPS = [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in LINES if line]
FINAL = STEPS[[at for at, (word, _) in enumerate(STEPS) if word == "FROM"][-1] :]


def test_both_stages_stand_on_the_same_image_of_the_default_registry() -> None:
    images = [rest.split()[0] for word, rest in STEPS if word == "FROM"]
    assert len(images) == 2
    assert len(set(images)) == 1
    assert re.fullmatch(r"python:3\.\d+-slim", images[0])


def test_what_is_downloaded_is_checked_against_its_hash() -> None:
    fetches = [
        part
        for word, rest in STEPS
        if word == "RUN"
        for part in rest.split("&&")
        if re.search(r"pip\b.* (?:install|wheel|download) ", part)
    ]
    assert len(fetches) == 4
    assert [p for p in fetches if not re.search("--require-hashes|--no-index|--no-deps --no-build-isolation", p)] == []


def test_the_image_holds_the_program_alone_and_runs_it_as_nobody() -> None:
    words = [word for word, _ in FINAL]
    assert [rest for word, rest in FINAL if word == "RUN"] == [
        "python -m pip uninstall --yes --root-user-action=ignore pip"
    ]
    assert [rest for word, rest in FINAL if word == "COPY"] == ["--from=build /app /app"]
    user = next(rest for word, rest in FINAL if word == "USER")
    assert int(user.partition(":")[0]) > 0
    assert words.index("USER") > max(at for at, word in enumerate(words) if word in {"RUN", "COPY", "WORKDIR"})
    assert ("ENTRYPOINT", '["leastwise"]') in FINAL


def test_what_is_copied_exists_and_is_let_in() -> None:
    ignore = (docs.ROOT / ".dockerignore").read_text("utf-8").split()
    let_in = [line[1:] for line in ignore if line.startswith("!")]
    assert ignore[0] == "*"
    for word, rest in STEPS:
        if word == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (docs.ROOT / source).exists()
                assert any(fnmatch(source, pattern) for pattern in let_in), source


def test_what_the_build_reads_is_copied() -> None:
    project = (docs.ROOT / "pyproject.toml").read_text("utf-8")
    copied = " ".join(rest for word, rest in STEPS if word == "COPY")
    for name in ("README.md", "LICENSE", "NOTICE"):
        assert f'"{name}"' in project
        assert name in copied
