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
from typing import Any

from cfstream.applying import Event, EventHandler, StackBegan, StepBegan, StepEnded, StepOutcome, StepProgress
from cfstream.planning import StackKey
from cfstream.render.expectation import Expectation, expected
from cfstream.values import StepId, Verb

KEPT = 50
"""The number of deploys that are kept: their durations change over the years."""
KEPT_OF_STACK = 10
STACKS = 500
"""The number of stacks whose deploys are kept: the most recent ones."""
SHORTEST = 5.0
"""Seconds. A shorter wait does not count: its change was already deployed."""


class PastDeploys:
    """The seconds of past deploys, separate for AWS and for other endpoints. Without a `folder`, none are kept."""

    def __init__(self, folder: Path | None, *, real_aws: bool) -> None:
        name = "deploys.json" if real_aws else "deploys-elsewhere.json"
        self._guard = threading.Lock()
        self._file = folder / name if folder else None

    def seconds(self, stack: StackKey | None = None) -> list[float]:
        """Return the kept seconds of a stack, or of all, the oldest first."""
        kept = self._kept()
        try:
            found = kept["seconds"] if stack is None else kept["stacks"][_key(stack)]
            return [float(each) for each in found][-KEPT:]
        except (ValueError, TypeError, KeyError):
            return []

    def expected(self, stack: StackKey) -> Expectation | None:
        """Return how long a deploy of the stack usually takes; None if too little is known."""
        return expected(self.seconds(stack), self.seconds())

    def add(self, seconds: float, stack: StackKey) -> None:
        """Add a duration. A lock serialises writes, because stacks can finish at the same time."""
        if self._file is None:
            return
        with self._guard, suppress(OSError):
            rounded, stacks = round(seconds, 1), self._kept().get("stacks")
            others = stacks if isinstance(stacks, dict) else {}
            own = [*self.seconds(stack), rounded][-KEPT_OF_STACK:]
            last = [each for each in others.items() if each[0] != _key(stack)][1 - STACKS :]
            kept = {
                "seconds": [*self.seconds(), rounded][-KEPT:],
                "stacks": {**dict(last), _key(stack): own},
            }
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part = self._file.with_suffix(f".{os.getpid()}.part")
            part.write_text(json.dumps(kept) + "\n", encoding="utf-8")
            part.replace(self._file)

    def _kept(self) -> dict[str, Any]:
        """Return what the file has; nothing if it cannot be read."""
        if self._file is None:
            return {}
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _key(stack: StackKey) -> str:
    return "/".join(stack)


class Expecting:
    """Pass every event on, add to each wait how long it usually takes, and keep the seconds of finished waits."""

    def __init__(
        self, tell: EventHandler, past: PastDeploys, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._past = past
        self._now = now
        self._expected: dict[StackKey, Expectation | None] = {}
        self._began: dict[tuple[StackKey, StepId], float] = {}
        self._partial: set[StackKey] = set()
        """Stacks that only wait for an earlier run: they see the end of a deploy."""

    def tell(self, event: Event) -> None:
        """Pass an event on."""
        match event:
            case StackBegan(plan) if plan.settling:
                self._partial.add(plan.key)
            case StepBegan(stack, step, account):
                self._began[(account, stack), step.id] = self._now()
                if step.verb is Verb.WAIT:
                    self._expected[account, stack] = self._past.expected((account, stack))
            case StepProgress(stack, step, text, _, account) if usual := self._expected.get((account, stack)):
                if step.verb is Verb.WAIT:
                    waited = self._now() - self._began[(account, stack), step.id]
                    words = f"{text}, {usual.words(waited)}"
                    event = replace(event, text=words, fraction=usual.fraction(waited))
            case StepEnded(stack, report, account) if report.verb is Verb.WAIT and report.seconds >= SHORTEST:
                if report.outcome is StepOutcome.DONE and (account, stack) not in self._partial:
                    self._past.add(report.seconds, (account, stack))
        self._tell(event)
