"""leastwise: who in an AWS account can do what, what is wrong with that, and which policy would have been enough.

    import leastwise

    report = leastwise.audit(leastwise.collect(profile="production"))

Nothing below is imported before it is asked for, so that `leastwise --version` and `--help` stay instant.
"""

from __future__ import annotations

import sys
from types import ModuleType

from leastwise._version import __version__

TYPE_CHECKING = False  # the word that type checkers look for, without the cost of importing `typing`
if TYPE_CHECKING:
    from leastwise.audit import audit
    from leastwise.collect.live import collect_live as collect
    from leastwise.results import Finding, Report, Severity

__all__ = ["Finding", "Report", "Severity", "__version__", "audit", "collect"]

_HOME = {
    "audit": ("leastwise.audit", "audit"),
    "collect": ("leastwise.collect.live", "collect_live"),
    "Finding": ("leastwise.results", "Finding"),
    "Report": ("leastwise.results", "Report"),
    "Severity": ("leastwise.results", "Severity"),
}


def __getattr__(name: str) -> object:
    """The named part of the face, fetched from its home at the first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  `--version` asks for nothing, and pays for nothing

    module, home_name = _HOME[name]
    found: object = getattr(import_module(module), home_name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


class _Face(ModuleType):
    """Keeps the verbs `audit` and `collect` callable.

    A module and a folder bear the same names, and importing either binds it here as an attribute
    (https://docs.python.org/3/reference/import.html#submodules), which would hide the verb, but only in programs
    that happen to import in that order. `from leastwise.audit import ...` is untouched: it reads `sys.modules`.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
