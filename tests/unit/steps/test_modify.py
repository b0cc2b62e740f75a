"""Replacing a document by its ETag: lost replies are checked, a changed ETag is used, changed content is refused."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from cfstream.errors import ReplyLost, Stale, Throttled, VersionMoved
from cfstream.ports import Answer, Call
from cfstream.steps.ledger import Ledger
from cfstream.steps.modify import Modify
from cfstream.steps.step import Stage, StepContext
from cfstream.values import Address, ETag, Json
from tests.unit.steps.buckets import Clock

BEFORE = {"Comment": "old", "Enabled": True}
AFTER = {"Comment": "new", "Enabled": True}

Event = Callable[["Document"], None]


class Document:
    """One document with an ETag that counts its versions. `events` happen before the writes, in their order."""

    def __init__(self, *events: Event) -> None:
        self.content: Json = BEFORE
        self.version = 1
        self.writes = 0
        self.lag = 0
        """How many reads show the first version, whatever is live."""
        self._events = list(events)

    @property
    def etag(self) -> str:
        return f"E{self.version}"

    def put(self, content: Json) -> None:
        """Someone else writes."""
        self.content, self.version = content, self.version + 1

    def write(self, call: Call) -> Json:
        self.writes += 1
        if self._events:
            event = self._events.pop(0)
            event(self)
        if call.params["IfMatch"] != self.etag:
            raise VersionMoved("UpdateIt", "PreconditionFailed", "no", status=412)
        self.put(call.params["Config"])
        return {"ETag": self.etag}

    def read(self, call: Call) -> Json:
        if self.lag:
            self.lag -= 1
            return {"It": BEFORE, "ETag": "E1"}
        return {"It": self.content, "ETag": self.etag}

    def items(self, call: Call) -> Sequence[Json]:
        raise AssertionError(call)

    def pages(self, call: Call) -> Iterator[Json]:
        raise AssertionError(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        raise AssertionError(calls)


def lost(_: Document) -> None:
    """The write never arrives, and the reply is lost."""
    raise ReplyLost("UpdateIt")


def landed(document: Document) -> None:
    """The write is done, and its reply is lost."""
    document.put(AFTER)
    raise ReplyLost("UpdateIt")


def touched(document: Document) -> None:
    """Only the ETag changes, as after a change of a key group that a distribution uses."""
    document.put(document.content)


def overtaken(document: Document) -> None:
    """Someone else writes other content."""
    document.put({**BEFORE, "Enabled": False})


def throttled(_: Document) -> None:
    """The write is refused because of the rate."""
    raise Throttled("UpdateIt", "Throttling", "Rate exceeded")


def modify(aws: Any, clock: Clock | None = None) -> Json:
    """Run the step that changes the comment."""
    step = Modify(
        address=Address("distribution", "lectures"),
        stage=Stage.SWITCH,
        because="test",
        call=Call("cloudfront", "update_it", {"Id": "E0", "Config": AFTER}),
        document="Config",
        read=Call("cloudfront", "get_it", {"Id": "E0"}),
        content="It",
        base=BEFORE,
        etag=ETag("E1"),
    )
    return step.perform(StepContext(aws, clock or Clock(), {}, Ledger(), lambda _text, _fraction: None))


@pytest.mark.parametrize(
    ("events", "writes", "etag"),
    [
        ((), 1, "E2"),
        ((lost,), 2, "E2"),
        ((landed,), 1, "E2"),
        ((touched,), 2, "E3"),
        ((lost, touched), 3, "E3"),
        ((touched, landed), 2, "E3"),
    ],
    ids=["well", "lost", "landed", "touched", "lost-then-touched", "touched-then-landed"],
)
def test_it_is_written_once_even_if_replies_are_lost(
    events: tuple[Event, ...], writes: int, etag: str
) -> None:
    """The document is as wanted, is not written again after it arrived, and its ETag is returned."""
    document = Document(*events)
    assert modify(document) == {"etag": etag}
    assert (document.content, document.writes) == (AFTER, writes)


@pytest.mark.parametrize("events", [(overtaken,), (lost, overtaken), (touched, overtaken)])
def test_writes_of_others_are_never_overwritten(events: tuple[Event, ...]) -> None:
    """The foreign content stays, and the report names the difference."""
    document = Document(*events)
    with pytest.raises(Stale, match="enabled: true -> false"):
        modify(document)
    assert document.content == {**BEFORE, "Enabled": False}


def test_repeatedly_lost_replies_end_the_step() -> None:
    """The result of the last write is unknown."""
    with pytest.raises(ReplyLost):
        modify(Document(*[lost] * 9))


def test_a_throttled_write_is_sent_under_the_etag_that_is_live_after_the_pause() -> None:
    """The document is read again after the pause, so a changed ETag is used."""
    document = Document(throttled)
    clock = Clock()
    sleep = clock.sleep

    def touched_meanwhile(seconds: float) -> None:
        document.put(document.content)
        sleep(seconds)

    clock.sleep = touched_meanwhile  # type: ignore[method-assign]
    assert modify(document, clock) == {"etag": "E3"}
    assert (document.content, document.writes) == (AFTER, 2)


def test_writes_of_others_during_a_throttle_are_never_overwritten() -> None:
    """Nothing is sent after the pause."""
    document = Document(throttled)
    clock = Clock()
    clock.sleep = lambda seconds: overtaken(document)  # type: ignore[method-assign]
    with pytest.raises(Stale, match="enabled: true -> false"):
        modify(document, clock)
    assert (document.content["Enabled"], document.writes) == (False, 1)


@pytest.mark.parametrize("lag", [1, 2, 4])
def test_a_lost_reply_is_found_although_reads_lag(lag: int) -> None:
    """The write was done, reads show the former state, and a second write is refused: the step is done."""
    document = Document(landed)
    document.lag = lag
    assert modify(document) == {"etag": "E2"}
    assert document.content == AFTER


def test_a_lost_reply_that_never_reads_back_is_unknown() -> None:
    """No other change is known, so the step is not stale."""
    document = Document(landed)
    document.lag = 99
    with pytest.raises(ReplyLost):
        modify(document)
    assert document.writes == 2


def test_an_etag_that_moved_without_a_lost_reply_and_does_not_read_back_is_refused() -> None:
    """Someone has written, but reads do not show it yet, so nothing is overwritten."""
    document = Document(overtaken)
    document.lag = 99
    with pytest.raises(VersionMoved):
        modify(document)
    assert document.content == {**BEFORE, "Enabled": False}
