"""The picture of a stack as data: viewers, distribution, identity and bucket, and their changes.

`mermaid` and `svg` draw it.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from cfstream.planning import StackPlan
from cfstream.planning.exposure import NOBODY
from cfstream.render.flow import printable
from cfstream.render.readers import prose
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import Step
from cfstream.values import Verb

IDENTITIES = {
    "oac": ("origin-access-control", "origin access control"),
    "oai": ("origin-access-identity", "origin access identity"),
}
"""Kind and name of each identity by which CloudFront reads a bucket."""

GRANTS = ("bucket-policy", "object-acl")
HOSTS = 4
"""Host names in the picture; more are counted."""


class PartChange(StrEnum):
    """What a plan does to a part; the value is its class in pictures."""

    SAME = "same"
    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class Node:
    """A part of the set-up. `column` counts from the viewers (0) to the bucket (3); `open_`: for anyone."""

    key: str
    column: int
    lines: tuple[str, ...]
    mark: PartChange
    open_: bool = False


@dataclass(frozen=True)
class Arrow:
    """A link between two nodes, by their keys."""

    start: str
    end: str
    mark: PartChange


@dataclass(frozen=True)
class Picture:
    """One stack."""

    name: str
    nodes: tuple[Node, ...]
    edges: tuple[Arrow, ...]


def picture(stack: StackPlan) -> Picture:
    """Return the parts of a stack and the links between them, always in the same order."""
    served = _mark(stack, [stack.distribution])
    viewers = list(_viewers(stack))
    identities = list(_identities(stack))
    bucket = Node(
        "bucket", 3, (printable(f"bucket {stack.topology.bucket}".rstrip()),), _mark(stack, ["bucket"])
    )
    nodes = [*viewers, Node("distribution", 1, _distribution(stack), served), *identities, bucket]
    edges = [Arrow(node.key, _towards(stack, node), node.mark) for node in viewers if node.lines != (NOBODY,)]
    if not identities:
        edges.append(
            Arrow("distribution", "bucket", served if served is not PartChange.CHANGED else PartChange.SAME)
        )
    for node in identities:
        arrow = PartChange.SAME if node.mark is PartChange.CHANGED else node.mark
        granted = any(_is(step, GRANTS, Verb.GRANT) for step in stack.steps)
        edges.append(Arrow("distribution", node.key, arrow))
        edges.append(
            Arrow(node.key, "bucket", PartChange.NEW if granted and arrow is PartChange.SAME else arrow)
        )
    return Picture(stack.name, tuple(nodes), tuple(edges))


def _viewers(stack: StackPlan) -> Iterator[Node]:
    before, after = stack.exposure.before, stack.exposure.after
    phrases = [phrase for phrase in dict.fromkeys((*after, *before)) if phrase != NOBODY]
    for number, phrase in enumerate(phrases):
        mark = PartChange.SAME
        if phrase not in before:
            mark = PartChange.NEW
        elif phrase not in after:
            mark = PartChange.GONE
        yield Node(f"viewers{number}", 0, (_shown(phrase),), mark, phrase in stack.exposure.anyone)
    if after == (NOBODY,):
        yield Node("nobody", 0, (NOBODY,), PartChange.SAME)


def _shown(phrase: str) -> str:
    return printable(prose(phrase))


def _towards(stack: StackPlan, viewers: Node) -> str:
    """Return where viewers enter: our distribution, the bucket itself, or another distribution."""
    ours = {_shown(phrase) for phrase in stack.exposure.ours}
    return "distribution" if viewers.lines[0] in ours else "bucket"


def _distribution(stack: StackPlan) -> tuple[str, ...]:
    hosts = stack.topology.hosts or tuple(filter(None, [stack.live.domain_name]))
    more = [f"and {len(hosts) - HOSTS} more"] if len(hosts) > HOSTS else []
    known = filter(None, [stack.live.distribution_id])
    lines = [f"distribution {stack.name}", *known, *hosts[:HOSTS], *more]
    return tuple(map(printable, lines))


def _identities(stack: StackPlan) -> Iterator[Node]:
    """Yield the identity of the spec, and a removed one."""
    for name, (kind, title) in IDENTITIES.items():
        mark = _mark(stack, [kind])
        if name == stack.topology.identity or mark is PartChange.GONE:
            yield Node(name, 2, (title,), mark)


def _mark(stack: StackPlan, kinds: Iterable[str]) -> PartChange:
    """Return what the steps do to a resource."""
    verbs = {step.verb for step in stack.steps if step.address.kind in kinds}
    if Verb.CREATE in verbs:
        return PartChange.NEW
    if Verb.DELETE in verbs:
        return PartChange.GONE
    return PartChange.CHANGED if verbs & {Verb.ADOPT, Verb.MODIFY, Verb.DISABLE} else PartChange.SAME


def _is(step: Step, kinds: Iterable[str], verb: Verb) -> bool:
    return step.verb is verb and step.address.kind in kinds
