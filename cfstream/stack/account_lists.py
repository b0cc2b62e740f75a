"""What the stacks of a run share: the lists of their account, each read and parsed once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from cfstream.ports import Reads

T = TypeVar("T")


class AccountLists:
    """The lists of one account, for all stacks of a run.

    Without it, each of a thousand stacks would parse the rows of a thousand distributions.
    """

    def __init__(self, aws: Reads, stacks: int = 1) -> None:
        """Read through `aws`, which remembers answers, for a run of this many stacks."""
        self.aws = aws
        self.stacks = stacks
        self._guard = threading.Lock()
        self._parsed: dict[Callable[[AccountLists], Any], Future[Any]] = {}

    def of(self, parse: "Callable[[AccountLists], T]") -> T:
        """Return ``parse(self)``, which is called once in the run. Safe for many threads. Raises as `parse`."""
        with self._guard:
            known = self._parsed.get(parse)
            if known is None:
                mine: Future[T] = Future()
                self._parsed[parse] = mine
        if known is not None:
            value: T = known.result()
            return value
        try:
            mine.set_result(parse(self))
        except BaseException as error:
            mine.set_exception(error)
            raise
        return mine.result()
