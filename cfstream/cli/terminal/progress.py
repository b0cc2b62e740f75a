"""Shows the progress of a run on stderr: bars or a table on a terminal, plain lines elsewhere, nothing with -q."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from types import TracebackType
from typing import TYPE_CHECKING

from cfstream.applying import (
    Event,
    EventHandler,
    StepBegan,
    StepEnded,
    StepOutcome,
    StepProgress,
    StepReport,
    quiet,
)
from cfstream.cli.terminal.past_deploys import Expecting, PastDeploys
from cfstream.cli.terminal.streams import Terminal, is_interactive
from cfstream.planning import Plan
from cfstream.render.progress import ended_line, still_line
from cfstream.values import StepId

if TYPE_CHECKING:
    from rich.progress import TaskID

HEARTBEAT = 30.0
"""Seconds after which a plain log reports a long step again."""


@contextmanager
def progress_of(
    plan: Plan, past: PastDeploys, terminal: Terminal, now: Callable[[], float] = time.monotonic
) -> Iterator[EventHandler]:
    """Show the progress of a plan, and how long each wait usually takes."""
    with _display(plan, terminal, now) as tell:
        yield Expecting(tell, past, now).tell


def _display(
    plan: Plan, terminal: Terminal, now: Callable[[], float]
) -> AbstractContextManager[EventHandler]:
    """Return the display for the plan, the terminal, ``-q`` and ``-v`` (no bars: log lines would break them)."""
    if terminal.verbosity < 0:
        return nullcontext(quiet)
    if terminal.verbosity > 0 or not is_interactive(sys.stderr):
        return nullcontext(Plain(terminal, now, several=plan.account is None).tell)
    if sum(bool(stack.steps) for stack in plan.stacks) > 1:
        from cfstream.cli.terminal.fleet import Fleet

        return Fleet(len(plan.stacks), terminal, now)
    return Live(terminal, now)


class Plain:
    """A line for each finished step, and one every half minute for a long step."""

    def __init__(
        self, terminal: Terminal, now: Callable[[], float] = time.monotonic, *, several: bool = False
    ) -> None:
        """With `several`, each line has the account of its stack."""
        self._terminal = terminal
        self._several = several
        self._now = now
        self._guard = threading.Lock()
        self._color = terminal.colored(sys.stderr)
        self._began: dict[tuple[str, str, StepId], float] = {}
        self._shown: dict[tuple[str, str, StepId], float] = {}

    def tell(self, event: Event) -> None:
        """Print a line if the event needs one."""
        now = self._now()
        with self._guard:
            match event:
                case StepBegan(stack, step, account):
                    key = account, stack, step.id
                    self._began[key] = self._shown[key] = now
                case StepProgress(stack, step, text, _, account) if (
                    now - self._shown[account, stack, step.id] >= HEARTBEAT
                ):
                    self._shown[account, stack, step.id] = now
                    seconds = now - self._began[account, stack, step.id]
                    self._terminal.tell(still_line(step, text, seconds, color=self._color) + "\n")
                case StepEnded(_, report, account) if report.outcome is not StepOutcome.INTERRUPTED:
                    shown = account if self._several else ""
                    width = self._terminal.width(sys.stderr) if is_interactive(sys.stderr) else None
                    line = ended_line(report, color=self._color, account=shown, width=width)
                    self._terminal.tell(line + "\n")


class Live:
    """The same lines, and below them the running steps with their time, and a bar if their progress is known."""

    def __init__(self, terminal: Terminal, now: Callable[[], float] = time.monotonic) -> None:
        from rich.console import Console

        from cfstream.cli.terminal.bars import running_lines

        self._color = terminal.colored(sys.stderr)
        self._tasks: dict[tuple[str, str, StepId], TaskID] = {}
        console = Console(stderr=True, no_color=not self._color, highlight=False)
        self._width = console.width
        console.width -= len("^C")  # Ctrl-C at the end of a full line would add a line, which stays
        self._progress = running_lines(console, now)

    def __enter__(self) -> EventHandler:
        return self.tell

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._progress.stop()

    def tell(self, event: Event) -> None:
        """Show the event."""
        match event:
            case StepBegan(stack, step, account):
                self._progress.start()
                self._tasks[account, stack, step.id] = self._progress.add_task(step.id, total=None)
            case StepProgress(stack, step, text, fraction, account):
                self._progress.update(
                    self._tasks[account, stack, step.id],
                    description=f"{step.id}  {text}",
                    total=1.0,
                    completed=fraction or 0.0,
                    known=fraction is not None,
                )
            case StepEnded(stack, report, account):
                self._ended((account, stack, report.id), report)

    def _ended(self, key: tuple[str, str, StepId], report: StepReport) -> None:
        from rich.text import Text

        task = self._tasks.pop(key, None)
        if task is not None:
            self._progress.remove_task(task)
        if report.outcome is StepOutcome.INTERRUPTED:
            return  # the report names the step, with the command that resumes
        with suppress(OSError):
            line = ended_line(report, color=self._color, width=self._width)
            self._progress.console.print(Text.from_ansi(line), soft_wrap=True)
