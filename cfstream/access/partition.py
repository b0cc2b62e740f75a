"""Splits the keys of a bucket into cells. All keys of a cell get the same answer in every compared model.

The keys are split by every pattern that can distinguish two keys: path patterns of behaviors (after their origin's
path), resources of policy statements, and the objects whose ACLs were read. Each cell has a witness key.

CloudFront compares patterns with the normalised path, but sends the raw path to the origin. Single keys are judged
this way. Keys with empty segments, ``.`` or ``..`` have their own cells only if no other key has the same signature.

If there are too many patterns, some are left out. Whether a key of a cell matches such a pattern is then an undecided
clause that names the pattern, so two answers with the same clause are decided alike.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import field
from typing import NamedTuple, TypeAlias

from cfstream.access.automaton import Automaton
from cfstream.access.fitting import fitted
from cfstream.access.globs import Glob, ResourceGlobs
from cfstream.access.model import AccessModel
from cfstream.access.origins import leading, leads_to
from cfstream.access.policy.principals import principals
from cfstream.access.route import Route, key_of, path_of, root_of, serves_alike
from cfstream.domain import AccessPoint, Distribution, ObjectClass, Origin
from cfstream.domain.path_pattern import normalised
from cfstream.policy_document import statements
from cfstream.policy_document.document import listed
from cfstream.startup.frozen import dataclass
from cfstream.values import Json, plain

Signature: TypeAlias = tuple[Hashable, ...]

MOST_CELLS = 4096
"""Above this many cells, some patterns are left out and judged as their union, and the plan has a notice."""


class Named(NamedTuple):
    """Statements as bits, by which of some keys their Resource names."""

    may: int
    """It may name one of the keys."""
    certain: int
    """It names all of them."""
    merged: int = 0
    """It is undecided whether it names one, because its patterns were left out."""


@dataclass(frozen=True)
class StatementBits:
    """The keys that the Resource of one statement names: certainly, or possibly (policy variables)."""

    may: int = 0
    certain: int = 0
    inverted: bool = False
    """NotResource: every other key is named."""


@dataclass(frozen=True)
class Layout:
    """The patterns of one model as bits of the partition."""

    model: AccessModel
    routes: tuple[Route, ...]
    reached: frozenset[Origin]
    """The origins that read the bucket."""
    policies: tuple[tuple[StatementBits, ...], ...]
    """The statements of the bucket's policy, then those of each access point's."""

    def signature(self, mask: int) -> Signature:
        """Return what this model distinguishes about a key."""
        return (*(route.signature(mask) for route in self.routes), *self.named(mask))

    def named(self, matched: int, some: int | None = None) -> tuple[Named, ...]:
        """Return which statements of each policy name keys.

        `matched` are the patterns that match all keys in question, `some` those that may match some of them.
        """
        return tuple(_named(each, matched, matched if some is None else some) for each in self.policies)


def _named(policy: Sequence[StatementBits], matched: int, some: int) -> Named:
    may = certain = merged = 0
    unknown = some & ~matched
    for index, bits in enumerate(policy):
        merged |= bool(unknown & bits.may) << index
        if bits.inverted:
            may |= (not matched & bits.certain) << index
            certain |= (not some & bits.may) << index
        else:
            may |= bool(some & bits.may) << index
            certain |= bool(matched & bits.certain) << index
    return Named(may, certain, merged & may & ~certain)


@dataclass(frozen=True, eq=False)
class Cell:
    """Keys with one answer. `objects` holds, per model, the class with their ACL; None if no object is known."""

    witness: str
    mask: int
    """The patterns that match every key of the cell, as bits."""
    objects: tuple[ObjectClass | None, ...]
    may: int
    """The patterns that may match some key of the cell: those of `mask`, and those that were left out."""

    @property
    def merged(self) -> bool:
        """Whether patterns were left out, so that keys with different answers share the cell."""
        return self.may != self.mask


@dataclass(frozen=True)
class Partition:
    """The cells, and each model's patterns as bits."""

    cells: tuple[Cell, ...]
    layouts: tuple[Layout, ...]
    merged: bool = False
    """Whether there were too many cells, so that some patterns were left out."""


@dataclass
class _Bits:
    """Assigns a bit to each distinct pattern."""

    globs: list[Glob] = field(default_factory=list)
    seen: dict[Glob, int] = field(default_factory=dict)
    groups: dict[tuple[Glob, ...], tuple[int, ...]] = field(default_factory=dict)
    """Groups of patterns, by place.

    In each group, only the first match counts. They share no bit with other patterns.
    """
    foreign: int = 0
    """Patterns of statements that name a reader outside the account."""

    @property
    def ordered(self) -> tuple[tuple[int, ...], ...]:
        """Return the groups as indices of their patterns."""
        return tuple(self.groups.values())

    @property
    def preferred(self) -> tuple[int, ...]:
        """The indices of all patterns, the most important first: behaviors, then statements for outside readers."""
        behaviors = dict.fromkeys(place for group in self.ordered for place in group)
        rest = (place for place in range(len(self.globs)) if place not in behaviors)
        return (*behaviors, *sorted(rest, key=lambda place: not self.foreign >> place & 1))

    def first_of(self, globs: tuple[Glob, ...]) -> tuple[int, ...]:
        """Return the bits of a group of patterns in which only the first match counts."""
        if globs not in self.groups:
            self.groups[globs] = tuple(range(len(self.globs), len(self.globs) + len(globs)))
            self.globs.extend(globs)
        return tuple(1 << place for place in self.groups[globs])

    def bit(self, glob: Glob) -> int:
        if glob not in self.seen:
            self.seen[glob] = 1 << len(self.globs)
            self.globs.append(glob)
        return self.seen[glob]

    def mask(self, globs: Sequence[Glob]) -> int:
        mask = 0
        for glob in globs:
            mask |= self.bit(glob)
        return mask


