"""Repeat writes and reads. No other module repeats a call to AWS.

`persist` repeats a write until it succeeds, or until an error is not transient. The client sends a write once; a step
passes its whole attempt to `persist`: the read before the write, the judgement, and the write. So an attempt after a
pause starts with a fresh read, and nothing that was read before the pause is sent after it.

`read_until` repeats a read that may lag behind a write, and `polls` paces the reads of a wait.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from cfstream.errors import CfstreamError, Missing, Refused, ReplyLost, Throttled, Unreachable, VersionMoved
from cfstream.ports import Clock
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import StepContext

T = TypeVar("T")


@dataclass(frozen=True)
class Transient:
    """A class of transient errors, and the pause before each new attempt."""

    applies: Callable[[CfstreamError], bool]
    pauses: tuple[float, ...]


def of_kind(*kinds: type[CfstreamError], pauses: tuple[float, ...]) -> Transient:
    """Transient errors of these types."""
    return Transient(lambda error: isinstance(error, kinds), pauses)


def with_code(*codes: str, pauses: tuple[float, ...]) -> Transient:
    """Transient refusals with these codes."""
    return Transient(lambda error: isinstance(error, Refused) and error.code in codes, pauses)


LAG_SECONDS = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Pauses after a lost reply. Reads are eventually consistent: the first one may not show what was written."""

THROTTLED = of_kind(Throttled, pauses=(1.0, 2.0, 4.0, 8.0, 16.0))
UNREACHED = of_kind(Unreachable, pauses=(1.0, 2.0, 4.0, 8.0))
LOST = of_kind(ReplyLost, pauses=LAG_SECONDS)
VERSIONED = of_kind(ReplyLost, VersionMoved, pauses=LAG_SECONDS)
"""For writes under If-Match: after a lost reply, a moved version is most likely our own."""


def persist(context: StepContext, attempt: Callable[[], T], *transient: Transient) -> T:
    """Return what `attempt` returns, and start it again after each error that is transient.

    Each class of errors has its own pauses. After the last pause, the error is raised. If a reply was lost
    before and nothing is known since, ReplyLost is raised in its place: the write may have been carried out.
    """
    left = [list(each.pauses) for each in transient]
    lost: ReplyLost | None = None
    while True:
        try:
            return attempt()
        except CfstreamError as error:
            lost = error if isinstance(error, ReplyLost) else lost
            # A network that lost a reply is likely to fail the read that looks for the write, too.
            judged = lost if lost and isinstance(error, Unreachable) else error
            rest = next(
                (rest for each, rest in zip(transient, left, strict=True) if each.applies(judged)), []
            )
            if not rest:
                if lost and lost is not error and isinstance(error, Throttled | Unreachable):
                    raise lost from error
                raise
            pause = rest.pop(0)
            reason = error.what
        if pause:
            context.progress(f"{reason}; the next attempt follows", None)
            context.clock.sleep(pause * (1.0 + context.clock.jitter() / 10))


def read_until(
    context: StepContext,
    read: Callable[[], T],
    settled: Callable[[T], bool],
    pauses: tuple[float, ...] = LAG_SECONDS,
) -> T:
    """Return what `read` returns. It is read again after each pause until it is settled; the last result counts."""
    found = read()
    for pause in pauses:
        if settled(found):
            break
        if pause:
            context.clock.sleep(pause)
        found = read()
    return found


LONGEST_PAUSE = 20.0


def polls(clock: Clock, seconds: float, longest: float = LONGEST_PAUSE) -> Iterator[Callable[[], float]]:
    """Yield whenever it is time to ask: at once, then after 1 s, growing by half each time to 20 s, with jitter.

    It ends when `seconds` are over. Each item returns the seconds since the first one.
    """
    began = clock.monotonic()
    pause = 1.0
    while True:
        yield lambda: clock.monotonic() - began
        left = seconds - (clock.monotonic() - began)
        if left <= 0:
            return
        clock.sleep(min(min(pause, longest) * (1.0 + clock.jitter() / 10), left))
        pause = min(pause * 1.5, longest)


def not_yet(error: CfstreamError) -> str:
    """Return why a poll that failed means "not yet". Raises every error that is not transient.

    Only the deadline ends a wait, not a network or a CloudFront that fails for a while.
    """
    match error:
        case Missing():
            return f"{error.code}: not visible yet"
        case Throttled():
            return f"{error.code}: AWS throttles requests"
        case Unreachable():
            return error.what
    raise error
