"""The bar of a running step. Only commands on a terminal import this: rich takes long to import."""

from rich.console import RenderableType
from rich.progress import BarColumn, Task
from rich.text import Text


class KnownBar(BarColumn):
    """A bar for tasks whose progress is known. A bar that does not move says nothing, so others have none."""

    def render(self, task: Task) -> RenderableType:  # type: ignore[override]
        """Return the bar, or nothing."""
        return Text("") if task.total is None else super().render(task)
