"""What a worker does with its ranges of keys: list, read each ACL, change it, write it. No input, output or clock.

Objects are in progress on as many connections as the governor allows. Each keeps one connection, which is one slot of
the governor, for its read and its write. The write is sent directly from the reply to the read. Every attempt starts
with a read. Before a write, the guard must have been checked less than 5 s ago, and after the object's last pause
(design: "no blind repeat"). `send` sends messages to `engine`, which checks the guard.

Methods are called by several threads, one at a time: the caller holds `lock`.
"""

import heapq
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from cfstream.aws.codes import SIGNATURES
from cfstream.aws.fast.acl_xml import Decisions, NewAcl, NotAnAcl, Obstacle
from cfstream.aws.fast.governor import LaneGovernor, TokenBucket
from cfstream.aws.fast.key_lists import KeyLists
from cfstream.aws.fast.parts import LOST, UNREACHED, AclJob, Item, Span, Transport, Wire
from cfstream.aws.fast.replies import EXPIRED, GONE, PAUSES, error_of, is_passing, is_throttle
from cfstream.key_ranges import first_folder

PATIENCE = 60.0
"""Seconds after which a request without a reply counts as lost."""

SIGNED_BEFORE = 5.0
"""Seconds after new credentials in which a reply may still be to a request with the old ones."""

MOMENT = 0.05
"""Seconds for which a worker counts as held back by the rates of prefixes. Each tick begins what the rates allow."""

Send = Callable[[dict[str, Any]], None]


class Lane:
    """A connection, and the object that is in progress on it."""

    __slots__ = ("began", "connection", "item")

    def __init__(self) -> None:
        self.connection: Wire | None = None
        self.item: Item | None = None
        self.began = 0.0


