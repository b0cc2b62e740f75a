"""Write a document that has no ETag. Every such document is written by this loop.

A bucket policy, an object's ACL, tags and a bucket's public access block have no If-Match, and all but tags are
replaced as a whole. So every attempt, the first one and each one after a throttle, a conflict, a lost reply or a write
by others, goes through the same sequence, while it holds its turn (`ports.Turn`):

1. The guards are read: the distributions on which the write relies.
2. The document is read. If it is as wanted, the write is done.
3. The document is judged: if it is not what the plan saw, and no write of this run left it so, it is Stale.
4. If a guard has changed, that is Stale too.
5. The change is merged into the document that was just read, and sent.

Nothing else happens between 2 and 5. Only a write by others in exactly that time is lost.

The result of a change by others between two attempts, by the reason for the second attempt:

========================  ==================================  ==================================================
the first attempt         others changed the document         result
========================  ==================================  ==================================================
was refused, or throttled in any way                          Stale: the plan, which was approved, relied on it
had its reply lost        nothing, ours is missing            merged and written again
had its reply lost        ours is there                       done; their change stays
had its reply lost        ours is missing                     Stale: it is unknown whether ours ever arrived
was acknowledged          ours is missing (they had read the  merged into what they left, up to `MERGES` times;
                          document before we wrote it)        Stale if they changed a statement of ours
========================  ==================================  ==================================================

In every row, what others added stays, and what they removed is not written again.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from cfstream.errors import CfstreamError, ReplyLost, Stale, Unreachable
from cfstream.ports import Call
from cfstream.steps.attempts import LOST, THROTTLED, UNREACHED, Transient, of_kind, persist, with_code
from cfstream.steps.step import StepContext

D = TypeVar("D")

MERGES = 3
"""How often a change is merged again after another write won."""

CONFLICT = with_code("OperationAborted", pauses=(1, 2, 4, 8, 15, 20, 30, 40))
"""Another operation on the bucket is under way (S3 API, error responses)."""


class Overtaken(Stale):
    """The write was acknowledged, and another write has replaced it."""


OVERTAKEN = of_kind(Overtaken, pauses=tuple(float(each) for each in range(1, MERGES + 1)))


class Edit(Protocol[D]):
    """A change of one document."""

    @property
    def lane(self) -> Call:
        """The write without its document. The turn needs it."""
        ...

    def read(self, context: StepContext) -> D:
        """Return what is live."""
        ...

    def is_done(self, live: D) -> bool:
        """Return whether nothing is left to change."""
        ...

    def judge(self, live: D) -> None:
        """Raise Stale if `live` is not what the plan saw and no write of this run left it so. Asks nothing."""
        ...

    def merge(self, live: D) -> Call:
        """Return the write: `live` with the change in it. Asks nothing."""
        ...

    def sent(self, live: D, *, acknowledged: bool) -> None:
        """Note that `live` with the change in it is live now, or may be."""
        ...


def write_merged(
    context: StepContext,
    edit: Edit[D],
    *,
    guard: Callable[[], None] = lambda: None,
    transient: tuple[Transient, ...] = (),
    read_back: bool = False,
) -> D:
    """Make the change, and return the document as it was last read.

    `guard` raises if the write must not be made any more. `transient` are further errors after which to try again. With
    `read_back` the document is read after the write, and the change is merged again if another write won.
    """

    def attempt() -> D:
        live, done = _attempt(context, edit, guard)
        return _read_back(context, edit) if read_back and not done else live

    return persist(context, attempt, *transient, THROTTLED, UNREACHED, CONFLICT, LOST, OVERTAKEN)


def _attempt(context: StepContext, edit: Edit[D], guard: Callable[[], None]) -> tuple[D, bool]:
    """Return what was live before, and whether that was as wanted already."""
    with context.turn(edit.lane):
        objection = _objection(guard)
        live = edit.read(context)
        if edit.is_done(live):
            return live, True
        edit.judge(live)
        if objection is not None:
            raise objection
        call = edit.merge(live)
        try:
            context.aws.write(call)
        except ReplyLost:
            edit.sent(live, acknowledged=False)
            raise
        edit.sent(live, acknowledged=True)
    return live, False


def _objection(guard: Callable[[], None]) -> CfstreamError | None:
    """Return what the guard raises: it counts only if something must be written."""
    try:
        guard()
    except CfstreamError as objection:
        return objection
    return None


def _read_back(context: StepContext, edit: Edit[D]) -> D:
    try:
        live = edit.read(context)
    except Unreachable as unreachable:
        raise ReplyLost(f"written, but not read back: {unreachable.what}", unreachable.do) from unreachable
    if edit.is_done(live):
        return live
    raise Overtaken(
        "the change was written, but it does not stay: another client overwrites it",
        "find out which client also writes this, then run the same command again",
    )
