"""The actions of AWS and its managed policies: generated data with a date and an origin.

Nothing is read when this package is imported; each table is read when first asked for. The data is made by
``tools/catalog.py`` and never changes under a released program.
"""

from leastwise.catalog.facts import rcp_services
from leastwise.catalog.levels import AccessLevel
from leastwise.catalog.managed import managed_policy, managed_policy_names
from leastwise.catalog.origin import Origin, origin, version
from leastwise.catalog.universe import Universe, universe

__all__ = [
    "AccessLevel",
    "Origin",
    "Universe",
    "managed_policy",
    "managed_policy_names",
    "origin",
    "rcp_services",
    "universe",
    "version",
]
