"""`cfstream wait`: returns when distributions are Deployed."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli.arguments import specs_argument
from cfstream.cli.invocation import Invocation, invocation_of
from cfstream.cli.options import Format, Notify
from cfstream.cli.pasting import command
from cfstream.cli.terminal import notifying
from cfstream.cli.terminal.streams import Terminal, is_interactive
from cfstream.errors import Interrupted, WrongUsage
from cfstream.exit_codes import ExitCode

if TYPE_CHECKING:
    from rich.progress import TaskID

    from cfstream.inventory.deployment import Progress
    from cfstream.ports import World

HEARTBEAT = 30.0
"""Seconds after which a plain log repeats a line that has not changed."""


def wait(
    ctx: typer.Context,
    named: Annotated[
        list[str],
        specs_argument("SPEC|ID...", "Specs, or ids such as E1UGDLB9XZBD79."),
    ],
    timeout: Annotated[
        str | None,
        typer.Option(
            "--timeout", metavar="TIME", help="The longest wait, like 1h. Default: from the specs, or 30m."
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
    notify: Notify = None,
) -> None:
    """Return when the distributions are Deployed and, for specs, when their key groups are active.

    Polls AWS at once, then after a second, and then less often, up to every twenty seconds. Exits with 6 on timeout.
    Run it again to continue waiting.

    Example: cfstream wait lectures.yaml --timeout 45m
    """
    notifying.check(notify)

    from cfstream.inventory.deployment import await_deployed, late
    from cfstream.render.document import answer
    from cfstream.render.inventory import progress_line, wait_document
    from cfstream.use_cases.targets import find

    limit = _seconds(timeout)
    run = invocation_of(ctx)
    terminal = run.terminal
    targets = find(named, run.connection)
    patience = targets.patience if limit is None else limit
    with _explained_interrupt(named, run), _progress_shown(terminal) as tell:
        ended = await_deployed(targets.world, targets.found, patience, _expecting(tell, targets.world))
    error = late(ended, patience)
    code = ExitCode.TIMED_OUT if error else ExitCode.DONE
    if output is Format.JSON:
        terminal.say(answer(wait_document(ended), code))
    else:
        terminal.say("".join(f"{progress_line(each)}\n" for each in ended if not each.pending))
    outcomes = [(each.awaited.name, "pending" if each.pending else "deployed") for each in ended]
    notifying.notify(notify, wait_document(ended), code, outcomes, terminal)
    if error:
        raise error


def _expecting(tell: "Callable[[Progress], None]", world: "World") -> "Callable[[Progress], None]":
    """Return `tell` with the usual duration of a deploy added to each pending state."""
    from cfstream.cli.terminal.past_deploys import PastDeploys
    from cfstream.private_file import cache_folder

    past = PastDeploys(cache_folder(), real_aws=world.real_aws)

    def tell_expected(progress: "Progress") -> None:
        usual = past.expected(((progress.awaited.world or world).account, progress.awaited.name))
        if progress.pending and usual:
            progress = replace(progress, pending=f"{progress.pending}, {usual.words(progress.seconds)}")
        tell(progress)

    return tell_expected


def _seconds(text: str | None) -> float | None:
    """Return the duration of ``--timeout``, written as in specs. Raises WrongUsage."""
    from cfstream.spec.durations import duration

    if text is None:
        return None
    try:
        return duration(text).total_seconds()
    except ValueError as error:
        raise WrongUsage(f"--timeout {text}: {error}", "write a duration like 90s, 30m or 1h30m") from error


@contextmanager
def _explained_interrupt(named: Sequence[str], run: Invocation) -> Iterator[None]:
    """Turn Ctrl-C into an error with the command that waits again: CloudFront continues to deploy."""
    try:
        yield
    except KeyboardInterrupt as stop:
        again = command(["cfstream", "wait", *named]) + run.connection.flags()
        raise Interrupted("interrupted; CloudFront continues to deploy", f"to wait again: {again}") from stop


@contextmanager
def _progress_shown(terminal: Terminal) -> "Iterator[Callable[[Progress], None]]":
    """Yield the progress display: the elapsed time on a terminal, a line for each change elsewhere, nothing with -q."""
    if terminal.verbosity < 0:
        yield lambda _: None
    elif terminal.verbosity == 0 and is_interactive(sys.stderr):
        with _running(terminal) as tell:
            yield tell
    else:
        yield _Plain(terminal).tell


class _Plain:
    """A line for each change, and one every half minute without a change."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._shown: dict[str, tuple[str, float]] = {}

    def tell(self, progress: "Progress") -> None:
        from cfstream.render.inventory import progress_line

        shown, when = self._shown.get(progress.awaited.found.id, ("", 0.0))
        if progress.pending and (progress.pending != shown or progress.seconds - when >= HEARTBEAT):
            self._shown[progress.awaited.found.id] = (progress.pending, progress.seconds)
            self._terminal.tell(progress_line(progress) + "\n")


@contextmanager
def _running(terminal: Terminal) -> "Iterator[Callable[[Progress], None]]":
    """Yield a display with a line for each distribution, with the elapsed time."""
    from rich.console import Console

    from cfstream.cli.terminal.bars import running_lines

    lines = running_lines(Console(stderr=True, no_color=not terminal.colored(sys.stderr), highlight=False))
    tasks: dict[str, TaskID] = {}

    def tell(progress: "Progress") -> None:
        name = progress.awaited.name
        if name not in tasks:
            tasks[name] = lines.add_task(name, total=None)
        lines.update(tasks[name], description=f"{name}  {progress.pending or 'Deployed'}")

    with suppress(OSError), lines:
        yield tell
