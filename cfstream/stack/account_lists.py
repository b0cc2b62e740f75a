"""What the stacks of a run share: the lists of their account, each read and parsed once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from cfstream.ports import Reads

if TYPE_CHECKING:
    from datetime import datetime

T = TypeVar("T")


class AccountLists:
    """The lists of one account, for all stacks of a run.

    Without it, each of a thousand stacks would parse the rows of a thousand distributions.
    """

    def __init__(self, aws: Reads, now: "datetime | None" = None, stacks: int = 1) -> None:
        """Read through `aws`, which remembers answers, for a run of this many stacks. `now` is the time of the run."""
        self.aws = aws
        self.now = now
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

    def moment(self, time: Any) -> "datetime | None":
        """Return a time from AWS. A snapshot has it as ISO 8601 text, which is read as the type of `now`."""
        if isinstance(time, str):
            return type(self.now).fromisoformat(time) if self.now is not None else None
        moment: datetime | None = time
        return moment
