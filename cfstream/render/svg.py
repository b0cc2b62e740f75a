"""Draw the picture of a stack as SVG inside a page, in the colours of the page."""

from collections.abc import Sequence
from html import escape
from textwrap import wrap

from cfstream.render.gfm import clipped
from cfstream.render.picture import Arrow, Node, PartChange, Picture
from cfstream.startup.frozen import dataclass

WIDTHS = (240, 230, 190, 190)
"""Width of the boxes in each column."""

GAP, SPACE, LINE, PAD = 48, 16, 18, 12
LETTER = 7.8
"""Width of a common letter in bold; wider ones, as in East Asia, may overflow the box."""

LONGEST = 240
SIGNS = {PartChange.SAME: "", PartChange.NEW: "+ ", PartChange.CHANGED: "~ ", PartChange.GONE: "- "}


@dataclass(frozen=True)
class _Box:
    node: Node
    lines: tuple[tuple[str, str], ...]
    """Class and text of each line: the title, on one or more lines, and the rest."""

    x: int
    y: int
    width: int

    @property
    def height(self) -> int:
        return len(self.lines) * LINE + 2 * PAD - 4

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


def picture_svg(picture: Picture) -> str:
    """Return the picture as one element with a name for screen readers; its content is also on the page as text."""
    boxes = _placed(picture.nodes)
    right = max(box.x + box.width for box in boxes.values())
    floor = max(box.y + box.height for box in boxes.values())
    height = floor + 2 + (SPACE + 4) * any(_past(edge, boxes) for edge in picture.edges)
    name = escape(f"picture of {picture.name}: viewers, distribution, identity and bucket")
    drawn = [_path(edge, boxes, height - 6) for edge in picture.edges] + [_box(box) for box in boxes.values()]
    return (
        f'<svg viewBox="0 0 {right + 4} {height}" width="{right + 4}" role="img" aria-label="{name}">\n'
        + "\n".join(drawn)
        + "\n</svg>"
    )


def _placed(nodes: Sequence[Node]) -> dict[str, _Box]:
    """Return the place of each node, in columns around one middle."""
    columns = [
        [node for node in nodes if node.column == column] for column in sorted({n.column for n in nodes})
    ]
    boxes: dict[str, _Box] = {}
    x, stacks = 2, []
    for column in columns:
        width = WIDTHS[column[0].column]
        made = [_Box(node, _wrapped(node, width), x, 0, width) for node in column]
        stacks.append(made)
        x += width + GAP
    tall = max(map(_tall, stacks))
    for made in stacks:
        y = 2 + (tall - _tall(made)) // 2
        for box in made:
            boxes[box.node.key] = _Box(box.node, box.lines, box.x, y, box.width)
            y += box.height + SPACE
    return boxes


def _tall(boxes: Sequence[_Box]) -> int:
    return sum(box.height + SPACE for box in boxes) - SPACE


def _wrapped(node: Node, width: int) -> tuple[tuple[str, str], ...]:
    letters = int((width - 2 * PAD) / LETTER)
    first, *others = node.lines
    rows = [("title", SIGNS[node.mark] + first), *(("rest", line) for line in others)]
    return tuple(
        (name, piece)
        for name, line in rows
        for piece in wrap(clipped(line, LONGEST), letters, break_on_hyphens=False) or [""]
    )


def _past(edge: Arrow, boxes: dict[str, _Box]) -> bool:
    """Return whether a link goes around the nodes between its ends, below all of them."""
    return boxes[edge.start].node.column == 0 and boxes[edge.end].node.column > 1


def _path(edge: Arrow, boxes: dict[str, _Box], lane: int) -> str:
    start, end = boxes[edge.start], boxes[edge.end]
    x = start.x + start.width
    if _past(edge, boxes):
        to = end.x + end.width // 2
        foot = end.y + end.height
        way = f"M{x} {start.middle}h{GAP // 3}V{lane}H{to}V{foot}m-5 8l5 -8l5 8"
    else:
        bend = GAP // 2
        way = (
            f"M{x} {start.middle}C{x + bend} {start.middle} {end.x - bend} {end.middle} {end.x} {end.middle}"
            "m-8 -5l8 5l-8 5"
        )
    return f'<path class="edge {edge.mark}" d="{way}"/>'


def _box(box: _Box) -> str:
    node = box.node
    classes = f"box {node.mark}{' open' * node.open_}"
    round_ = 18 if node.column == 0 else 8
    lines = "".join(
        f'<text class="{name}" x="{box.x + PAD}" y="{box.y + PAD + 10 + n * LINE}">{escape(line)}</text>'
        for n, (name, line) in enumerate(box.lines)
    )
    return (
        f'<rect class="{classes}" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" '
        f'rx="{round_}"/>{lines}'
    )
