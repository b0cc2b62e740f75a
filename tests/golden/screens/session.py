"""Runs a command in this process on a terminal in memory.

A situation is run once against the sandbox. The results of its plan, steps and checks are kept, and shown again for
each width, because only the widths differ.
"""

import importlib
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cfstream.applying import Event, StepProgress
from cfstream.cli import main
from cfstream.cli.terminal.past_deploys import PastDeploys
from cfstream.connection import Connection
from tests.golden.screens.screen import Screen
from tests.world.answers import OneAfterTheOther
from tests.world.clock import QuickClock

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ASKS_AWS = (
    ("cfstream.workflow", "make_plan"),
    ("cfstream.workflow", "verify_stacks"),
    ("cfstream.use_cases.apply", "verify_applied"),
    ("cfstream.use_cases.rotation", "rotate"),
)
"""The functions whose result is kept. `apply_plan` is another one, with its events."""


@dataclass
class WaitEvent:
    """Something that happens while a step waits: after so many reports of its progress."""

    after: int
    interrupts: bool = False
    """Whether the person presses Ctrl-C. Otherwise the screen is what is shown at that moment."""


class ManualRefresh:
    """Takes the place of the thread that redraws rich's live lines. Only `redraw` redraws them."""

    running: list["ManualRefresh"] = []  # noqa: RUF012 (one terminal at a time)

    def __init__(self, live: Any, _per_second: float) -> None:
        self._live = live

    def start(self) -> None:
        self.running.append(self)

    def stop(self) -> None:
        self.running.remove(self)

    def join(self) -> None:
        """Return at once."""

    def redraw(self) -> None:
        """Draw the lines as they are now."""
        self._live.refresh()


class Keyboard:
    """The keyboard: the answer is echoed as a terminal does."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        self._screen.write("yes\n")
        return "yes\n"


@dataclass
class Situation:
    """A command and what happens while it runs."""

    command: str
    exit_code: int = 0
    during_wait: WaitEvent | None = None
    now: datetime = NOW
    kept: dict[str, list[Any]] = field(default_factory=dict)

    def shown(self, columns: int, *, color: bool) -> tuple[str, str]:
        """Return the screen after the command: without and with the names of its styles."""
        return _Run(self, columns, color=color).shown()


class _Run:
    """One run of the command. The first run of a situation asks the sandbox."""

    def __init__(self, situation: Situation, columns: int, *, color: bool) -> None:
        self._situation = situation
        self._columns = columns
        self._color = color
        self._clock = QuickClock(situation.now)
        self._screen = Screen(columns)
        self._taken: tuple[str, str] | None = None
        self._first = not situation.kept
        self._reports = 0

    def shown(self) -> tuple[str, str]:
        words = self._situation.command.split()
        self._screen.write(f"$ {self._situation.command}\n")
        with pytest.MonkeyPatch.context() as patched:
            self._patch(patched)
            code = main.run(words[1:])
        assert code == self._situation.exit_code, self._screen.shown()
        return self._taken or self._screen.both()

    def _patch(self, patched: pytest.MonkeyPatch) -> None:
        patched.setenv("COLUMNS", str(self._columns))
        patched.setenv("TERM", "xterm")
        patched.delenv("NO_COLOR", raising=False) if self._color else patched.setenv("NO_COLOR", "1")
        patched.setattr(sys, "stdin", Keyboard(self._screen))
        patched.setattr(sys, "stdout", self._screen)
        patched.setattr(sys, "stderr", self._screen)
        patched.setattr("rich.live._RefreshThread", ManualRefresh)
        patched.setattr(Connection, "clock", lambda _: self._clock)
        patched.setattr(PastDeploys, "add", lambda *_: None)  # the next width waits for the first time, too
        for module, name in ASKS_AWS:
            real = getattr(importlib.import_module(module), name)
            patched.setattr(f"{module}.{name}", self._once(name, real))
        workflow = importlib.import_module("cfstream.workflow")
        patched.setattr(workflow, "ThreadPoolExecutor", OneAfterTheOther)
        patched.setattr(workflow, "apply_plan", self._applying(workflow.apply_plan))

    def _once(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that returns what `real` returned the first time."""

        def called(*arguments: Any, **named: Any) -> Any:
            if self._first:
                self._situation.kept[name] = [real(*arguments, **named)]
            return self._situation.kept[name][0]

        return called

    def _applying(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return `apply_plan` that the first time keeps its events, and then sends them again."""

        def called(*arguments: Any, tell: Callable[[Event], None], **named: Any) -> Any:
            kept = self._situation.kept
            if self._first:
                kept["events"] = []

                def keep(event: Event) -> None:
                    kept["events"].append((self._clock.slept, event))
                    self._forward(event, tell)

                kept["report"] = [real(*arguments, tell=keep, **named)]
            else:
                for self._clock.slept, event in kept["events"]:
                    self._forward(event, tell)
            return kept["report"][0]

        return called

    def _forward(self, event: Event, tell: Callable[[Event], None]) -> None:
        tell(event)
        during_wait = self._situation.during_wait
        if during_wait is None or not isinstance(event, StepProgress):
            return
        self._reports += 1
        if self._reports != during_wait.after:
            return
        for each in ManualRefresh.running:
            each.redraw()
        if during_wait.interrupts:
            self._screen.write("^C")
            self._clock.interrupt()
        else:
            self._taken = self._screen.both()


def folder_with(files: Mapping[str, str], folder: Path, keys: Path) -> None:
    """Write specs, and copy the public keys that they name."""
    shutil.copytree(keys, folder / "keys", dirs_exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
