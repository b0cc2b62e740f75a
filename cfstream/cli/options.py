"""Arguments and options that several commands have."""

from enum import StrEnum
from typing import Annotated

import typer

from cfstream.steps.hazards import HazardName


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"


class RunFormat(StrEnum):
    """How a run is reported: as text, as one JSON report at the end, or as JSON events while it goes on."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"


Specs = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC...", help="YAML files, folders of them, or - for standard input.", show_default=False
    ),
]

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="NAME|GLOB",
        help="Only stacks with such a name; the other specs still count for who may read. May be repeated.",
    ),
]

ChangedSince = Annotated[
    str | None,
    typer.Option(
        "--changed-since",
        metavar="REV",
        help="Only stacks whose spec or keys have changed since a git revision, and what depends on them.",
    ),
]

FailFast = Annotated[bool, typer.Option("--fail-fast", help="Begin no other step after a stack has failed.")]

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; needed without a terminal.")]

NoWait = Annotated[
    bool,
    typer.Option("--no-wait", help="Do not wait for Deployed; run later the steps that need it."),
]

Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="HAZARD",
        help=f"Allow a dangerous change: {', '.join(HazardName)}. May be repeated.",
    ),
]

Output = Annotated[
    RunFormat, typer.Option("--format", help="How to print it; ndjson: as events, one a line.")
]

Notify = Annotated[
    str | None,
    typer.Option("--notify", metavar="COMMAND", help="Run this at the end, with the report on its stdin."),
]
