"""Tells other programs what goes on while a plan is applied: one JSON document a line, on stdout."""

import json
import threading
from collections.abc import Callable
from datetime import datetime

from cfstream.applying import StackReport, StepReport
from cfstream.cli.terminal import streams
from cfstream.planning import StackPlan
from cfstream.render import events
from cfstream.steps.step import Step


class Events:
    """Each thing that happens, on a line of its own, as soon as it does."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._guard = threading.Lock()

    def say(self, event: events.Event) -> None:
        """Writes one event, with the time at which it is written."""
        with self._guard:
            at = self._now().isoformat(timespec="milliseconds")
            streams.say(json.dumps({"event": event["event"], "at": at, **event}) + "\n")

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
