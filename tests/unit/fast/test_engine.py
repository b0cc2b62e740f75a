"""The engine, with workers that are doubles: how it moves ranges of keys between them."""

from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest

from cfstream.aws.clock import SystemClock
from cfstream.aws.fast import engine
from cfstream.aws.fast.process import ReceivedMessage, WorkerProcess
from cfstream.ports import AclHooks, AclWork
from cfstream.values import Account

WORK = AclWork("b", "eu-west-1", Account("123456789012"), "", "", "b" * 64, "READ")
REST = ["lectures-00", None]


class Double(WorkerProcess):
    """The first worker is held back by the rates of its range. The second one gives the rest of its own."""

    def __init__(self, inbox: "SimpleQueue[ReceivedMessage]") -> None:
        self._inbox = inbox
        self._ranges = 0
        self.is_listed = self.is_held_back = self.is_dry = self.is_ended = False
        self.counts, self.troubles, self.segments = {}, {}, []
        self.received: list[tuple[str, Any]] = []

    @property
    def pid(self) -> int:
        return id(self)

    def send(self, **message: Any) -> None:
        ((name, value), *_) = message.items()
        self.received.append((name, value))
        match name, value:
            case "range", ["", None]:
                self._answer(held_back=1)
            case "give", _:
                self._answer(given=REST)
                self._answer(dry=0)
            case "range", _:
                self._answer(dry=2)
            case "stop", _:
                self._answer(ended=True)

    def close(self) -> None:
        """There is no process."""

    def _answer(self, **message: Any) -> None:
        self._inbox.put((self, message))


def test_a_worker_that_is_held_back_gets_a_range(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The engine asks the other one for folders, and passes the range on."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    workers: list[Double] = []

    def start(inbox: "SimpleQueue[ReceivedMessage]") -> Double:
        workers.append(Double(inbox))
        return workers[-1]

    monkeypatch.setattr(engine, "WorkerProcess", start)
    access: Any = SimpleNamespace(base="/b", credentials=lambda: ("a", "b", None), settings=dict)
    log: Any = SimpleNamespace(add=lambda *_: None)
    outcome = engine.FastAcls(access).change(WORK, AclHooks(None, SystemClock(), lambda _: None, log))
    assert (outcome.stopped_by, outcome.first) == (None, None)
    held_back, giver = workers
    assert [value for name, value in held_back.received if name in ("range", "give")] == [["", None], REST]
    assert [value for name, value in giver.received if name in ("range", "give")] == ["folders"]
