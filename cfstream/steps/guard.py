"""The guard of a write that widens access: who can read, even if others change distributions at that time."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace

from cfstream.access.compare import opens, state
from cfstream.access.evaluate import evaluate
from cfstream.access.evaluation import Evaluation, ReadAccess, ReadAccesses
from cfstream.access.model import AccessModel
from cfstream.access.openings import witness_path
from cfstream.access.partition import Cell
from cfstream.access.reader import ANYONE, ReaderKind
from cfstream.domain import Distribution, deciding
from cfstream.errors import CfstreamError, Stale
from cfstream.ports import Clock
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import LAG_SECONDS, read_until
from cfstream.steps.content import same
from cfstream.steps.differences import differences
from cfstream.steps.live_readers import Readers, known, live_readers, reading
from cfstream.steps.step import StepContext
from cfstream.values import Address, Known, plain

LONGEST_SECONDS = 5.0
"""How long the result of a check is valid while many objects are written."""


@dataclass(frozen=True)
class WriteModels:
    """The models just before and just after a write."""

    before: AccessModel
    after: AccessModel


@dataclass(frozen=True)
class Guard:
    """Who can read around a write, as the plan expects it at that moment. Ids that the run brings are Refs.

    Before the write, all that reads the bucket is read again. The write is refused if it would let anyone read who can
    neither read already nor is expected to read after it, or if a key would sign that is not expected to.
    """

    stack: str
    expected: WriteModels = field(compare=False, repr=False)
    beside: tuple[WriteModels, ...] = field(default=(), compare=False, repr=False)
    """The same if the run's other stacks are done. Their actual progress is not known here."""
    written: bool = False
    """Whether this run has changed a distribution, a key group or an OAC before: reads may lag behind that."""

    def check(self, context: StepContext) -> None:
        """Raise Stale if a reader could read that the plan does not expect, or if the distribution is gone."""
        # Reads are eventually consistent: after a write of our own they may show what was before it.
        pauses = LAG_SECONDS if self.written else ()
        objection = read_until(context, lambda: self._objection(context), lambda found: found is None, pauses)
        if objection is not None:
            raise objection

    def _objection(self, context: StepContext) -> Stale | None:
        outputs = {**context.ledger.outputs, **context.outputs}
        expected = [
            WriteModels(known(each.before, outputs), known(each.after, outputs))
            for each in (self.expected, *self.beside)
        ]
        try:
            found = live_readers(context, expected[0].before)
        except Stale as gone:
            return gone
        for readers in found:
            if any(_alike(readers, each) for each in expected):
                continue
            now, then, *may = evaluate(*_live(readers, expected[0]), *(each.after for each in expected))
            unexpected = next(_unexpected(then, (now, *may)), None)
            if unexpected is not None:
                return _stale(self.stack, then, expected[0].after, *unexpected)
        return None


def _live(readers: Readers, expected: WriteModels) -> tuple[AccessModel, AccessModel]:
    """Return the models around the write with what is live now: only what the write changes is as expected."""
    before = readers.around(expected.before)
    now = {each.id: each for each in readers.distributions}
    changed = {
        each.id: each for each in expected.after.distributions if each not in expected.before.distributions
    }
    signing = expected.before.unsigned_controls - expected.after.unsigned_controls
    after = replace(
        before,
        bucket=expected.after.bucket,
        own=expected.after.own,
        distributions=tuple({**now, **changed}.values()),
        unsigned_controls=before.unsigned_controls - signing,
    )
    return before, after


def _alike(readers: Readers, expected: WriteModels) -> bool:
    """Return whether all that decides who reads before and after the write is as expected."""
    before = expected.before
    one, other = reading(readers.around(before)), reading(before)
    if one.keys() != other.keys() or not all(_same(one[each], other[each]) for each in one):
        return False
    groups = {
        group
        for each in (*one.values(), *reading(expected.after).values())
        for behavior in each.behaviors
        for group in behavior.signers.key_groups
    }
    return readers.unsigned_controls == before.unsigned_controls and all(
        readers.groups.get(each) == before.groups.get(each) for each in groups
    )


def _same(live: Distribution, expected: Distribution) -> bool:
    one, other = dict(deciding(live)), dict(deciding(expected))
    shared = one.keys() & other.keys()
    return same({each: one[each] for each in shared}, {each: other[each] for each in shared})


def _unexpected(then: Evaluation, may: Sequence[Evaluation]) -> Iterator[tuple[Cell, ReadAccess]]:
    """Yield each way of a reader, or a key, that none of the models `may` has into a cell."""
    for number, cell in enumerate(then.cells):
        allowed = [each.accesses[number] for each in may]
        if any(state(accesses, ANYONE) == (True, ()) for accesses in allowed):
            continue
        keys = _keys(*allowed)
        for access in then.accesses[number]:
            now = state(then.accesses[number], access.reader)
            new = all(opens(state(accesses, access.reader), now) for accesses in allowed)
            if access.reader.kind not in _IDENTITIES and (new or _keys((access,)) - keys):
                yield cell, access


_IDENTITIES = (ReaderKind.DISTRIBUTION, ReaderKind.OAI)
"""How CloudFront reads, and no viewer: who reads by it is judged by the distributions."""


def _keys(*accesses: ReadAccesses) -> frozenset[Known]:
    return frozenset(key for each in accesses for access in each for key in access.keys or ())


def _stale(stack: str, then: Evaluation, expected: AccessModel, cell: Cell, access: ReadAccess) -> Stale:
    """Return the refusal: who could read what, and what has changed of the distribution by which they could."""
    live = reading(then.model).get(access.distribution_id)
    planned = reading(expected).get(access.distribution_id)
    address, lines = Address("bucket", stack), ""
    if live is not None:
        member = "" if live.id == expected.own else str(plain(live.id))
        address = Address(live.delivery.kind, stack, member)
        moved = differences(deciding(planned) if planned else None, deciding(live))
        lines = "".join(f"\n  {line}" for line in moved)
    return Stale(
        f"{address} changed after this plan was made: {access.reader.prose} could read {witness_path(cell, access)}, "
        f"and the plan does not expect that{lines}",
        "run cfstream plan again and read the difference before applying",
    )


class GuardWatch:
    """A guard for many writes by many threads: checked before the first, after each pause, and every 5 s.

    Once it has objected, it objects to everything that follows.
    """

    def __init__(self, check: Callable[[], None] | None, clock: Clock) -> None:
        self._guard = check
        self._clock = clock
        self._lock = threading.Lock()
        self._checked: float | None = None
        self._objection: CfstreamError | None = None

    def check(self, *, after_pause: bool) -> None:
        """Check the guard if the last check is too old, or was before a pause that has just ended."""
        asked = self._clock.monotonic()
        with self._lock:
            self.object_again()
            paused = after_pause and (self._checked is None or self._checked <= asked)
            if self._guard is not None and (paused or self.is_old()):
                self._check(self._guard)

    def is_old(self) -> bool:
        """Return whether the last check no longer counts."""
        if self._guard is None:
            return False
        return self._checked is None or self._clock.monotonic() - self._checked >= LONGEST_SECONDS

    def object_again(self) -> None:
        """Raise the objection that the guard has raised before, in whichever thread."""
        if self._objection is not None:
            raise self._objection

    def _check(self, check: Callable[[], None]) -> None:
        began = self._clock.monotonic()
        try:
            check()
        except Stale as objection:
            self._objection = objection
            raise
        self._checked = began
