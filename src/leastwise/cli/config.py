"""`leastwise config`: the settings that are in force, and where each comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leastwise.cli.settings import cast, current, defaults, flags, variable
from leastwise.cli.words import one_line, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leastwise.cli.settings import Settings

DEFAULT = "default"
HIDDEN = '"(not shown)"'


@click.command("config")
@click.argument("name", metavar="[COMMAND]", required=False)
@click.option("--origin", is_flag=True, help="Show where each value comes from.")
@click.pass_context
def command(context: click.Context, name: str | None, *, origin: bool) -> None:
    """Show what each command, or one, is set to, as it would stand in leastwise.toml, and check the whole file.

    A flag on the command line comes before LEASTWISE_COMMAND_FLAG of the environment (LEASTWISE_SCAN_FAIL_ON), that
    before the file, that before the default. A [[mute]] in the file has a check, a resource, a reason, an owner if
    wanted, and expires, which is its last day or "never".
    """
    from leastwise.cli.mutes import mutes_of  # noqa: PLC0415  of no use to other commands
    from leastwise.cli.program import COMMANDS, program  # noqa: PLC0415  the table of which this is a row

    if name is not None and name not in COMMANDS:
        raise unknown("command", name, COMMANDS, listed_by="leastwise --help")
    settings = current()
    mutes = mutes_of(settings)
    print(f"# {settings.file or 'no file'}{f', {len(mutes)} mutes' if mutes else ''}")
    for each in COMMANDS:
        found = program.get_command(context, each)
        if found is not None and each != context.info_name:
            lines = list(_tables(found, (each,), settings, origin=origin))
            if lines and name in {None, each}:
                print(*lines, sep="\n")


def _tables(command: click.Command, names: tuple[str, ...], settings: Settings, *, origin: bool) -> Iterator[str]:
    """The table of a command, and of those in it."""
    told = defaults(command, names, settings)
    rows = list(_rows(command, names, told, str(settings.file)))
    if rows:
        yield f"\n[{'.'.join(names)}]"
    width = max((len(row) for row, _ in rows), default=0)
    yield from (f"{row:{width}}  # {source}" if origin else row for row, source in rows)
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _tables(inner, (*names, name), settings, origin=origin)


def _rows(command: click.Command, names: tuple[str, ...], told: dict[str, Any], file: str) -> Iterator[tuple[str, str]]:
    """Each flag that has a value, with where that comes from."""
    context = click.Context(command)
    for key, option in flags(command).items():
        value, source = option.get_default(context), DEFAULT
        if option.name in told:
            value, source = told[str(option.name)], file
        given = option.value_from_envvar(context)
        if given is not None:
            source = variable(names, key)
            value = cast(option, given, where=source)
        text = _toml(value)
        if text and option.hide_input:
            text = HIDDEN
        if text:
            yield f"{key} = {text}", source


def _toml(value: Any) -> str:
    """The value as TOML writes it; "" where there is none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_toml, value))}]" if value else ""
    if isinstance(value, int):
        return str(value)
    return json.dumps(one_line(str(value))) if isinstance(value, str | Path) else ""
