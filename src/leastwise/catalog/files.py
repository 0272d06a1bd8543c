"""The data files of the catalogue: where they are, and how a line of one reads.

All are made by ``tools/catalog.py``. All but the managed policies are plain text, so that a refresh
can be read as a diff. Files with *one line per action* are parallel: line ``i`` speaks of action ``i``.

=====================  =========================================================================
``actions.txt``        one canonical ``service:Action`` per line, sorted by its lower case
``classes.txt``        line 1: one letter of level per action; line 2: ``+`` scopable or ``-`` not
``resources.txt``      per action: the resource types it takes; a trailing ``*`` marks a required one
``keys.txt``           per action: its condition keys, less those that come with its resource types
``types.txt``          service, resource type, ARN template, condition keys of that type
``conditions.txt``     condition key, type of its value
``dependents.txt``     action, actions a caller needs besides it
``rcp.txt``            service prefixes that resource control policies reach
``managed.txt``        path and name of each AWS managed policy, sorted
``managed.zlib``       their documents in the same order, in compressed blocks (see ``managed.py``)
``origin.json``        sources, versions, dates, counts
=====================  =========================================================================
"""

from pathlib import Path

FOLDER = Path(__file__).with_name("data")

COLUMN = "\t"
ITEM = ","


def text(name: str) -> str:
    """A data file as text. Raises ``FileNotFoundError`` in a broken installation only."""
    return (FOLDER / name).read_bytes().decode("ascii")


def lines(name: str) -> list[str]:
    """The lines of a data file, without their ends."""
    return text(name).splitlines()


def rows(name: str) -> list[list[str]]:
    """The lines of a data file, cut into columns."""
    return [line.split(COLUMN) for line in lines(name)]


def items(cell: str) -> tuple[str, ...]:
    """The entries of a list in one column; an empty column is an empty list."""
    return tuple(cell.split(ITEM)) if cell else ()
