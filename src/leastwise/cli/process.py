"""A process from its first to its last breath: every way in which a command can end has its exit code here."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from leastwise.cli import log
from leastwise.cli.completion import answer
from leastwise.cli.program import follow
from leastwise.cli.words import one_line
from leastwise.errors import LeastwiseError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

COULD_NOT_FINISH = 3  # see `contract`, *Exit codes*; the last three are what shells report for the signals
INTERRUPTED = 128 + signal.SIGINT
BROKEN_PIPE = 128 + signal.SIGPIPE
TERMINATED = 128 + signal.SIGTERM


def run(arguments: Sequence[str]) -> NoReturn:
    """Be the process that runs one command line, to its end."""
    _prepare()
    answered = answer()
    code = outcome(arguments) if answered is None else answered
    with suppress(OSError):  # the shell that asked for completions has gone away
        sys.stdout.flush()
    # The files are closed, the streams flushed and the connections given back. Taking millions of objects apart, one
    # by one, before the memory goes anyway cost 0.4 of 1.0 seconds at 10,000 principals.
    os._exit(code)


def outcome(arguments: Sequence[str]) -> int:
    """Follow the arguments; say in one line what went wrong, if anything did; return the exit code.

    Leaves the process as it was, for those who call it from a program.
    """
    try:
        code = follow(arguments)
        sys.stdout.flush()  # now, while a reader who has gone away is still an exception that can be caught
    except (LeastwiseError, click.ClickException) as error:
        return _complain(_words(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        if sys.stderr.isatty():
            print(file=sys.stderr)  # after the terminal's own ^C
        return _complain("stopped; what was written before is complete", INTERRUPTED)
    except SystemExit as ended:
        return int(ended.code or 0)
    except OSError as error:
        return _unwritten(error)
    finally:
        log.end()
    return code


def _prepare() -> None:
    # A command lives for seconds, builds hardly a cycle, and holds millions of objects: the cyclic collector would
    # walk them again and again and find nothing. That cost 0.9 of 1.9 seconds at 10,000 principals.
    gc.disable()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by `>&-`
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  open to the end
        getattr(sys, name).reconfigure(errors="backslashreplace")  # names hold characters that a terminal may lack
    signal.signal(signal.SIGTERM, _terminated)
    sys.excepthook = last_resort


def _terminated(*_: object) -> NoReturn:
    """End by an exception, so that whoever has a temporary file removes it."""
    sys.exit(TERMINATED)


def _complain(message: str, code: int) -> int:
    if not log.complain(message, code):
        print(f"leastwise: error: {one_line(message)}", file=sys.stderr)
    return code


def _words(error: LeastwiseError | click.ClickException) -> str:
    if isinstance(error, LeastwiseError):
        return str(error)
    context = getattr(error, "ctx", None)
    said_by = _variable(context, getattr(error, "param", None))
    where = f"; `{context.command_path} --help` shows the usage" if context else ""
    return said_by + error.format_message().rstrip(".") + where


def _variable(context: click.Context | None, parameter: click.Parameter | None) -> str:
    """`LEASTWISE_SCAN_STRICT: ` where the fault is in a variable of the environment: the flag was never written."""
    if context is None or parameter is None or parameter.name is None:
        return ""
    by_environment = context.get_parameter_source(parameter.name) is click.core.ParameterSource.ENVIRONMENT
    return f"{parameter.envvar}: " if by_environment else ""


def _unwritten(error: OSError) -> int:
    """A stream that takes no more. Errors that name a file are looked after where it is opened, or are bugs."""
    if error.filename is not None:
        raise error
    if isinstance(error, BrokenPipeError):
        return BROKEN_PIPE  # the reader has seen enough, as `head` does
    return _complain(f"the output cannot be written: {error.strerror}", COULD_NOT_FINISH)


def last_resort(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What happens with an exception that nobody expected: a bug. Python calls this hook, then ends.

    One line for the user, all of it for whoever wants to mend it, and never exit code 1, which would say that the
    audit finished and found something.
    """
    if {"-v", "--verbose"} & set(sys.argv) or os.environ.get("LEASTWISE_DEBUG"):  # noqa: TID251  cli may
        sys.__excepthook__(kind, error, trace)
    said = f"{kind.__name__}: {error}" if str(error) else kind.__name__
    report_it = "this is a bug of leastwise; run it again with LEASTWISE_DEBUG=1 and report what it prints"
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(_complain(f"internal error ({said}): {report_it}", COULD_NOT_FINISH))
