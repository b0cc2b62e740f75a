"""Report a run to programs while it goes on: one JSON event a line, on stdout."""

import json
import threading
from collections.abc import Callable
from datetime import datetime

from cfstream.applying import StackReport, StepReport
from cfstream.cli.terminal.streams import Terminal
from cfstream.planning import StackPlan
from cfstream.render import events
from cfstream.steps.step import Step


class Events:
    """Write each event as soon as it happens."""

    def __init__(self, terminal: Terminal, now: Callable[[], datetime]) -> None:
        self._terminal = terminal
        self._now = now
        self._guard = threading.Lock()

    def say(self, event: events.Event) -> None:
        """Write one event, with the current time."""
        with self._guard:
            at = self._now().isoformat(timespec="milliseconds")
            self._terminal.say(json.dumps({"event": event["event"], "at": at, **event}) + "\n")

    def entered(self, plan: StackPlan) -> None:
        self.say(events.entered(plan))

    def began(self, stack: str, step: Step) -> None:
        self.say(events.began(stack, step))

    def progress(self, stack: str, step: Step, text: str, fraction: float | None) -> None:
        self.say(events.progress(stack, step, text, fraction))

    def ended(self, stack: str, report: StepReport) -> None:
        self.say(events.ended(stack, report))

    def left(self, report: StackReport) -> None:
        self.say(events.left(report))
