"""The durations of past deploys on this machine, kept in the user's cache folder and shown during waits.

Nothing depends on it: a file that cannot be read counts as empty, and a failed write is ignored.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cfstream.applying import Event, StepBegan, StepEnded, StepOutcome, StepProgress, Tell
from cfstream.render.expectation import Expectation, expected
from cfstream.values import StepId, Verb

KEPT = 50
"""The number of deploys that are kept: their durations change over the years."""
SHORTEST = 5.0
"""Seconds. A shorter wait does not count: its change was already deployed."""


class PastDeploys:
    """The seconds of past deploys, separate for AWS and for other endpoints. Without a `folder`, none are kept."""

    def __init__(self, folder: Path | None, *, real_aws: bool) -> None:
        name = "deploys.json" if real_aws else "deploys-elsewhere.json"
        self._guard = threading.Lock()
        self._file = folder / name if folder else None

    def seconds(self) -> list[float]:
        """Return the kept seconds, the oldest first."""
        if self._file is None:
            return []
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))["seconds"]
            return [float(each) for each in found][-KEPT:]
        except (OSError, ValueError, TypeError, KeyError):
            return []

    def add(self, seconds: float) -> None:
        """Add a duration. A lock serialises writes, because stacks can finish at the same time."""
        if self._file is None:
            return
        with self._guard, suppress(OSError):
            text = json.dumps({"seconds": [*self.seconds(), round(seconds, 1)][-KEPT:]})
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part = self._file.with_suffix(f".{os.getpid()}.part")
            part.write_text(text + "\n", encoding="utf-8")
            part.replace(self._file)


class Expecting:
    """Pass every event on, add to each wait how long it usually takes, and keep the seconds of finished waits."""

    def __init__(self, tell: Tell, past: PastDeploys, now: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._past = past
        self._now = now
        self._expected: Expectation | None = expected(past.seconds())
        self._began: dict[tuple[str, str, StepId], float] = {}

    def tell(self, event: Event) -> None:
        """Pass an event on."""
        match event:
            case StepBegan(stack, step, account):
                self._began[account, stack, step.id] = self._now()
            case StepProgress(stack, step, text, _, account) if self._expected and step.verb is Verb.WAIT:
                waited = self._now() - self._began[account, stack, step.id]
                words = f"{text}, {self._expected.words(waited)}"
                event = replace(event, text=words, fraction=self._expected.fraction(waited))
            case StepEnded(_, report) if report.verb is Verb.WAIT and report.outcome is StepOutcome.DONE:
                if report.seconds >= SHORTEST:
                    self._past.add(report.seconds)
        self._tell(event)
