"""An evaluation as rows for plans and for ``cfstream access``: one row for each reader and way. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cfstream.access.evaluate import Evaluation, General, Way
from cfstream.access.openings import Expected, general_standing, paths, way_standing, witness_path
from cfstream.access.policy import Standing
from cfstream.access.reader import May, Reader, ReaderKind
from cfstream.access.report import AccessRow

Key = tuple[Reader, May, str, str]
"""A reader, what it may do, the way, and one path."""


@dataclass
class _Path:
    """What one reader may do with one path in one way, while it is collected."""

    witness: str
    certain: bool = True
    undecided: dict[str, None] = field(default_factory=dict)
    opening: bool = False
    before: bool = False
    after: bool = False


def access_rows(
    after: Evaluation, expected: Expected, before: Evaluation | None = None
) -> tuple[AccessRow, ...]:
    """Return every reader with its paths and its way: of `after`, and of `before` if there is a plan between them.

    Paths share a row only if all answers for them are equal.
    """
    found: dict[Key, _Path] = {}
    _collect(found, after, expected, after=True)
    if before is not None:
        _collect(found, before, expected, after=False)
    alike: dict[tuple[object, ...], list[tuple[Key, _Path]]] = {}
    for key, path in found.items():
        answers = (path.certain, path.before, path.after, path.opening)
        alike.setdefault((*key[:3], *answers), []).append((key, path))
    planned = before is not None
    return tuple(sorted((_row(group, planned=planned) for group in alike.values()), key=_order))


def _collect(found: dict[Key, _Path], seen: Evaluation, expected: Expected, *, after: bool) -> None:
    for cell, way in seen.rows:
        by = way_text(seen, way, expected.stack)
        opening = way_standing(seen, cell, way, expected).standing is Standing.OPENING
        for path in paths(seen, cell, way):
            row = found.setdefault((way.reader, May.READ, by, path), _Path(witness_path(cell, way)))
            _mark(row, certain=way.certain, undecided=way.undecided, opening=opening, after=after)
    for each in seen.general:
        opening = general_standing(each, expected).standing is Standing.OPENING
        for path in each.paths or ("/*",):
            witness = path if each.paths else "/"
            row = found.setdefault((each.reader, each.may, _general_text(each), path), _Path(witness))
            _mark(row, certain=each.certain, undecided=each.undecided, opening=opening, after=after)


def _mark(row: _Path, *, certain: bool, undecided: tuple[str, ...], opening: bool, after: bool) -> None:
    row.certain = row.certain and certain
    row.undecided.update(dict.fromkeys(undecided))
    row.opening = row.opening or (opening and after)
    row.after = row.after or after
    row.before = row.before or not after


def _row(group: Sequence[tuple[Key, _Path]], *, planned: bool) -> AccessRow:
    (reader, may, by, _), first = group[0]
    return AccessRow(
        reader,
        may,
        tuple(sorted(key[3] for key, _ in group)),
        first.witness,
        first.certain,
        first.before if planned else None,
        first.after if planned else None,
        by,
        tuple(dict.fromkeys(clause for _, path in group for clause in path.undecided)),
        first.opening,
    )


def way_text(seen: Evaluation, way: Way, stack: str) -> str:
    """Return a way in words: ``distribution:lectures, statement cfstream-lectures-oac``."""
    return ", ".join([*_through(seen, way, stack), *way.by])


def _through(seen: Evaluation, way: Way, stack: str) -> Iterator[str]:
    if way.distribution is not None:
        kind, id_ = way.distribution.delivery.kind, way.distribution_id
        if isinstance(id_, str) and id_ != seen.world.own:
            yield f"{kind} {id_}"
        else:
            yield f"{kind}:{stack if id_ == seen.world.own else seen.world.stacks.get(id_, '')}"
    elif way.requester is not None and way.requester.via:
        yield way.requester.via


def _general_text(each: General) -> str:
    via = each.requester.via if each.requester else ""
    return ", ".join([*([via] if via else []), *each.by])


def _order(row: AccessRow) -> tuple[bool, int, str, str]:
    rank = {ReaderKind.ANYONE: 0, ReaderKind.KEY_GROUP: 1, ReaderKind.SIGNER: 2}
    order = list(May).index(row.may)
    return (not row.opening, order, f"{rank.get(row.reader.kind, 3)} {row.reader}", row.by)
