"""Options that several commands share, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leastwise.cli import log
from leastwise.cli.words import separate
from leastwise.collect.evidence.spec import KINDS, forms
from leastwise.report import FORMATS
from leastwise.results import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

NEVER = "never"
SEVERITIES = {severity.label: severity for severity in sorted(Severity, reverse=True)}
ASK = ""  # what --inventory means without a file


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
    click.option("--role-arn", metavar="ARN", help="Assume this role first. Its credentials are renewed as needed."),
    click.option("--external-id", metavar="TEXT", help="The external id that the role's trust policy asks for."),
    click.option(
        "--mfa-serial", metavar="ARN", help="Use this MFA device first. Its token is asked for, and not shown."
    ),
    click.option(
        "--mfa-token",
        metavar="DIGITS",
        hide_input=True,
        help="Its token, also from LEASTWISE_MFA_TOKEN, for where nobody sits.",
    ),
    click.option(
        "--log-format",
        type=click.Choice(log.FORMATS),
        expose_value=False,
        callback=log.form,
        help="Tell on standard error what happens: phases, progress, failed attempts, gaps. json: an object a line.",
    ),
    click.option(
        "--debug", is_flag=True, expose_value=False, callback=log.debug, help="The same, with every call to AWS."
    ),
)

beyond = together(
    click.option("--as-of", metavar="TIME", help="The file shows the account as of this time (2026-01-31T09:00:00Z)."),
    live,
    click.option(
        "--scp",
        metavar="FILE[@LEVEL]",
        multiple=True,
        help="An SCP in force, or a folder of them, instead of what the organization tells. LEVEL is where it is "
        "attached: root, an OU (ou-...) or account, the default. Every level must allow: what no SCP given for a level "
        "allows is denied, but a level of denies alone is taken to have FullAWSAccess beside them.",
    ),
    click.option("--rcp", metavar="FILE[@LEVEL]", multiple=True, help="As --scp, an RCP. Only what it denies counts."),
)

source = together(
    click.option("--snapshot", metavar="FILE", help="Read this file instead of an account; `-`: standard input."),
    beyond,
)

sources = together(
    click.option(
        "--snapshot",
        "snapshots",
        metavar="FILE",
        multiple=True,
        help="Read this file instead of an account; `-`: standard input. Give it again for further accounts: then "
        "paths lead from one into another, and --as-of, --scp and --rcp speak of all of them.",
    ),
    beyond,
)

regions = click.option(
    "--regions",
    metavar="NAME,...",
    multiple=True,
    callback=separate,
    help="Take the inventory in these regions only; default: every enabled one.",
)

inventory = together(
    click.option(
        "--inventory",
        metavar="[FILE]",
        is_flag=False,
        flag_value=ASK,
        help="Also ask what runs (functions, instances, projects, ...) and which roles it bears, or read that from a "
        "file: what is conditional without it becomes proven or latent.",
    ),
    regions,
)

last_accessed = click.option(
    "--last-accessed",
    is_flag=True,
    help="Also ask AWS when each user, group and role last used which service and action. This costs two calls for "
    "each or more, and some seconds to minutes.",
)

EVIDENCE = "; ".join(f"{form}: {what}" for form, what in zip(forms(), KINDS.values(), strict=True))

evidence = click.option(
    "--evidence",
    metavar="KIND[=PATH]",
    multiple=True,
    help=f"Evidence of use; give it again for more. {EVIDENCE}.",
)

save_snapshot = click.option(
    "--save-snapshot", metavar="FILE", type=click.Path(path_type=Path), help="Keep what was seen."
)

circumstances = together(
    click.option(
        "--context",
        metavar="KEY=VALUE",
        multiple=True,
        help="A condition key of the request, as in aws:SourceIp=10.0.0.1; `KEY=` is an empty value. Give a key again "
        "for several values. What is not given is unknown, and an answer that hangs on it is conditional.",
    ),
    click.option("--absent", metavar="KEY", multiple=True, help="The request does not have this condition key."),
    click.option("--strict-context", is_flag=True, help="The request has no condition keys but those given and AWS's."),
)

fail_on = click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, NEVER], case_sensitive=False),
    default=Severity.HIGH.label,
    show_default=True,
    help="Exit with 1 when a finding is at or above this.",
)

strict = click.option("--strict", is_flag=True, help="Exit with 4 when something could not be seen or judged.")

form = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to answer."
)

directory = click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=".",
    help="Where to write the files; made if missing. Default: the current directory. `-`: the one file of --format to "
    "standard output, and nothing else.",
)

quiet = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")

redact = click.option(
    "--redact",
    is_flag=True,
    help="Replace account ids and names by others, the same by the same, in all that is written and shown.",
)

formats = click.option(
    "--format",
    metavar="NAME,...",
    multiple=True,
    callback=separate,
    help=f"Write further files: {', '.join(FORMATS)}. The two JSON files are always written.",
)
