"""The lines of running steps on a terminal. Only commands on a terminal import this: rich takes long to import."""

import time
from collections.abc import Callable

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

WIDE = 100
"""Columns. A terminal with fewer has no bars: the words about a wait need the space."""


class KnownBar(BarColumn):
    """A bar for tasks with the field ``known``. A bar that does not move says nothing, so others have none."""

    def render(self, task: Task) -> RenderableType:  # type: ignore[override]
        """Return the bar, or nothing."""
        return super().render(task) if task.fields.get("known") else Text("")


def running_lines(console: Console, now: Callable[[], float] = time.monotonic) -> Progress:
    """Return a display of running tasks: the elapsed time, which is never cut, the task, and a bar if it is known.

    Only a wide terminal has room for a bar.
    """
    columns: list[ProgressColumn] = [
        TimeElapsedColumn(table_column=Column(min_width=7, no_wrap=True)),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=False)),
    ]
    if console.width >= WIDE:
        columns.append(KnownBar(bar_width=12))
    return Progress(*columns, console=console, get_time=now, transient=True)
