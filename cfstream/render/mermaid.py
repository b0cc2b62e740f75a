"""Render a plan as a Mermaid flowchart: viewers, distribution, identity and bucket of each stack, and its changes.

Stacks with problems or hazards come first, then those with something to do. A chart stays under what Mermaid draws by
default (`maxTextSize` 50,000 characters, `maxEdges` 500); stacks that do not fit are counted.
"""

import re
from collections.abc import Iterable, Sequence

from cfstream.errors import Problem
from cfstream.planning import Plan, StackPlan
from cfstream.render.accounts import named
from cfstream.render.flow import printable
from cfstream.render.gfm import clipped
from cfstream.render.picture import PartChange, Picture, picture

LIMIT = 48_000
EDGES = 450
LONGEST = 200
"""Characters of one line in a box."""

CLASSES = (
    "  classDef same fill:#f6f8fa,stroke:#57606a,color:#1f2328",
    "  classDef new fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "  classDef changed fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "  classDef gone fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:5 3",
    "  classDef anyone stroke:#cf222e,stroke-width:3px",
    "  classDef problem fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-width:3px",
)

ARROWS = {PartChange.SAME: "-->", PartChange.NEW: "==>", PartChange.CHANGED: "-->", PartChange.GONE: "-.->"}
"""New links are thick and removed ones dotted, because a link's colour can only be set by its number."""

_TELLING = re.compile(r"[^\w ,.:/=+()-]|_")


def plan_mermaid(plan: Plan) -> str:
    """Return the chart with a final newline."""
    lines = ["flowchart LR", *CLASSES]
    if plan.snapshot:
        shape = "changed" if plan.snapshot.warning else "same"
        lines.append(
            f"  source[{_label([plan.snapshot.text, *filter(None, [plan.snapshot.warning])])}]:::{shape}"
        )
    room, edges, left = LIMIT - sum(len(line) + 1 for line in lines), EDGES, 0
    for number, stack in enumerate(sorted(plan.stacks, key=_urgency)):
        drawn = picture(stack)
        block = _stack(f"s{number}", named(stack, several=plan.account is None), stack, drawn)
        size = sum(len(line) + 1 for line in block)
        if size > room or len(drawn.edges) > edges:
            left += 1
            continue
        room, edges = room - size, edges - len(drawn.edges)
        lines += block
    if left:
        lines.append(f'  left["and {left} more stack{"s" * (left > 1)}: see cfstream plan"]:::same')
    return "\n".join(lines) + "\n"


def problems_mermaid(problems: Sequence[Problem]) -> str:
    """Return a chart for specs that cannot be read: a box for each problem."""
    lines = ["flowchart LR", *CLASSES]
    room = LIMIT - sum(len(line) + 1 for line in lines)
    boxes = _boxes("p", problems)
    for shown, box in enumerate(boxes):
        room -= len(box) + 1
        if room < 0:
            more = len(boxes) - shown
            return "\n".join(
                [*lines, *boxes[:shown], f'  left["and {more} more: see cfstream validate"]', ""]
            )
    return "\n".join([*lines, *boxes, ""])


def _urgency(stack: StackPlan) -> tuple[bool, bool]:
    return not (stack.problems or stack.hazards), stack.in_sync


def _stack(key: str, name: str, stack: StackPlan, drawn: Picture) -> list[str]:
    """Yield the lines of one stack: its boxes, its problems, and its arrows."""
    lines = [f"  subgraph {key}[{_label([name])}]", "    direction LR"]
    for node in drawn.nodes:
        # A word, not a sign: Mermaid reads "- " and "+ " as lists.
        word = "" if node.mark is PartChange.SAME else f"{node.mark}: "
        box = _label([word + node.lines[0], *node.lines[1:]])
        shape = {0: f"([{box}])", 3: f"[({box})]"}.get(node.column, f"[{box}]")
        lines.append(f"    {key}_{node.key}{shape}:::{node.mark}")
        if node.open_:
            lines.append(f"    class {key}_{node.key} anyone")
    lines += [f"  {box}" for box in _boxes(f"{key}_p", stack.problems)]
    lines += [f"    {key}_{edge.start} {ARROWS[edge.mark]} {key}_{edge.end}" for edge in drawn.edges]
    return [*lines, "  end"]


def _boxes(key: str, problems: Iterable[Problem]) -> list[str]:
    return [
        f"  {key}{n}[{_label([f'{problem.where}', problem.what])}]:::problem"
        for n, problem in enumerate(problems)
    ]


def _label(lines: Iterable[str]) -> str:
    """Return lines as one quoted label, with character references for what Mermaid or HTML could interpret."""
    texts = (_TELLING.sub(_reference, clipped(printable(line), LONGEST)) for line in lines)
    return '"' + "<br/>".join(texts) + '"'


def _reference(sign: re.Match[str]) -> str:
    return f"#{ord(sign.group())};"
