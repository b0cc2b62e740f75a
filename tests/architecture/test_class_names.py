"""The names of classes: no two classes of cfstream share a name."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

SHARED = {
    "Distribution": "the sandbox shares no code with the rest, and both use AWS's name for the same resource",
    "Plan": "`api.Plan` is the plan of `planning` with what it was made from",
    "PublicKey": "the sandbox shares no code with the rest, and both use AWS's name for the same resource",
    "Sandbox": "`testing.Sandbox` is the sandbox of `sandbox.server` with a test's stacks",
}
"""Classes that share a name because they are the same thing, with the reason."""


@cache
def classes() -> dict[str, list[str]]:
    """Return the modules that define each class, by its name. Classes in functions and in other classes count too."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "cfstream").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(file.relative_to(ROOT).as_posix())
    return found


def test_no_two_classes_share_a_name() -> None:
    """A class name means one class, except for classes that are the same thing."""
    shared = {name: places for name, places in classes().items() if len(places) > 1}
    assert {name: places for name, places in shared.items() if name not in SHARED} == {}


def test_every_exception_is_needed() -> None:
    """Each exception still names several classes."""
    found = classes()
    assert [name for name in SHARED if len(found[name]) < 2] == []
