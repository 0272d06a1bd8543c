"""Settings: what a file, or the environment, says in place of flags.

The file is leastwise.toml, or the table [tool.leastwise] of pyproject.toml, in the current directory, or whatever
`--config` names: a table for each command with its flags as keys, and the mutes as `[[mute]]`. A flag on the command
line comes before LEASTWISE_COMMAND_FLAG of the environment, that before the file, that before the default.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from leastwise.cli.words import unknown
from leastwise.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

OWN, SHARED = "leastwise.toml", "pyproject.toml"
MUTE = "mute"  # the one key that is no command
KEY = "leastwise.settings"
APART = (  # what a flag says in place of what the file says of others, since they exclude each other
    ({"snapshot", "snapshots"}, {"profile", "region", "endpoint_url", "role_arn", "external_id", "mfa_serial"}),
    ({"snapshot", "snapshots"}, {"last_accessed", "save_snapshot"}),
    ({"quiet"}, {"verbose"}),
)


class Settings(NamedTuple):
    """What one file says: `tables` by command, `mutes` as they stand there. No file says nothing."""

    file: Path | None = None
    tables: Mapping[str, Any] = {}
    mutes: tuple[Any, ...] = ()

    def of(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        """The table of a command, `("push", "security-hub")` where it is one of another."""
        table: Any = self.tables
        for name in names:
            table = table.get(name, {})
            if not isinstance(table, dict):
                raise UsageError(f"{self.file}: {name} must be a table of flags, as in [{'.'.join(names)}]")
        found: Mapping[str, Any] = table
        return found


def current() -> Settings:
    """The settings of the command that runs."""
    found: Settings = click.get_current_context().meta.get(KEY, Settings())
    return found


def configurable(command: click.Command, *names: str, commands: Collection[str]) -> click.Command:
    """The command with `--config`, and with a variable of the environment for each of its flags."""
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            _with_variables(inner, (*names, name))
    _with_variables(command, names)
    if not any(option.name == "config" for option in command.params):
        command.params.append(_config(names, commands))
    return command


def _config(names: tuple[str, ...], commands: Collection[str]) -> click.Option:
    def take(context: click.Context, _: click.Parameter, given: Path | None) -> None:
        settings = context.meta[KEY] = read(given, commands)
        context.default_map = _Defaults(context, defaults(context.command, names, settings))

    return click.Option(
        ["--config"],
        metavar="FILE",
        type=click.Path(path_type=Path),
        envvar="LEASTWISE_CONFIG",
        is_eager=True,
        expose_value=False,
        callback=take,
        help=f"Read the settings from this file. Default: {OWN}, or [tool.leastwise] of {SHARED}, here.",
    )


def _with_variables(command: click.Command, names: tuple[str, ...]) -> None:
    for key, option in flags(command).items():
        option.envvar = variable(names, key)


def variable(names: tuple[str, ...], key: str) -> str:
    """The variable of the environment that stands for a flag."""
    return "_".join(("leastwise", *names, key)).replace("-", "_").upper()


def flags(command: click.Command) -> dict[str, click.Option]:
    """The flags of a command that can be set, by their names without hyphens before them."""
    options = (one for one in command.params if isinstance(one, click.Option) and one.name != "config")
    return {max(option.opts, key=len).lstrip("-"): option for option in options}


class _Defaults(dict[str, Any]):
    """The file's values by the names of parameters. They give way to flags on the command line that exclude them."""

    def __init__(self, context: click.Context, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._context = context

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) and not any(name in weaker and self._given(flag) for flag, weaker in APART)

    def _given(self, any_of: set[str]) -> bool:
        """Whether one of them is on the command line: click looks at those first."""
        source = click.core.ParameterSource.COMMANDLINE
        return any(self._context.get_parameter_source(name) is source for name in any_of)


# the file


def read(given: Path | None, commands: Collection[str]) -> Settings:
    """The settings: of that file, or of the one in the current directory, or none.

    Raises UsageError for a file that cannot be read, and for a key that is no command.
    """
    file = given or _nearest()
    if file is None:
        return Settings()
    told = _parsed(file)
    if file.name == SHARED:
        told = told.get("tool", {}).get("leastwise", {})
    if not isinstance(told, dict):
        raise UsageError(f"{file}: tool.leastwise must be a table")
    for name in told:
        if name not in commands and name != MUTE:
            raise unknown(f"command or [[{MUTE}]]", name, (*commands, MUTE), listed_by="leastwise --help", where=file)
    mutes = told.get(MUTE, [])
    if not isinstance(mutes, list):
        raise UsageError(f"{file}: write a mute as [[{MUTE}]], with two brackets: there may be several")
    return Settings(file, {name: table for name, table in told.items() if name != MUTE}, tuple(mutes))


def _nearest() -> Path | None:
    if Path(OWN).is_file():
        return Path(OWN)
    shared = Path(SHARED)
    return shared if shared.is_file() and b"leastwise" in _bytes(shared) else None


def _parsed(file: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  for whoever has a file

    try:
        return tomllib.loads(_bytes(file).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{file} is no TOML: {error}") from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}): give a TOML file with --config") from error


# what it says


def defaults(command: click.Command, names: tuple[str, ...], settings: Settings) -> dict[str, Any]:
    """What the file says of a command, by the names of its parameters; of the commands in it by theirs.

    Raises UsageError for a flag that the command does not have, and for a value that is none for it.
    """
    inner = command.commands if isinstance(command, click.Group) else {}
    known = flags(command)
    table = f"[{'.'.join(names)}]"
    found: dict[str, Any] = {}
    for key, value in settings.of(names).items():
        if key in inner:
            found[key] = defaults(inner[key], (*names, key), settings)
        elif key in known:
            found[str(known[key].name)] = _fitting(known[key], value, where=f"{settings.file}: {table} {key}")
        else:
            every, listed_by = (*known, *inner), f"leastwise config {names[0]}"
            raise unknown(f"flag of {table}", key, every, listed_by=listed_by, where=settings.file)
    return found


def _fitting(option: click.Option, value: Any, *, where: str) -> Any:
    """The value as click takes it. Raises UsageError for another type, and for what the flag would refuse."""
    if value is True and not option.is_flag and isinstance(option.flag_value, str):
        return option.flag_value  # the flag may be given without a value
    words, fits = _wanted(option)
    values = value if option.multiple and isinstance(value, list) else [value]
    if not all(fits is type(each) for each in values):
        raise UsageError(f"{where} must be {words}, and is {value!r}")
    value = tuple(values) if option.multiple else value
    cast(option, value, where=where)
    return value


def cast(option: click.Option, value: Any, *, where: str) -> Any:
    """The value as the flag takes it. Raises UsageError for one that it would refuse."""
    try:
        return option.type_cast_value(click.Context(click.Command("config")), value)
    except click.BadParameter as error:
        raise UsageError(f"{where}: {error.message.rstrip('.')}") from error


def _wanted(option: click.Option) -> tuple[str, type]:
    """The type of a flag's value, in words and in Python."""
    if option.is_flag:
        return "true or false", bool
    if isinstance(option.type, click.types.IntParamType):
        return "a whole number", int
    return ("a text, or a list of texts" if option.multiple else "a text"), str
