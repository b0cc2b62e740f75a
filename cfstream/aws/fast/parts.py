"""What `pipeline` works with: the job, the transport, ranges of keys, and objects in progress."""

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from cfstream.aws.fast.acl_xml import NewAcl
from cfstream.aws.fast.replies import KeyPage
from cfstream.key_ranges import common_start, order

LOST, UNREACHED = 0, -1
"""In place of a status: the reply was lost, or no connection could be made."""
END = "\U0010ffff"
"""The end of a span of keys that reaches to the end of the bucket."""
MOST_PENDING = 4_000
"""How many objects may be begun behind one that is not finished, for the checkpoint."""

Done = Callable[[int, bytes], None]
"""Receives the status and the body of a reply; with `LOST` or `UNREACHED`, the name of the error."""


class Wire(Protocol):
    """One connection to S3. It carries one request at a time."""

    def is_open(self) -> bool: ...

    def send(self, method: str, target: str, document: NewAcl | None, done: Done) -> None:
        """Sign and send a request once. `done` is called once, when the reply is complete or lost."""
        ...

    def close(self) -> None:
        """Close it. A request in progress is lost."""
        ...


class Transport(Protocol):
    """How a pipeline reaches S3."""

    def connect(self, done: Callable[[Wire | None, str], None]) -> None:
        """Open a connection. `done` gets it, or None and the name of the error."""
        ...


class AclJob(NamedTuple):
    """What a worker does: exactly `permission` for `grantee` on each object under `prefix`, not under `beyond`."""

    base: str
    """The path of the bucket: empty if the bucket is in the host name."""
    prefix: str
    beyond: str
    grantee: str
    permission: str | None
    finished: tuple[tuple[str, str, str], ...] = ()
    """Spans of keys that an earlier run finished: after, up to, and S3's time at that run's start."""

    def acl_of(self, key: str) -> str:
        """Return the target of an object's ACL."""
        return f"{self.base}/{quote(key, safe='/~', errors='surrogateescape')}?acl"

    def list_after(self, key: str, most: int = 1_000) -> str:
        """Return the target of a list of so many keys that starts after the key."""
        after, prefix = (quote(each, safe="~", errors="surrogateescape") for each in (key, self.prefix))
        which = f"max-keys={most}&prefix={prefix}&start-after={after}"
        return f"{self.base or '/'}?encoding-type=url&list-type=2&{which}"


class Span:
    """A range of keys that is listed: after `after`, up to `until`; None: to the end."""

    def __init__(self, number: int, after: str, until: str | None) -> None:
        self.number = number
        self.until = until
        self.last = after
        """The last key that was listed."""
        self.hint: str | None = until
        """Where the keys end, as far as a guess has shown. Keys that are new since are still listed."""
        self.varies = 0
        self.keys: deque[str] = deque()
        """Listed, and not begun."""
        self.pending: deque[Item] = deque()
        """Begun, in the order of their keys; the first one is not finished."""
        self.connection: Wire | None = None
        self.listing = False
        self.listed = False
        """Whether no keys are left to list."""
        self.tries = 0
        self.marks = 0
        self.mark_after = after
        self.upto = after
        """All objects after `mark_after`, up to this key, are finished."""
        self.refused: list[tuple[int, str, str]] = []

    @property
    def is_finished(self) -> bool:
        return self.listed and not self.keys and not self.pending

    def add(self, page: KeyPage) -> list[str]:
        """Note a page of the list, and return its keys in this range."""
        keys = page.keys
        if keys:
            self.varies = common_start(keys[0], keys[-1])
        if self.until is not None and keys and order(keys[-1]) > order(self.until):
            end = order(self.until)
            keys = [key for key in keys if order(key) <= end]
            self.listed = True
        self.listed = self.listed or not page.more
        if keys:
            self.last = keys[-1]
        return keys

    def finish(self, item: "Item") -> None:
        """Note that an object is finished or has failed, and move the mark up to the first one that is not."""
        item.finished = True
        pending = self.pending
        while pending and pending[0].finished:
            first = pending.popleft()
            if first.failed:
                self.refused.append((self.marks, self.mark_after, self.upto))
                self.marks += 1
                self.mark_after = first.key
            self.upto = first.key

    def spans(self) -> list[tuple[int, str, str]]:
        """Return number, start and end of the finished parts since the last call."""
        upto = (self.until or END) if self.is_finished else self.upto
        found = [*self.refused, (self.marks, self.mark_after, upto)]
        self.refused.clear()
        return [each for each in found if each[1] != each[2]]


class Item:
    """One object in progress."""

    __slots__ = ("attempts", "failed", "finished", "key", "need", "probe", "rate", "span", "target")

    def __init__(self, key: str, target: str, span: Span, rate: Any, *, probe: bool = False) -> None:
        self.key = key
        self.target = target
        self.span = span
        self.rate = rate
        self.probe = probe
        """Whether it represents objects that an earlier run finished."""
        self.attempts = 0
        self.need = 0.0
        """The guard must have been checked since then: the end of the object's last pause."""
        self.finished = False
        self.failed = False
