"""Shows the progress of several stacks: a line for each finished one, and below them a table of the running ones."""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING

from cfstream.applying import (
    Event,
    EventHandler,
    StackBegan,
    StackEnded,
    StackReport,
    StepBegan,
    StepEnded,
    StepProgress,
)
from cfstream.cli.terminal.streams import Terminal
from cfstream.planning import StackKey
from cfstream.render.progress import fleet_line, stack_line, took
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass
class _RunningStack:
    """A stack whose steps are running."""

    steps: int
    began: float
    done: int = 0
    step: str = ""
    text: str = ""


class Fleet:
    """A live table of the running stacks."""

    def __init__(self, stacks: int, terminal: Terminal, now: Callable[[], float] = time.monotonic) -> None:
        from rich.console import Console
        from rich.live import Live

        self._stacks = stacks
        self._guard = threading.Lock()
        self._now = now
        self._began = now()
        self._running: dict[StackKey, _RunningStack] = {}
        self._reports: list[StackReport] = []
        self._color = terminal.colored(sys.stderr)
        console = Console(stderr=True, no_color=not self._color, highlight=False)
        self._live = Live(console=console, get_renderable=self._table, transient=True, refresh_per_second=4)

    def __enter__(self) -> EventHandler:
        self._live.start()
        return self.tell

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._live.stop()

    def tell(self, event: Event) -> None:
        """Show the event."""
        with self._guard:
            match event:
                case StackBegan(plan):
                    self._running[plan.key] = _RunningStack(len(plan.steps), self._now())
                case StepBegan(stack, step, account):
                    row = self._running[account, stack]
                    row.step, row.text = step.id, ""
                case StepProgress(stack, _, text, _, account):
                    self._running[account, stack].text = text
                case StepEnded(stack, _, account):
                    self._running[account, stack].done += 1
        if isinstance(event, StackEnded):
            self._ended(event.report)

    def _ended(self, report: StackReport) -> None:
        from rich.text import Text

        with self._guard:
            row = self._running.pop(report.key, None)
            self._reports.append(report)
        seconds = self._now() - row.began if row else 0.0
        with suppress(OSError):
            line = stack_line(report, seconds, color=self._color)
            self._live.console.print(Text.from_ansi(line), soft_wrap=True)

    def _table(self) -> "RenderableType":
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        with self._guard:
            now = self._now()
            table = Table.grid(padding=(0, 2))
            for (_, name), row in sorted(self._running.items()):
                step = f"{min(row.done + 1, row.steps)} of {row.steps}"
                table.add_row(name, step, f"{row.step}  {row.text}".strip(), took(now - row.began))
            return Group(Text(fleet_line(self._reports, self._stacks, now - self._began), "bold"), table)
