"""The same document spelled in another way, as AWS or another client might send it."""

import copy
import random
from collections.abc import Mapping
from typing import Any


def respelled(value: Any, draw: random.Random, *, spaces: bool = False) -> Any:
    """The same fields and members in another order, `Items` left out or empty at zero, and outer spaces if wanted.

    Not for lists whose order counts.
    """
    match value:
        case Mapping():
            return _mapping(value, draw, spaces=spaces)
        case list():
            items = [respelled(item, draw, spaces=spaces) for item in value]
            draw.shuffle(items)
            return items
        case str() if spaces:
            return draw.choice(["", " "]) + value + draw.choice(["", "\n"])
    return copy.copy(value)


def _mapping(value: Mapping[str, Any], draw: random.Random, *, spaces: bool) -> dict[str, Any]:
    fields = [(name, respelled(item, draw, spaces=spaces)) for name, item in value.items()]
    draw.shuffle(fields)
    spelled = dict(fields)
    if value.get("Quantity") == 0:
        spelled.pop("Items", None)
        spelled |= draw.choice([{}, {"Items": []}])
    return spelled
