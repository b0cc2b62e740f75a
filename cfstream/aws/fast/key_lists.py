"""The lists of a worker: each range of keys is listed on a connection of its own, one or two pages ahead."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cfstream.aws.fast.parts import (
    MOST_PENDING,
    UNREACHED,
    AclJob,
    Span,
    Transport,
    Wire,
)
from cfstream.aws.fast.replies import EXPIRED, PAUSES, KeyPage, error_of, is_passing, is_throttle, page_of
from cfstream.key_ranges import Guesses, NextFolder, end_of_folder, first_folder, order

if TYPE_CHECKING:
    from cfstream.aws.fast.pipeline import AclPipeline

MOST_SPANS = 8
"""How many ranges a worker lists at a time."""
TRIES = 8


class _Split(NamedTuple):
    """A range that is being split: the guesses, the list that tries them, and whether another worker gets the rest."""

    span: Span
    guesses: Guesses | NextFolder
    probe: Span
    give: bool


class KeyLists:
    """The ranges of one worker. Its methods are called with the pipeline's lock held."""

    LOW: Final = 1_000
    """The next page is requested when fewer keys are waiting: memory does not grow with the bucket."""

    def __init__(self, job: AclJob, transport: Transport, pipeline: "AclPipeline") -> None:
        self._job = job
        self._transport = transport
        self._pipeline = pipeline
        self.spans: list[Span] = []
        self._waiting: list[tuple[float, Callable[[], None]]] = []
        self._numbers = 0
        self._splitting = False
        self._give = False
        self._give_folders = False
        self._last_split = 0.0
        self.marks: list[tuple[str, str, str]] = []
        self._finished = sorted(job.finished, key=lambda each: order(each[0]))
        self._probes: set[str] = set()

    @property
    def is_listed(self) -> bool:
        """Whether no keys are left to list: soon there will be nothing to begin."""
        return not self._splitting and all(span.listed for span in self.spans)

    @property
    def is_finished(self) -> bool:
        return not self.spans and not self._splitting

    def add(self, after: str, until: str | None) -> None:
        """List the keys after `after`, up to `until`; None: all that follow."""
        self._numbers += 1
        span = Span(self._numbers, after, until)
        self.spans.append(span)
        self.go_on(span)

    def has_room(self, span: Span) -> bool:
        """Return whether another object of the range may be begun."""
        return len(span.pending) < MOST_PENDING

    def tick(self, now: float) -> None:
        """Do what is due, and note which ranges are finished."""
        due = [action for at, action in self._waiting if at <= now]
        self._waiting = [each for each in self._waiting if each[0] > now]
        for action in due:
            action()
        for span in [each for each in self.spans if each.is_finished]:
            self._note(span)
            self.spans.remove(span)
            if span.connection is not None:
                span.connection.close()
        if not self._splitting:
            self._split_if_useful(now)

    def finished_spans(self) -> list[tuple[str, str, str]]:
        """Return an id, start and end of what was finished since the last call."""
        for span in self.spans:
            self._note(span)
        found, self.marks = self.marks, []
        return found

    def _note(self, span: Span) -> None:
        self.marks += [(f"{span.number}.{mark}", after, upto) for mark, after, upto in span.spans()]

    # Pages

    def go_on(self, span: Span) -> None:
        """Request the next page, unless it is on its way or there is none."""
        if span.listing or span.listed:
            return
        span.listing = True
        self._request(span, self._job.list_after(span.last), partial(self._page, span))

    def _request(self, span: Span, target: str, done: Callable[[int, bytes], None]) -> None:
        if span.connection is not None and span.connection.is_open():
            span.connection.send("GET", target, None, done)
        else:
            self._transport.connect(partial(self._connected, span, target, done))

    def _connected(
        self,
        span: Span,
        target: str,
        done: Callable[[int, bytes], None],
        connection: Wire | None,
        error: str,
    ) -> None:
        with self._pipeline.lock:
            span.connection = connection
            if connection is None:
                done(UNREACHED, error.encode())
            else:
                connection.send("GET", target, None, done)

    def _page(self, span: Span, status: int, body: bytes) -> None:
        with self._pipeline.lock:
            span.listing = False
            page = self._parsed(status, body)
            if page is None:
                self._again(span, status, body, lambda: self.go_on(span))
                return
            span.tries = 0
            keys = span.add(page)
            if self._job.beyond:
                keys = [key for key in keys if not key.startswith(self._job.beyond)]
            span.keys.extend(self._unfinished(keys, page))
            if len(span.keys) < self.LOW:
                self.go_on(span)
            self._pipeline.feed()

    def _parsed(self, status: int, body: bytes) -> KeyPage | None:
        if status != 200:
            return None
        try:
            return page_of(body)
        except ValueError:
            self._pipeline.list_failed(200, {})
            return None

    def _again(self, span: Span, status: int, body: bytes, action: Callable[[], None]) -> None:
        """Repeat a list later, or end the run: without the list nothing can be granted."""
        pipeline, now = self._pipeline, self._pipeline.now()
        error: dict[str, Any] = (
            dict(error_of(body)) if status > 0 else {"Code": body.decode(errors="replace")}
        )
        code = str(error.get("Code", "")) or str(status)
        if pipeline.stopping:
            return
        if status > 0 and code in EXPIRED:
            pipeline.expired(now)
            self._waiting.append((now + 1.0, action))
            return
        throttle = is_throttle(status, code)
        if (throttle or is_passing(status, code)) and span.tries < min(TRIES, len(PAUSES)):
            if throttle:
                pipeline.governor.throttled(now)
            pipeline.troubles[code] += 1
            self._waiting.append((now + PAUSES[span.tries], action))
            span.tries += 1
            return
        pipeline.list_failed(status, error)

    # Keys that an earlier run finished

    def _unfinished(self, keys: list[str], page: KeyPage) -> list[str]:
        """Return the keys that an earlier run has not finished, or that were written since it began.

        The first of each page is done again all the same: if it has no grant, the checkpoint is wrong.
        """
        if not self._finished:
            return keys
        found, skipped = [], 0
        times = dict(zip(page.keys, page.changed, strict=True))
        for key in keys:
            place, changed = order(key), times[key]
            known = next((each for each in self._finished if order(each[0]) < place <= order(each[1])), None)
            if known is None or not changed or changed >= known[2]:
                found.append(key)
            elif not skipped:
                skipped = 1
                found.append(key)
                self._probes.add(key)
            else:
                skipped += 1
        self._pipeline.counts["skipped"] += max(skipped - 1, 0)
        return found

    def is_probe(self, key: str) -> bool:
        """Return whether the key represents others that an earlier run finished."""
        if key not in self._probes:
            return False
        self._probes.discard(key)
        return True

    def distrust(self) -> None:
        """Do no longer skip what an earlier run finished. The engine starts again without a checkpoint."""
        if self._finished:
            self._finished = []
            self._pipeline.send({"distrust": True})

    # Splitting

    def give(self, *, folders: bool = False) -> None:
        """Split a range for another worker, as soon as one can be split; with `folders`, only between folders."""
        if folders:
            self._give_folders = True
        else:
            self._give = True

    def _split_if_useful(self, now: float) -> None:
        pipeline = self._pipeline
        if self._give:
            self._split(give=True)
        elif self._give_folders:
            self._give_folders = False
            if not self._split_off_folders(give=True):
                pipeline.send({"given": None})
        elif len(self.spans) >= MOST_SPANS:
            return
        elif pipeline.is_at_rate:
            self._split_off_folders(give=False)
        elif now - self._last_split > 0.5 and pipeline.wants_more(self.spans):
            self._last_split = now
            self._split(give=False)

    def _split(self, *, give: bool) -> None:
        candidates = [each for each in self.spans if not each.listed and each.last]
        waiting = any(not each.listed for each in self.spans)
        if not candidates:
            if give and not waiting:
                self._give = False
                self._pipeline.send({"given": None})
            return
        span = min(candidates, key=lambda each: order(each.last))
        if not span.varies and span.listing:
            return
        self._splitting = True
        self._give = self._give and not give
        varies = max(span.varies, len(self._job.prefix) + 1)
        guesses = Guesses(span.last, span.hint, varies)
        self._guess(_Split(span, guesses, Span(0, span.last, span.until), give))

    @property
    def has_more_folders(self) -> bool:
        """Whether a range may reach beyond the first folder that it lists."""
        return self._splitting or any(map(_next_folder, self.spans))

    def _split_off_folders(self, *, give: bool) -> bool:
        """Split a range at the end of the first folder that it lists. Return whether one can be split there."""
        for span in self.spans:
            end = _next_folder(span)
            if end:
                self._splitting = True
                self._guess(_Split(span, NextFolder(end), Span(0, span.last, span.until), give))
                return True
        return False

    def _guess(self, split: _Split) -> None:
        span, guesses = split.span, split.guesses
        guess = guesses.split or guesses.guess()
        if guesses.until is not None:
            span.hint = guesses.until
        if guesses.split is not None and order(guesses.split) > order(span.last):
            self._cut(span, guesses.split, give=split.give)
        elif guess is None or guesses.split is not None or span.listed or self._pipeline.stopping:
            self._splitting = False
            if split.give:
                self._pipeline.send({"given": None})
        else:
            done = partial(self._guessed, split, guess)
            self._request(split.probe, self._job.list_after(guess, 1), done)
            return
        if split.probe.connection is not None:
            split.probe.connection.close()

    def _guessed(self, split: _Split, guess: str, status: int, body: bytes) -> None:
        with self._pipeline.lock:
            page = self._parsed(status, body)
            if page is None:
                self._again(split.probe, status, body, partial(self._guess, split))
                return
            end = split.span.until
            if page.keys and (end is None or order(page.keys[0]) <= order(end)):
                split.guesses.found(guess)
            else:
                split.guesses.empty(guess)
            self._guess(split)

    def _cut(self, span: Span, at: str, *, give: bool) -> None:
        """End a range at a key. What follows is a new range, of this worker or of another."""
        self._splitting = False
        until, span.until, span.hint = span.until, at, at
        if give:
            self._pipeline.send({"given": [at, until]})
        else:
            self.add(at, until)


def _next_folder(span: Span) -> str:
    """Return where the first folder that a range lists ends; empty if the range is known to end before."""
    folder = first_folder(span.last)
    if span.listed or not folder:
        return ""
    end, known = end_of_folder(folder), span.until if span.hint is None else span.hint
    return end if known is None or order(end) < order(known) else ""
