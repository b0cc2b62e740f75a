"""Describe who can read before and after a plan. Pure: `access` decides, this module writes the phrases."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from cfstream.access.compare import Difference, compare
from cfstream.access.evaluation import Evaluation, ReadAccess
from cfstream.access.excluded import Served, served_by
from cfstream.access.expected import Expected
from cfstream.access.openings import (
    JudgedOpenings,
    classify_access,
    distribution_words,
    how,
    openings,
    who,
)
from cfstream.access.partition import Cell
from cfstream.access.policy import ReaderClass
from cfstream.access.readable import readable_paths
from cfstream.access.reader import ANYONE, Reader, ReaderKind
from cfstream.access.report import AccessRow, Opening
from cfstream.access.rows import access_rows
from cfstream.domain import CacheBehavior, with_pattern
from cfstream.spec.model import Spec
from cfstream.startup.frozen import dataclass
from cfstream.values import plain

NOBODY = "nobody"


@dataclass(frozen=True)
class ByPhrase:
    """Patterns of paths by phrase of `before` and of `after`."""

    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Exposure:
    """Who can read. Each entry of `before` and `after` is a short phrase: ``signers: key-group lectures-signers``."""

    before: tuple[str, ...] = (NOBODY,)
    after: tuple[str, ...] = (NOBODY,)
    openings: tuple[Opening, ...] = ()
    """Readers and writers after the plan that the spec does not name."""
    notes: tuple[str, ...] = ()
    """Notes about readers that are not openings."""
    ours: tuple[str, ...] = ()
    """The phrases that lead through the stack's own distribution."""
    anyone: tuple[str, ...] = ()
    """The phrases for paths that need no signature."""
    declared: tuple[str, ...] = ()
    """Those of them that the spec itself declares public."""
    access: tuple[AccessRow, ...] = ()
    excluded: ByPhrase = ByPhrase()
    """The patterns that a phrase includes and that its readers cannot read."""
    within: ByPhrase = ByPhrase()
    """The patterns that limit a phrase, because the bucket's policy allows no others."""

    @property
    def open_until_applied(self) -> tuple[str, ...]:
        """What anyone can do until the plan is applied, as sentences, except what the spec declares public."""
        phrases = (each for each in self.before if each.startswith("anyone"))
        return tuple(
            each if each.startswith("anyone can") else each.replace("anyone", "anyone can read", 1)
            for each in phrases
            if each not in (*self.after, *self.declared)
        )


def exposure(
    before: Evaluation, after: Evaluation, expected: Expected, former: Evaluation | None = None
) -> Exposure:
    """Return who can read before and after, and what is open that the spec does not name.

    `former` is the model of the bucket that the distribution reads now, if the plan moves it to another one.
    """
    judged: JudgedOpenings = openings(after, expected)
    was, will = phrases(before, expected), phrases(after, expected)
    within = ByPhrase(_within(before, expected.stack), _within(after, expected.stack))
    moved = tuple(_moved(before, after)) if was == will and within.before == within.after else ()
    own = [*moved, *(each for seen in (before, after) for each in _own(seen, expected.stack))]
    served_before, served_after = served_by(before), served_by(after)
    unsigned = [each for each in (*was, *will, *moved) if each.startswith("anyone")]
    return Exposure(
        before=_with_former(was, former, expected.stack),
        after=(*will, *moved),
        openings=judged.openings,
        notes=judged.notes,
        ours=tuple(sorted(set(own))),
        anyone=tuple(sorted(set(unsigned))),
        access=access_rows(after, expected, served_after, before, served_before),
        excluded=ByPhrase(
            _excluded(before, served_before, expected.stack), _excluded(after, served_after, expected.stack)
        ),
        within=within,
    )


def declared_public(before: Evaluation, spec: Spec) -> tuple[str, ...]:
    """Return the phrases of `before` for the paths of the stack's own distribution that the spec declares public."""
    return tuple(
        _own_phrase(before, readers, path, spec.name)
        for path, (readers, behavior) in _own_behaviors(before).items()
        if ANYONE in readers and _declares_public(spec, behavior)
    )


def _declares_public(spec: Spec, behavior: CacheBehavior) -> bool:
    named = None if behavior.default else with_pattern(spec.http.behaviors, behavior.path)
    if named is None or (named.key_groups is None and named.trusted_signers is None and not named.public):
        return spec.public
    return named.public


def _with_former(was: tuple[str, ...], former: Evaluation | None, stack: str) -> tuple[str, ...]:
    """Return who can read before, the readers of the former bucket included: they are the stack's viewers."""
    found = (
        [] if former is None else [f"in {former.model.bucket.name}: {each}" for each in _own(former, stack)]
    )
    return (*found, *(each for each in was if each != NOBODY or not found))


def phrases(seen: Evaluation, expected: Expected) -> tuple[str, ...]:
    """Return who can read, the stack's own distribution first. A path is omitted if the whole has the same phrase."""
    texts = list(dict.fromkeys([*_own(seen, expected.stack), *sorted(set(_others(seen, expected)))]))
    return tuple(text for text in texts if _whole(text) not in texts) or (NOBODY,)


def _whole(text: str) -> str:
    """Return the phrase for a path without its path."""
    return text.rpartition(" (")[0] if text.endswith(")") else ""


def _own(seen: Evaluation, stack: str) -> Iterator[str]:
    """Yield a phrase for each own behavior that serves somebody: the default one, then by precedence."""
    for path, (readers, _) in _own_behaviors(seen).items():
        yield _own_phrase(seen, readers, path, stack)