def partition(*models: AccessModel) -> Partition:
    """Return cells that separate any two keys with different answers in one of `models`."""
    bits = _Bits()
    layouts = tuple(_layout(model, bits) for model in models)

    def signature(mask: int) -> Signature:
        return tuple(layout.signature(mask) for layout in layouts)

    split, left_out = fitted(
        bits.globs, signature, ordered=bits.ordered, preferred=bits.preferred, limit=MOST_CELLS
    )
    none: tuple[ObjectClass | None, ...] = (None,) * len(models)
    automaton = Automaton(bits.globs)
    found = []
    for each in split.cells:
        mask = _located(automaton, layouts, each.witness, each.matched) & ~left_out
        found.append(Cell(each.witness, mask, none, mask | left_out))
    objects = _objects(models, layouts, automaton, signature)
    return Partition((*found, *objects), layouts, bool(left_out))


def of_key(model: AccessModel, key: str) -> Partition:
    """Return the one cell of a single key, with the ACL of its object if it was read."""
    bits = _Bits()
    layout = _layout(model, bits)
    objects = next((each for each in model.bucket.objects.classes if key in each.keys), None)
    automaton = Automaton(bits.globs)
    mask = _located(automaton, (layout,), key, automaton.locate(key))
    return Partition((Cell(key, mask, (objects,), mask),), (layout,))


def _located(automaton: Automaton, layouts: Sequence[Layout], key: str, matched: int) -> int:
    """Return the patterns that count for a key: path patterns match its normalised path, resources the raw key."""
    if normalised(f"/{key}") == f"/{key}":
        return matched
    for route in (each for layout in layouts for each in layout.routes):
        path = path_of(route.origin_path, key) if f"/{key}".startswith(f"{route.origin_path}/") else None
        patterns = sum(route.bits)
        matched &= ~patterns
        if path is not None:
            matched |= automaton.locate(key_of(route.origin_path, normalised(path))) & patterns
    return matched


def _objects(
    models: Sequence[AccessModel],
    layouts: Sequence[Layout],
    automaton: Automaton,
    signature: Callable[[int], Hashable],
) -> Iterator[Cell]:
    """Yield a cell for each combination of signature and ACL among the objects whose ACLs were read."""
    of_key: dict[str, list[ObjectClass | None]] = {}
    for number, model in enumerate(models):
        for each in model.bucket.objects.classes:
            for key in each.keys:
                of_key.setdefault(key, [None] * len(models))[number] = each
    if not of_key:
        return
    seen: set[object] = set()
    for key, found in of_key.items():
        mask = _located(automaton, layouts, key, automaton.locate(key))
        classes = tuple(found)
        known = (signature(mask), classes)
        if known not in seen:
            seen.add(known)
            yield Cell(key, mask, classes, mask)


def _layout(model: AccessModel, bits: _Bits) -> Layout:
    found = [
        (distribution, origins)
        for distribution in leading(model)
        if (origins := [each for each in distribution.origins if leads_to(model, each)])
    ]
    reached = frozenset(origin for _, origins in found for origin in origins)
    routes = tuple(
        _route(distribution, path, bits)
        for distribution, origins in sorted(found, key=lambda each: str(plain(each[0].id)))
        for path in sorted({each.path for each in origins})
    )
    of_bucket = tuple(_statement(model, each, bits) for each in statements(model.bucket.policy))
    of_points = (
        tuple(_statement(model, each, bits, point) for each in statements(point.policy))
        for point in model.bucket.access_points
    )
    return Layout(model, routes, reached, (of_bucket, *of_points))


def _route(distribution: Distribution, origin_path: str, bits: _Bits) -> Route:
    prefix = origin_path.removeprefix("/") + ("/" if origin_path else "")
    globs = tuple(Glob.of_path_pattern(each.pattern.relative, prefix) for each in distribution.behaviors)
    root = root_of(distribution, origin_path)
    if root is not None and root.key:
        own = distribution.behavior_for(path_of(origin_path, root.key))
        if not serves_alike(distribution.behaviors, distribution.behaviors.index(own), root.place):
            root = root._replace(bit=bits.bit(Glob.literal(root.key)))
    if root is not None and prefix and root.key != "":
        root = root._replace(folder=bits.bit(Glob.literal(prefix)))
    return Route(distribution, origin_path, distribution.behaviors, bits.first_of(globs), root)


def _statement(
    model: AccessModel, statement: Json, bits: _Bits, point: AccessPoint | None = None
) -> StatementBits:
    inverted = "NotResource" in statement
    found = [
        resource_globs(model, str(each), point)
        for each in listed(statement.get("NotResource" if inverted else "Resource"))
    ]
    may = bits.mask([glob for each in found for glob in each.may])
    certain = bits.mask([glob for each in found for glob in each.certain])
    if "NotPrincipal" in statement or any(
        each.account != model.account for each in principals(statement.get("Principal"))
    ):
        bits.foreign |= may
    return StatementBits(may, certain, inverted=inverted)


def resource_globs(model: AccessModel, resource: str, point: AccessPoint | None = None) -> ResourceGlobs:
    """Return the keys of the bucket that a Resource names in the bucket's or an access point's policy."""
    policy = point.policy if point else model.bucket.policy
    variables = (policy or {}).get("Version") == "2012-10-17"
    if point is not None:
        return Glob.of_access_point_resource(resource, point.arn, variables=variables)
    return Glob.of_resource(resource, model.bucket.name, model.partition, variables=variables)
