"""`cfstream wait`: returns when distributions are Deployed."""

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.exit_codes import ExitCode
from cfstream.cli.options import Format, Notify
from cfstream.cli.terminal import notifying, streams
from cfstream.errors import Interrupted, WrongUsage

if TYPE_CHECKING:
    from cfstream.inventory.deployment import Progress
    from cfstream.ports import World

HEARTBEAT = 30.0
"""Seconds after which a plain log says again what has not changed."""


def wait(
    named: Annotated[
        list[str], typer.Argument(metavar="SPEC|ID...", help="Specs, or ids such as E1UGDLB9XZBD79.")
    ],
    timeout: Annotated[
        str | None,
        typer.Option(
            "--timeout", metavar="TIME", help="How long, like 30m or 1h; default the specs', or 30m."
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print the result.")] = Format.TEXT,
    notify: Notify = None,
) -> None:
    """Return when the distributions are Deployed, and for specs also their key groups in force.

    Asks at once, then after a second, and ever more seldom up to every twenty. Exits with 6 when the time is over;
    running it again waits on.

    Example: cfstream wait lectures.yaml --timeout 45m
    """
    notifying.check(notify)

    from cfstream.cli.targets import find
    from cfstream.inventory.deployment import await_deployed, late
    from cfstream.render.inventory import progress_line, wait_document
    from cfstream.render.json import as_text

    limit = _seconds(timeout)
    targets = find(named)
    patience = targets.patience if limit is None else limit
    with _told_at_ctrl_c(named), _telling(patience) as tell:
        ended = await_deployed(targets.world, targets.found, patience, _expecting(tell, targets.world))
    if output is Format.JSON:
        streams.say(as_text(wait_document(ended)))
    else:
        streams.say("".join(f"{progress_line(each)}\n" for each in ended if not each.pending))
    error = late(ended, patience)
    outcomes = [(each.awaited.name, "pending" if each.pending else "deployed") for each in ended]
    notifying.notify(notify, wait_document(ended), ExitCode.TIMED_OUT if error else ExitCode.DONE, outcomes)
    if error:
        raise error


def _expecting(tell: "Callable[[Progress], None]", world: "World") -> "Callable[[Progress], None]":
    """Tells on, and adds to what is not Deployed yet how long deploys usually take."""
    from cfstream.cli.terminal.past_deploys import PastDeploys, cache_folder
    from cfstream.render.expectation import expected

    usual = expected(PastDeploys(cache_folder(), real_aws=world.real_aws).seconds())
    if usual is None:
        return tell

    def told(progress: "Progress") -> None:
        words = progress.pending and f"{progress.pending}, {usual.words(progress.seconds)}"
        tell(replace(progress, pending=words))

    return told


def _seconds(text: str | None) -> float | None:
    """The length of time that ``--timeout`` spells, as in specs. Raises WrongUsage."""
    from cfstream.spec.fields import duration

    if text is None:
        return None
    try:
        return duration(text).total_seconds()
    except ValueError as error:
        raise WrongUsage(f"--timeout {text}: {error}", "write one like 90s, 30m, 1h30m") from error


@contextmanager
def _told_at_ctrl_c(named: Sequence[str]) -> Iterator[None]:
    """Turns Ctrl-C into the error that says how to wait on: CloudFront deploys whether somebody waits or not."""
    try:
        yield
    except KeyboardInterrupt as stop:
        again = f"cfstream wait {shlex.join(named)}{connection.current().flags()}"
        raise Interrupted("interrupted; CloudFront goes on deploying", f"to wait on: {again}") from stop


@contextmanager
def _telling(patience: float) -> "Iterator[Callable[[Progress], None]]":
    """Who hears of every answer: a bar on a terminal, lines of what changes elsewhere, nobody under -q."""
    verbosity = connection.current().verbosity
    if verbosity < 0:
        yield lambda _: None
    elif verbosity == 0 and streams.lively(sys.stderr):
        with _bars(patience) as tell:
            yield tell
    else:
        yield _Plain().tell


class _Plain:
    """A line when something changes, and now and then one when nothing does."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[str, float]] = {}

    def tell(self, progress: "Progress") -> None:
        from cfstream.render.inventory import progress_line

        said, when = self._told.get(progress.awaited.found.id, ("", 0.0))
        if progress.pending and (progress.pending != said or progress.seconds - when >= HEARTBEAT):
            self._told[progress.awaited.found.id] = (progress.pending, progress.seconds)
            streams.tell(progress_line(progress) + "\n")


@contextmanager
def _bars(patience: float) -> "Iterator[Callable[[Progress], None]]":
    """A bar for each distribution, full when the time is over, with the time that has gone by."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, no_color=not streams.colored(sys.stderr), highlight=False)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=20), TimeElapsedColumn())
    bars = Bars(*columns, console=console, transient=True)
    tasks: dict[str, TaskID] = {}

    def tell(progress: "Progress") -> None:
        name = progress.awaited.name
        if name not in tasks:
            tasks[name] = bars.add_task(name, total=patience or 1.0)
        said = f"{name}  {progress.pending or 'Deployed'}"
        bars.update(tasks[name], description=said, completed=progress.seconds)

    with suppress(OSError), bars:
        yield tell
