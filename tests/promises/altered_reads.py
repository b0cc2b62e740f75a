"""Reads with another answer to one operation, for answers that the sandbox does not give."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from cfstream.ports import Reads
from tests.world.account import SandboxAccount
from tests.world.specs import Json


class ReadsWithAnswer:
    """Reads in which one operation has another answer."""

    def __init__(self, reads: Any, operation: str, answer: Callable[[], Json]) -> None:
        self._reads = reads
        self._operation = operation
        self._answer = answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reads, name)

    def read(self, call: Any) -> Any:
        return self._answer() if call.operation == self._operation else self._reads.read(call)


def with_answer(account: SandboxAccount, operation: str, answer: Callable[[], Json]) -> None:
    """Make plans see another answer to this operation, which may raise."""
    reads = account.world.reads
    account.world = replace(
        account.world, reads=lambda: cast("Reads", ReadsWithAnswer(reads(), operation, answer))
    )
