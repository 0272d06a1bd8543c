"""Options that several commands share, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def together(*options: Decorator) -> Decorator:
    """Several options as one decorator; help shows them in this order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


live = together(
    click.option("--profile", metavar="NAME", help="Profile of the AWS configuration."),
    click.option("--region", metavar="NAME", help="Region; default: AWS_DEFAULT_REGION, AWS_REGION, the profile's."),
    click.option("--endpoint-url", metavar="URL", help="Ask this endpoint instead of AWS's own."),
)

directory = click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=".",
    help="Where to write the files; made if missing. Default: the current directory.",
)

quiet = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
