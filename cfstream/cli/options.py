"""Arguments and options of several commands."""

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from cfstream.cli.arguments import specs_argument
from cfstream.cli.terminal import completion
from cfstream.cli.terminal.streams import is_interactive
from cfstream.steps.hazards import HazardName


class Format(StrEnum):
    """The output formats of a result."""

    TEXT = "text"
    JSON = "json"


class RunFormat(StrEnum):
    """The output formats of a run: text, one JSON report at the end, or JSON events during the run."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"


Specs = Annotated[
    list[str],
    specs_argument("SPEC...", "YAML files, directories of them, or - for standard input."),
]

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="NAME|GLOB",
        autocompletion=completion.stacks,
        help="Only stacks with this name. The other specs still count for who may read. May be repeated.",
    ),
]

ChangedSince = Annotated[
    str | None,
    typer.Option(
        "--changed-since",
        metavar="REV",
        autocompletion=completion.revisions,
        help="Only stacks whose spec or keys have changed since a git revision, and what depends on them.",
    ),
]

Length = Annotated[
    bool | None,
    typer.Option(
        "--brief/--full",
        show_default=False,
        help="One line for each stack, with hazards in full; or everything. On a terminal, --brief is the default for "
        "more than 5 stacks.",
    ),
]

MANY = 5
"""Stacks that a plan on a terminal shows in full, if no flag says how."""


def is_brief(stacks: int, length: bool | None, *, yes: bool = False) -> bool:
    """Return whether to show a plan in brief: as the flag says, else with --yes, or if a terminal would scroll far."""
    return length if length is not None else yes or (stacks > MANY and is_interactive(sys.stdout))


AllObjects = Annotated[
    bool,
    typer.Option(
        "--all-objects", help="Read the ACLs of all objects. Default: above 10,000 objects, only a sample."
    ),
]

AllObjectsOfPlan = Annotated[
    bool,
    typer.Option(
        "--all-objects",
        help="Read the ACLs of all objects, whatever grant.via is. Default: with via: object-acl those of up to 10,000 "
        "objects, or of a sample; otherwise none.",
    ),
]

FailFast = Annotated[
    bool, typer.Option("--fail-fast", help="Start no further step after a stack has failed.")
]

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask. Required without a terminal.")]

NoWait = Annotated[
    bool,
    typer.Option("--no-wait", help="Do not wait for Deployed. A later run does the steps that need it."),
]


def _allow(help_text: str) -> Any:
    """Return the option ``--allow``. What it means depends on the command."""
    return typer.Option("--allow", metavar="HAZARD", autocompletion=completion.hazards, help=help_text)


Allow = Annotated[
    list[str] | None, _allow(f"Allow a dangerous change: {', '.join(HazardName)}. May be repeated.")
]

AllowInPlan = Annotated[
    list[str] | None,
    _allow("Mark a hazard as allowed, as apply will with this flag. The plan is the same."),
]

AllowInDestroy = Annotated[
    list[str] | None,
    _allow(
        "Allow another dangerous change that the plan shows. The typed name, or --yes, already allows "
        f"{HazardName.DELETES} and {HazardName.CUTS_VIEWERS}. May be repeated."
    ),
]

Output = Annotated[
    RunFormat, typer.Option("--format", help="The output format; ndjson: events, one per line.")
]

Notify = Annotated[
    str | None,
    typer.Option(
        "--notify", metavar="COMMAND", help="Run this command at the end, with the report on its stdin."
    ),
]