class AclPipeline:
    """The state of one worker."""

    def __init__(self, job: AclJob, transport: Transport, clock: Callable[[], float], send: Send) -> None:
        self.lock = threading.RLock()
        self.governor = LaneGovernor()
        self.job = job
        self.counts: Counter[str] = Counter(done=0, changed=0, gone=0, failed=0, skipped=0)
        self.troubles: Counter[str] = Counter()
        self._transport = transport
        self._clock = clock
        self._send = send
        self._decisions = Decisions(job.grantee, job.permission)
        self.listing = KeyLists(job, transport, self)
        self._turn = 0
        self._idle: list[Lane] = []
        self._lanes: set[Lane] = set()
        self.busy = 0
        self._retries: list[tuple[float, int, Item]] = []
        self._number = 0
        self._idled_at = -1.0
        self._rates: dict[str, TokenBucket] = {}
        self._shares: dict[str, float] = {}
        self._share = 1.0
        self._lease = (-1.0, -1.0)
        self._asked = -1.0
        self.authentic = True
        self._authenticated = -1e300
        self.stopping = False

    # Messages of the engine

    def set_lease(self, began: float, until: float) -> None:
        """Allow writes until then: the guard was checked at `began`."""
        self._lease = (began, until)
        self.feed()

    def set_shares(self, rest: float, shares: dict[str, float]) -> None:
        """Set which part of each prefix's rate this process may use."""
        self._share, self._shares = rest, shares
        for segment, rate in self._rates.items():
            rate.set_share(shares.get(segment, rest))

    def authenticated(self) -> None:
        """Go on with new credentials."""
        self.authentic = True
        self._authenticated = self._clock()
        self.feed()

    def stop(self) -> None:
        """Begin no further object. Those in progress are finished."""
        self.stopping = True

    @property
    def is_ended(self) -> bool:
        return self.busy == 0 and (self.stopping or self.is_dry)

    @property
    def is_dry(self) -> bool:
        """Whether all ranges are finished."""
        return not self._retries and self.listing.is_finished and self.busy == 0

    @property
    def is_listed(self) -> bool:
        """Whether no keys are left to list, so that another worker should give some."""
        return self.listing.is_listed

    @property
    def is_at_rate(self) -> bool:
        """Whether connections were idle a moment ago, because all prefixes of the listed keys were at their rate."""
        return self._clock() - self._idled_at < MOMENT

    @property
    def is_held_back(self) -> bool:
        """Whether it needs keys of other prefixes, from another worker: those of all its ranges are at their rate."""
        return self.is_at_rate and not self.listing.has_more_folders

    def tick(self) -> None:
        """Do what is due: retries, lists, lost requests. Called many times a second."""
        now = self._clock()
        for lane in [each for each in self._lanes if each.item is not None and now - each.began > PATIENCE]:
            if lane.connection is not None:
                lane.connection.close()
        self.listing.tick(now)
        self.feed()

    def feed(self) -> None:
        """Begin objects, while the governor allows it and there are any."""
        while not self.stopping and self.busy < int(self.governor.limit):
            item = self._take()
            if item is None:
                return
            self.busy += 1
            lane = self._idle.pop() if self._idle else Lane()
            self._lanes.add(lane)
            self._begin(lane, item)

    # One object

    def _take(self) -> Item | None:
        now = self._clock()
        if not self.authentic:
            return None
        if self._retries and self._retries[0][0] <= now:
            if self._retries[0][2].need <= self._lease[0]:
                return heapq.heappop(self._retries)[2]
            self._ask_guard(now)
        at_rate = False
        spans = self.listing.spans
        for _ in range(len(spans)):
            self._turn += 1
            span = spans[self._turn % len(spans)]
            if not span.keys or not self.listing.has_room(span):
                continue
            rate = self._rate(span.keys[0])
            if not rate.take(now):
                at_rate = True
                continue
            key = span.keys.popleft()
            if len(span.keys) < self.listing.LOW:
                self.listing.go_on(span)
            item = Item(key, self.job.acl_of(key), span, rate, probe=self.listing.is_probe(key))
            span.pending.append(item)
            return item
        if at_rate:
            self._idled_at = now
        return None

    def _rate(self, key: str) -> TokenBucket:
        segment = first_folder(key)
        rate = self._rates.get(segment)
        if rate is None:
            if len(self._rates) > 10_000:
                self._rates.clear()
            rate = self._rates[segment] = TokenBucket(self._clock(), self._shares.get(segment, self._share))
        return rate

    def active_segments(self) -> list[str]:
        """Return the first folders of the keys that are begun next."""
        return sorted({first_folder(span.keys[0]) for span in self.listing.spans if span.keys})

    def _begin(self, lane: Lane, item: Item) -> None:
        lane.item = item
        lane.began = self._clock()
        if lane.connection is None or not lane.connection.is_open():
            lane.connection = None
            self._transport.connect(partial(self._connected, lane))
        else:
            lane.connection.send("GET", item.target, None, partial(self._read, lane, item))

    def _connected(self, lane: Lane, connection: Wire | None, error: str) -> None:
        with self.lock:
            item = lane.item
            if item is None:
                return
            if connection is None:
                self._handle_failure(lane, item, UNREACHED, error.encode(), write=False)
                return
            lane.connection = connection
            lane.began = self._clock()
            connection.send("GET", item.target, None, partial(self._read, lane, item))

    def _read(self, lane: Lane, item: Item, status: int, body: bytes) -> None:
        with self.lock:
            now = self._clock()
            if status != 200:
                self._handle_failure(lane, item, status, body, write=False)
                return
            self.governor.replied(now - lane.began, now, busy=self.busy)
            try:
                decision = self._decisions.of(body)
            except NotAnAcl:
                self._fatal("GetObjectAcl", 200, {})
                self._leave(lane)
                return
            if decision is None:
                item.rate.give_back()
                self._finish(lane, item)
            elif isinstance(decision, Obstacle):
                self._fail(
                    lane, item, "PutObjectAcl", 0, {"Code": decision.code, "Members": decision.members}
                )
            elif now >= self._lease[1] or item.need > self._lease[0]:
                self._park(lane, item, now)
            else:
                self._write(lane, item, decision)

    def _write(self, lane: Lane, item: Item, document: NewAcl) -> None:
        """Send the write from the reply to the read: nothing happens in between."""
        if lane.connection is not None:
            lane.connection.send("PUT", item.target, document, partial(self._written, lane, item))

    def _written(self, lane: Lane, item: Item, status: int, body: bytes) -> None:
        with self.lock:
            if status != 200:
                self._handle_failure(lane, item, status, body, write=True)
                return
            self.counts["changed"] += 1
            if item.probe:
                self.listing.distrust()
            self._finish(lane, item)

    def _finish(self, lane: Lane, item: Item) -> None:
        self.counts["done"] += 1
        item.span.finish(item)
        self._leave(lane)

    def _fail(self, lane: Lane, item: Item, operation: str, status: int, error: Any) -> None:
        item.failed = True
        self.counts["failed"] += 1
        self.troubles[str(error.get("Code", ""))] += 1
        self._send({"failed": item.key, "operation": operation, "status": status, "error": error})
        self._finish(lane, item)

    def _leave(self, lane: Lane) -> None:
        """End the object of a lane, and begin the next one on the same connection."""
        lane.item = None
        if not self.stopping and self.busy <= int(self.governor.limit):
            item = self._take()
            if item is not None:
                self._begin(lane, item)
                return
        self.busy -= 1
        self._idle.append(lane)

    # What does not work at once

    def _park(self, lane: Lane, item: Item, now: float) -> None:
        """Wait for the guard. The ACL is read again after that, because others may change it meanwhile."""
        self._ask_guard(now)
        item.need = max(item.need, self._lease[0] + 1e-9)
        self._again(lane, item, now)

    def _ask_guard(self, now: float) -> None:
        if now - self._asked > 0.1:
            self._asked = now
            self._send({"guard": now})

    def _again(self, lane: Lane, item: Item, at: float) -> None:
        self._number += 1
        heapq.heappush(self._retries, (at, self._number, item))
        self._leave(lane)

    def _handle_failure(self, lane: Lane, item: Item, status: int, body: bytes, *, write: bool) -> None:
        """Decide what follows a reply other than 200, or no reply."""
        now = self._clock()
        operation = "PutObjectAcl" if write else "GetObjectAcl"
        error = error_of(body) if status > 0 else {"Code": body.decode(errors="replace")}
        code = error.get("Code", "") or str(status)
        if status > 0 and code in GONE:
            self.counts["gone"] += 1
            self._finish(lane, item)
            return
        if status > 0 and code in EXPIRED:
            self.expired(now)
            item.need = now + PAUSES[0]
            self._again(lane, item, item.need)
            return
        if status > 0 and code in SIGNATURES:
            self._fatal(operation, status, error)
            self._leave(lane)
            return
        if is_throttle(status, code):
            self.governor.throttled(now)
        elif not is_passing(status, code):
            self._fail(lane, item, operation, status, error)
            return
        self._retry(lane, item, operation, status, {**error, "Code": code})

    def _retry(self, lane: Lane, item: Item, operation: str, status: int, error: Any) -> None:
        """Begin the object again after a pause. After the last attempt it fails; if nothing answered, all stops."""
        self.troubles[error["Code"]] += 1
        if item.attempts >= len(PAUSES):
            if status <= 0:
                self._fatal(operation, LOST if operation == "PutObjectAcl" else status, error)
                self._leave(lane)
            else:
                self._fail(lane, item, operation, status, error)
            return
        pause = PAUSES[item.attempts]
        item.attempts += 1
        # Objects that were throttled together do not come back together.
        item.need = self._clock() + pause * (0.75 + (self._number % 16) / 32)
        self._again(lane, item, item.need)

    def expired(self, now: float) -> None:
        """Ask for new credentials, once. No object is begun before they arrive.

        Requests that were signed just before new ones came are repeated with these.
        """
        if self.authentic and now - self._authenticated > SIGNED_BEFORE:
            self.authentic = False
            self._send({"expired": now})

    def _fatal(self, operation: str, status: int, error: Any) -> None:
        self.stopping = True
        self._send({"fatal": operation, "status": status, "error": error})

    def list_failed(self, status: int, error: Any) -> None:
        """Stop: the bucket cannot be listed."""
        self._fatal("ListObjectsV2", status, error)

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the engine."""
        self._send(message)

    def now(self) -> float:
        """Return the time."""
        return self._clock()

    def wants_more(self, spans: list[Span]) -> bool:
        """Return whether connections are idle because too few keys are listed."""
        return (
            not self.stopping
            and self.authentic
            and self.busy < int(self.governor.limit) // 2
            and not self._retries
            and bool(spans)
        )
