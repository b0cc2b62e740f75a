"""Compute the models before, between and after the steps of a plan. Pure."""

from collections.abc import Iterator, Sequence

from cfstream.access.compare import cells_of, opens, state
from cfstream.access.evaluate import evaluate, readers_of
from cfstream.access.evaluation import Evaluation, ReadAccesses
from cfstream.access.model import AccessModel
from cfstream.access.partition import Cell
from cfstream.access.reader import ANYONE, Reader, ReaderKind
from cfstream.planning.access_models import projected
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import Step
from cfstream.values import Known


@dataclass(frozen=True)
class EvaluatedSteps:
    """A model and what each step makes of it, judged over shared cells."""

    steps: tuple[Step, ...]
    seen: tuple[Evaluation, ...]
    """The model before the first step, then the one after each step."""

    @property
    def before(self) -> Evaluation:
        """The model before the first step."""
        return self.seen[0]

    @property
    def after(self) -> Evaluation:
        """The model after the last step."""
        return self.seen[-1]

    def changes(self) -> Iterator[tuple[Step, Evaluation, Evaluation]]:
        """Yield each step that changes who can read, with the models around it."""
        for step, one, other in zip(self.steps, self.seen, self.seen[1:], strict=False):
            if one is not other:
                yield step, one, other


def evaluate_steps(start: AccessModel, steps: Sequence[Step], stack: str) -> EvaluatedSteps:
    """Return the models that steps lead through, in their order. `stack` owns what they create."""
    models = [start]
    for step in steps:
        models.append(projected(models[-1], step, stack))
    distinct = [model for number, model in enumerate(models) if not number or model is not models[number - 1]]
    seen = iter(evaluate(*distinct))
    found: list[Evaluation] = []
    for number, model in enumerate(models):
        found.append(next(seen) if not number or model is not models[number - 1] else found[-1])
    return EvaluatedSteps(tuple(steps), tuple(found))


def _identity(reader: Reader) -> bool:
    """Return whether a reader is CloudFront itself: its viewers are judged by the distributions."""
    return reader.kind in (ReaderKind.DISTRIBUTION, ReaderKind.OAI)


def exposed(
    before: Evaluation, during: Evaluation, after: Evaluation, *, present: bool = False
) -> tuple[Cell, Reader] | None:
    """Return a cell that somebody can read only in between, with the reader; None if there is none.

    Cells that anyone certainly could read before are left out.
    With `present`, keys that no object has are left out where all objects were listed.
    """
    listed = present and before.model.bucket.objects.listed
    for (cell, one, middle), (_, _, last) in zip(
        cells_of(before, during), cells_of(before, after), strict=True
    ):
        if state(one, ANYONE) == (True, ()):
            continue
        for reader in readers_of(middle):
            if _identity(reader) or (listed and not any(cell.objects)):
                continue
            now = state(middle, reader)
            if opens(state(one, reader), now) and opens(state(last, reader), now):
                return cell, reader
    return None


def exposed_to_keys(before: Evaluation, during: Evaluation, after: Evaluation) -> bool:
    """Return whether a public key signs for a path only in between.

    Edges accept the former keys of a key group until its change is Deployed. A path that anyone may read before or
    after is left out.
    """
    for (_, one, middle), (_, _, last) in zip(cells_of(before, during), cells_of(before, after), strict=True):
        public = any(access.reader == ANYONE for access in (*one, *last))
        if not public and _signing(middle) - _signing(one) - _signing(last):
            return True
    return False


def _signing(accesses: ReadAccesses) -> frozenset[Known]:
    return frozenset().union(*(access.keys or () for access in accesses))
