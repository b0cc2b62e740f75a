"""The lines of running steps on a terminal. Only commands on a terminal import this: rich takes long to import."""

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

NARROW = 60
"""Columns. A terminal with fewer has no bars."""


class KnownBar(BarColumn):
    """A bar for tasks with the field ``known``. A bar that does not move says nothing, so others have none."""

    def render(self, task: Task) -> RenderableType:  # type: ignore[override]
        """Return the bar, or nothing."""
        return super().render(task) if task.fields.get("known") else Text("")


def running_lines(console: Console) -> Progress:
    """Return a display of running tasks: the elapsed time, which is never cut, the task, and a bar if it is known.

    A narrow terminal has no room for a bar.
    """
    columns: list[ProgressColumn] = [
        TimeElapsedColumn(table_column=Column(min_width=7, no_wrap=True)),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=False)),
    ]
    if console.width >= NARROW:
        columns.append(KnownBar(bar_width=12))
    return Progress(*columns, console=console, transient=True)
