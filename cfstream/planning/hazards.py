"""The hazards that follow from who can read before and after. Pure.

`plan` and `diff` share this: both compare two worlds, and neither guesses from fields.
"""

from collections.abc import Iterable, Iterator, Sequence

from cfstream.access.compare import Loss, losses, opened_to_anyone
from cfstream.access.evaluate import Evaluation, Way
from cfstream.access.openings import how, witness_path
from cfstream.access.partition import Cell
from cfstream.access.reader import ANYONE, ReaderKind
from cfstream.steps.step import Hazard
from cfstream.values import plain


def opening_hazards(before: Evaluation, after: Evaluation) -> tuple[Hazard, ...]:
    """Return a hazard for each way by which paths open to anyone that were signed, or that nobody could read."""
    found: dict[str, str] = {}
    for cell, way in opened_to_anyone(before, after):
        where = _where(way)
        found.setdefault(
            f"{where}: anyone can read it afterwards ({how(after, way)})", witness_path(cell, way)
        )
    return tuple(Hazard("makes-public", f"{text}, for example {path}") for text, path in found.items())


def cutting_hazards(before: Evaluation, after: Evaluation) -> tuple[Hazard, ...]:
    """Return a hazard for each reader who loses paths. Closing what anyone could read is none."""
    found = (_cut(before, loss) for loss in losses(before, after) if not _closes(before, loss))
    return tuple(dict.fromkeys(found))


def _closes(before: Evaluation, loss: Loss) -> bool:
    """Return whether the loss only closes what anyone could read through the stack's own distribution."""
    return loss.way.reader == ANYONE and loss.way.distribution_id == before.world.own


def _cut(before: Evaluation, loss: Loss) -> Hazard:
    way, cell = loss.way, loss.cells[0]
    path = witness_path(cell, way)
    if way.behavior is None:
        text = f"{way.reader} can no longer read {path} ({how(before, way)})"
    elif way.distribution_id != before.world.own:
        text = (
            f"{way.distribution.delivery.words if way.distribution else 'distribution'} "
            f"{plain(way.distribution_id)} can no longer read the bucket, for example {path}"
        )
    else:
        what = "key group" if way.reader.kind is ReaderKind.KEY_GROUP else "account"
        text = (
            f"{_where(way)}: URLs and cookies signed by {what} {plain(way.reader.name)} stop working, for example "
            f"for {path}; edges change one after another until the distribution is Deployed"
        )
    return Hazard("cuts-viewers", text)


def _where(way: Way) -> str:
    if way.behavior is None:
        return "the bucket"
    return f"what matches {way.behavior.path}" if way.behavior.path else "the default behavior"


def widening_hazard(before: Sequence[Cell], after: Sequence[Cell], what: str) -> Iterator[Hazard]:
    """Yield a hazard if CloudFront may read cells after that it may not read before, and may read some before."""
    known = {each.witness for each in before}
    gained = [each for each in after if each.witness not in known]
    if gained:
        yield Hazard("widens-grant", f"{what}, for example /{gained[0].witness}")


def unique(hazards: Iterable[Hazard]) -> tuple[Hazard, ...]:
    """Return each hazard once, in the order given."""
    return tuple(dict.fromkeys(hazards))
