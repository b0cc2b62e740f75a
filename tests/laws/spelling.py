"""The same document in another spelling, as AWS or another client may send it."""

import copy
import random
from collections.abc import Mapping
from typing import Any


def respelled(value: Any, draw: random.Random, *, spaces: bool = False) -> Any:
    """Draw another spelling of a document.

    The order of fields and members differs, `Items` for zero is omitted or empty, and outer spaces are optional. Not
    for lists whose order matters.
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