def _own_behaviors(seen: Evaluation) -> Mapping[str, tuple[set[Reader], CacheBehavior]]:
    """Return who reads by each own behavior, by its path."""
    found: dict[str, tuple[set[Reader], CacheBehavior]] = {}
    order: dict[str, int] = {"": -1}
    for _, access in seen.rows:
        if access.behavior is not None and access.distribution_id == seen.model.own:
            found.setdefault(access.behavior.path, (set(), access.behavior))[0].add(access.reader)
            for place, each in enumerate(access.distribution.behaviors if access.distribution else ()):
                order.setdefault(each.path, place)
    return {path: found[path] for path in sorted(found, key=order.__getitem__)}


def _within(seen: Evaluation, stack: str) -> Mapping[str, tuple[str, ...]]:
    """Return the paths that the bucket's policy lets an own behavior read, by its phrase; none for all its paths."""
    paths: dict[str, dict[str, None]] = {}
    for _, access in seen.rows:
        if access.behavior is not None and access.distribution_id == seen.model.own and not access.path:
            found = readable_paths(seen.model, access)
            paths.setdefault(access.behavior.path, {}).update(dict.fromkeys(found))
    own = _own_behaviors(seen)
    return {
        _own_phrase(seen, own[path][0], path, stack): tuple(sorted(found))
        for path, found in paths.items()
        if own[path][1].pattern.absolute not in found
    }


def _excluded(seen: Evaluation, served: Served, stack: str) -> Mapping[str, tuple[str, ...]]:
    """Return the patterns that other signers have, by the phrase whose paths include them."""
    return {
        _own_phrase(seen, readers, path, stack): excluded
        for path, (readers, behavior) in _own_behaviors(seen).items()
        if seen.model.own is not None
        if (excluded := served.excluded(readers, seen.model.own, [behavior]))
    }


def _own_phrase(seen: Evaluation, readers: set[Reader], path: str, stack: str) -> str:
    phrase = (
        f"anyone through distribution {stack}" if ANYONE in readers else f"signers: {_signers(seen, readers)}"
    )
    return phrase + (f" ({path})" if path else "")


def _signers(seen: Evaluation, readers: Iterable[Reader]) -> str:
    """Return signers in one order: key groups by name, the own account as ``self``, other accounts."""
    groups = sorted(f"key-group {plain(each.name)}" for each in readers if each.kind is ReaderKind.KEY_GROUP)
    accounts = {str(each.name) for each in readers if each.kind is ReaderKind.SIGNER}
    own = ["self"] if seen.model.account in accounts else []
    return ", ".join([*groups, *own, *sorted(accounts - {seen.model.account})])


def _others(seen: Evaluation, expected: Expected) -> Iterator[str]:
    """Yield a phrase for everyone who reads in another way, except the account's own principals."""
    signed: dict[str, set[Reader]] = {}
    narrower = _narrower(seen)
    for cell, access in seen.rows:
        if access.behavior is None:
            if (who(access), access.by) not in narrower:
                yield from _direct(seen, cell, access, expected)
        elif access.distribution_id != seen.model.own:
            if access.reader == ANYONE:
                yield f"anyone: {how(seen, access)}" + (
                    f" ({access.behavior.path})" if access.behavior.path else ""
                )
            else:
                signed.setdefault(distribution_words(seen, access), set()).add(access.reader)
    for distribution, readers in signed.items():
        yield f"signers: {_signers(seen, readers)} through {distribution}"
    for each in seen.general:
        if each.reader == ANYONE and each.may == "list":
            yield f"anyone can list the objects: {how(seen, each.access) if each.access else ', '.join(each.by)}"


def _narrower(seen: Evaluation) -> set[tuple[str, tuple[str, ...]]]:
    """Return the ways of anyone past CloudFront that add nothing to what anyone can read by the same statement."""
    found: dict[tuple[str, tuple[str, ...]], set[Cell]] = {}
    for cell, access in seen.rows:
        if access.direct and access.reader == ANYONE:
            found.setdefault((who(access), access.by), set()).add(cell)
    plainly = str(ANYONE)
    return {
        (text, by)
        for (text, by), cells in found.items()
        if text != plainly and cells <= found.get((plainly, by), set())
    }


def _direct(seen: Evaluation, cell: Cell, access: ReadAccess, expected: Expected) -> Iterator[str]:
    if (
        classify_access(seen, cell, access, expected).reader_class is not ReaderClass.INSIDE
        or access.reader == ANYONE
    ):
        yield f"{who(access)}: {how(seen, access)}"


def _moved(before: Evaluation, after: Evaluation) -> Iterator[str]:
    """Yield phrases for paths that change readers while other phrases stay, as when behaviors are swapped."""
    for each in compare(before, after):
        gained = _that_count(before, each)
        if gained:
            yield f"{_phrase_of(each.reader)} can now read paths like /{gained[0].witness}"
        if each.lost:
            yield f"{_phrase_of(each.reader)} can no longer read paths like /{each.lost[0].witness}"


def _phrase_of(reader: Reader) -> str:
    """Return the reader as phrases name it: a signer of the own account is ``self``, as in ``signers: self``."""
    return f"{reader.kind} self" if reader.own else str(reader)


def _that_count(before: Evaluation, found: Difference) -> list[Cell]:
    """Return what a reader gains. For one who reads by objects' own grants now, only objects count."""
    now = [cell for cell, access in before.rows if access.reader == found.reader]
    only_objects = bool(now) and all(cell.objects[0] is not None for cell in now)
    return [cell for cell in found.gained if not only_objects or cell.objects[0] is not None]
