"""Convert an evaluation to rows for plans and ``cfstream access``: one row for each reader and way. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import field
from itertools import chain

from cfstream.access.evaluation import Evaluation, General, ReadAccess, ReadAccesses
from cfstream.access.excluded import Served
from cfstream.access.expected import Expected
from cfstream.access.openings import classify_access, classify_general, paths, witness_path
from cfstream.access.policy import ReaderClass
from cfstream.access.readable import overlap
from cfstream.access.reader import May, Reader, ReaderKind
from cfstream.access.report import AccessRow
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
    accesses: dict[tuple[Known, CacheBehavior], None] = field(default_factory=dict)
    """The behaviors that lead there."""


def access_rows(
    after: Evaluation,
    expected: Expected,
    served_after: Served,
    before: Evaluation | None = None,
    served_before: Served | None = None,
) -> tuple[AccessRow, ...]:
    """Return every reader with its paths and its way: in `after`, and in `before` if there is a plan between them.

    Paths share a row only if all their answers are equal. `served_after` and `served_before` are the `served_by` of
    the two evaluations.
    """
    found: dict[Key, _Path] = {}
    _collect(found, before, after, expected)
    _collect_general(found, before, after, expected)
    alike: dict[tuple[object, ...], list[tuple[Key, _Path]]] = {}
    for key, path in found.items():
        answers = (*key[:3], *key[4:], path.certain, path.opening)
        alike.setdefault(answers, []).append((key, path))
    planned = before is not None
    rows = []
    for group in alike.values():
        is_lost = not group[0][0][-1]
        served = served_before if is_lost and served_before else served_after
        rows.append(_row(group, served, planned=planned))
    return tuple(sorted(rows, key=_order))


def _collect(
    found: dict[Key, _Path], before: Evaluation | None, after: Evaluation, expected: Expected
) -> None:
    """Collect cell by cell. A path counts as readable before if its keys were readable, through any behavior."""
    former = before.accesses if before else ((),) * len(after.cells)
    for cell, was, now in zip(after.cells, former, after.accesses, strict=True):
        earlier = _by_text(before or after, was, expected.stack)
        later = _by_text(after, now, expected.stack)
        for (reader, by), accesses in {**earlier, **later}.items():
            for access in accesses:
                opening = classify_access(after, cell, access, expected).reader_class is ReaderClass.OPENING
                answers = ((reader, by) in earlier, (reader, by) in later)
                for path in paths(after, cell, _shown(access, now)):
                    key = (reader, May.READ, by, path, *answers)
                    row = found.setdefault(key, _Path(witness_path(cell, access)))
                    _mark(
                        row,
                        certain=access.certain,
                        undecided=access.undecided,
                        opening=opening and answers[1],
                    )
                    if access.behavior is not None:
                        row.accesses[access.distribution_id, access.behavior] = None


def _by_text(
    seen: Evaluation, accesses: ReadAccesses, stack: str
) -> dict[tuple[Reader, str], list[ReadAccess]]:
    found: dict[tuple[Reader, str], list[ReadAccess]] = {}
    for access in accesses:
        found.setdefault((access.reader, access_text(seen, access, stack)), []).append(access)
    return found


def _shown(access: ReadAccess, now: ReadAccesses) -> ReadAccess:
    """Return the way whose path is shown. For a lost access, it is the behavior that serves the path afterwards."""
    if access.behavior is None:
        return access
    return next((each for each in now if each.distribution_id == access.distribution_id), access)


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
    accesses: dict[Known, list[CacheBehavior]] = {}
    for distribution, behavior in dict.fromkeys(access for _, path in group for access in path.accesses):
        accesses.setdefault(distribution, []).append(behavior)
    own = {key[3] for key, _ in group}
    found = (served.excluded([reader], each, behaviors) for each, behaviors in accesses.items())
    excluded = (path for path in dict.fromkeys(chain.from_iterable(found)) if path not in own)
    return tuple(path for path in excluded if any(overlap(path, each) for each in own))


def access_text(seen: Evaluation, access: ReadAccess, stack: str) -> str:
    """Return a way as text: ``distribution:lectures, statement cfstream-lectures-oac``."""
    return ", ".join([*_through(seen, access, stack), *access.by])


def _through(seen: Evaluation, access: ReadAccess, stack: str) -> Iterator[str]:
    if access.distribution is not None:
        kind, id_ = access.distribution.delivery.kind, access.distribution_id
        if isinstance(id_, str) and id_ != seen.model.own:
            yield f"{kind} {id_}"
        else:
            yield f"{kind}:{stack if id_ == seen.model.own else seen.model.stacks.get(id_, '')}"
    elif access.requester is not None and access.requester.via:
        yield access.requester.via


def _general_text(seen: Evaluation, each: General, stack: str) -> str:
    if each.access is not None:
        return access_text(seen, each.access, stack)
    via = each.requester.via if each.requester else ""
    return ", ".join([*([via] if via else []), *each.by])


def _order(row: AccessRow) -> tuple[bool, int, str, str]:
    rank = {ReaderKind.ANYONE: 0, ReaderKind.KEY_GROUP: 1, ReaderKind.SIGNER: 2}
    order = list(May).index(row.may)
    return (not row.opening, order, f"{rank.get(row.reader.kind, 3)} {row.reader}", row.by)
