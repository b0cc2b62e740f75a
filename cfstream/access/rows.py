"""Convert an evaluation to rows for plans and ``cfstream access``: one row for each reader and way. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import field
from itertools import chain

from cfstream.access.excluded import Served, served_by
from cfstream.access.openings import Expected, classify_general, classify_way, paths, witness_path
from cfstream.access.policy import ReaderClass
from cfstream.access.reader import May, Reader, ReaderKind
from cfstream.access.report import AccessRow
from cfstream.access.ways import Evaluation, General, Way, Ways
from cfstream.domain import CacheBehavior
from cfstream.startup.frozen import dataclass
from cfstream.values import Known

Key = tuple[Reader, May, str, str, bool, bool]
"""A reader, what it may do, the way, one path, and whether it holds before and after."""


@dataclass
class _Path:
    """What one reader may do with one path in one way, while it is collected."""

    witness: str
    certain: bool = True
    undecided: dict[str, None] = field(default_factory=dict)
    opening: bool = False
    ways: dict[tuple[Known, CacheBehavior], None] = field(default_factory=dict)
    """The behaviors that lead there."""


def access_rows(
    after: Evaluation, expected: Expected, before: Evaluation | None = None
) -> tuple[AccessRow, ...]:
    """Return every reader with its paths and its way: in `after`, and in `before` if there is a plan between them.

    Paths share a row only if all their answers are equal.
    """
    found: dict[Key, _Path] = {}
    _collect(found, before, after, expected)
    _collect_general(found, before, after, expected)
    alike: dict[tuple[object, ...], list[tuple[Key, _Path]]] = {}
    for key, path in found.items():
        answers = (*key[:3], *key[4:], path.certain, path.opening)
        alike.setdefault(answers, []).append((key, path))
    planned = before is not None
    later = served_by(after)
    former = served_by(before) if before and before is not after else later
    rows = (_row(group, later if group[0][0][-1] else former, planned=planned) for group in alike.values())
    return tuple(sorted(rows, key=_order))


def _collect(
    found: dict[Key, _Path], before: Evaluation | None, after: Evaluation, expected: Expected
) -> None:
    """Collect cell by cell. A path counts as readable before if its keys were readable, through any behavior."""
    former = before.ways if before else ((),) * len(after.cells)
    for cell, was, now in zip(after.cells, former, after.ways, strict=True):
        earlier = _by_way(before or after, was, expected.stack)
        later = _by_way(after, now, expected.stack)
        for (reader, by), ways in {**earlier, **later}.items():
            for way in ways:
                opening = classify_way(after, cell, way, expected).reader_class is ReaderClass.OPENING
                answers = ((reader, by) in earlier, (reader, by) in later)
                for path in paths(after, cell, _shown(way, now)):
                    key = (reader, May.READ, by, path, *answers)
                    row = found.setdefault(key, _Path(witness_path(cell, way)))
                    _mark(row, certain=way.certain, undecided=way.undecided, opening=opening and answers[1])
                    if way.behavior is not None:
                        row.ways[way.distribution_id, way.behavior] = None


def _by_way(seen: Evaluation, ways: Ways, stack: str) -> dict[tuple[Reader, str], list[Way]]:
    found: dict[tuple[Reader, str], list[Way]] = {}
    for way in ways:
        found.setdefault((way.reader, way_text(seen, way, stack)), []).append(way)
    return found


def _shown(way: Way, now: Ways) -> Way:
    """Return the way whose path is shown. For a lost access, it is the behavior that serves the path afterwards."""
    if way.behavior is None:
        return way
    return next((each for each in now if each.distribution_id == way.distribution_id), way)


def _collect_general(
    found: dict[Key, _Path], before: Evaluation | None, after: Evaluation, expected: Expected
) -> None:
    seen = {False: before.general if before else (), True: after.general}
    keys = {
        now: {
            (each.reader, each.may, _general_text(after, each, expected.stack), path)
            for each in general
            for path in _of(each)
        }
        for now, general in seen.items()
    }
    for now, general in seen.items():
        for each in general:
            opening = classify_general(after, each, expected).reader_class is ReaderClass.OPENING
            for path in _of(each):
                key = (each.reader, each.may, _general_text(after, each, expected.stack), path)
                row = found.setdefault(
                    (*key, key in keys[False], key in keys[True]), _Path(path if each.paths else "/")
                )
                _mark(row, certain=each.certain, undecided=each.undecided, opening=opening and now)


def _of(each: General) -> tuple[str, ...]:
    return each.paths or ("/*",)


def _mark(row: _Path, *, certain: bool, undecided: tuple[str, ...], opening: bool) -> None:
    row.certain = row.certain and certain
    row.undecided.update(dict.fromkeys(undecided))
    row.opening = row.opening or opening


def _row(group: Sequence[tuple[Key, _Path]], served: Served, *, planned: bool) -> AccessRow:
    (reader, may, by, _, before, after), first = group[0]
    return AccessRow(
        reader,
        may,
        tuple(sorted(key[3] for key, _ in group)),
        first.witness,
        first.certain,
        before if planned else None,
        after if planned else None,
        by,
        tuple(dict.fromkeys(clause for _, path in group for clause in path.undecided)),
        first.opening,
        _excluded(reader, group, served),
    )


def _excluded(reader: Reader, group: Sequence[tuple[Key, _Path]], served: Served) -> tuple[str, ...]:
    """Return the patterns that the paths of a row include and that its reader cannot read."""
    ways: dict[Known, list[CacheBehavior]] = {}
    for distribution, behavior in dict.fromkeys(way for _, path in group for way in path.ways):
        ways.setdefault(distribution, []).append(behavior)
    own = {key[3] for key, _ in group}
    found = (served.excluded([reader], each, behaviors) for each, behaviors in ways.items())
    return tuple(path for path in dict.fromkeys(chain.from_iterable(found)) if path not in own)


def way_text(seen: Evaluation, way: Way, stack: str) -> str:
    """Return a way as text: ``distribution:lectures, statement cfstream-lectures-oac``."""
    return ", ".join([*_through(seen, way, stack), *way.by])


def _through(seen: Evaluation, way: Way, stack: str) -> Iterator[str]:
    if way.distribution is not None:
        kind, id_ = way.distribution.delivery.kind, way.distribution_id
        if isinstance(id_, str) and id_ != seen.model.own:
            yield f"{kind} {id_}"
        else:
            yield f"{kind}:{stack if id_ == seen.model.own else seen.model.stacks.get(id_, '')}"
    elif way.requester is not None and way.requester.via:
        yield way.requester.via


def _general_text(seen: Evaluation, each: General, stack: str) -> str:
    if each.way is not None:
        return way_text(seen, each.way, stack)
    via = each.requester.via if each.requester else ""
    return ", ".join([*([via] if via else []), *each.by])


def _order(row: AccessRow) -> tuple[bool, int, str, str]:
    rank = {ReaderKind.ANYONE: 0, ReaderKind.KEY_GROUP: 1, ReaderKind.SIGNER: 2}
    order = list(May).index(row.may)
    return (not row.opening, order, f"{rank.get(row.reader.kind, 3)} {row.reader}", row.by)
