"""Draws lines on logarithmic axes as SVG: small, without scripts, in light and dark, readable at 400 pixels."""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 18, 66, 44
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.paper { fill: #fff }
.grid { stroke: #d8dee4; stroke-width: 1 }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
.a { stroke: #0550ae; fill: #0550ae } .b { stroke: #bc4c00; fill: #bc4c00 }
.c { stroke: #1a7f37; fill: #1a7f37 } .d { stroke: #8250df; fill: #8250df }
.line.a, .line.b, .line.c, .line.d { fill: none }
.b.line { stroke-dasharray: 7 3 } .c.line { stroke-dasharray: 2 3 } .d.line { stroke-dasharray: 9 3 2 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .paper { fill: #161b22 } .grid { stroke: #3d444d }
  .a { stroke: #79c0ff; fill: #79c0ff } .b { stroke: #ffa657; fill: #ffa657 }
  .c { stroke: #7ee787; fill: #7ee787 } .d { stroke: #d2a8ff; fill: #d2a8ff }
}
"""

Line = Sequence[tuple[float, float]]


def draw(title: str, across: str, lines: Mapping[str, Line]) -> str:
    """Return a chart of lines by name. At most four."""
    sizes = [x for line in lines.values() for x, _ in line]
    costs = [y for line in lines.values() for _, y in line]
    horizontal = _Axis(min(sizes), max(sizes), LEFT, WIDTH - RIGHT)
    vertical = _Axis(min(costs), max(costs), HEIGHT - BOTTOM, TOP)
    description = f"{title}, by {across}: " + "; ".join(
        f"{name} " + ", ".join(f"{y:g} at {x:g}" for x, y in line) for name, line in lines.items()
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(description)}</title><style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="4"/>',
        f'<text class="title" x="12" y="22">{escape(title)}</text>',
    ]
    parts += _grid(horizontal, vertical, across)
    place = 12.0
    for style, (name, line) in zip("abcd", lines.items(), strict=False):
        spots = [(horizontal.at(x), vertical.at(y)) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline class="line {style}" points="{path}"/>')
        parts += [f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in spots]
        parts.append(f'<path class="line {style}" d="M{place:.0f} 43h22"/>')
        parts.append(f'<text x="{place + 27:.0f}" y="48">{escape(name)}</text>')
        place += 27 + 7.3 * len(name) + 16
    return "\n".join([*parts, "</svg>", ""])


class _Axis:
    """A logarithmic axis from one place to another."""

    def __init__(self, low: float, high: float, begins: float, ends: float) -> None:
        self._low, self._high = floor(log10(low) + 1e-9), max(ceil(log10(high) - 1e-9), floor(log10(low)) + 1)
        self._begins, self._ends = begins, ends

    def at(self, value: float) -> float:
        """Return the place of a value."""
        part = (log10(value) - self._low) / (self._high - self._low)
        return self._begins + part * (self._ends - self._begins)

    @property
    def ticks(self) -> list[float]:
        """The powers of ten, at most seven of them."""
        step = ceil((self._high - self._low + 1) / 7)
        return [10.0**power for power in range(self._low, self._high + 1, step)]


def _grid(horizontal: _Axis, vertical: _Axis, across: str) -> list[str]:
    parts = []
    for value in vertical.ticks:
        y = vertical.at(value)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 5:.1f}" text-anchor="end">{_short(value)}</text>')
    for value in horizontal.ticks:
        x = horizontal.at(value)
        parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{_short(value)}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>')
    return parts


def _short(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if value >= 1e4 else f"{value:g}"
