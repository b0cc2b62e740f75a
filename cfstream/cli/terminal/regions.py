"""The regions of AWS that the installed botocore knows, without importing it."""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from cfstream.errors import Notice


def known_regions() -> Mapping[str, str | None]:
    """Return the description of each region by its name; empty without botocore."""
    found = find_spec("botocore")
    if found is None or found.origin is None:
        return {}
    file = Path(found.origin).parent / "data" / "partitions.json"
    partitions = json.loads(file.read_text(encoding="utf-8"))["partitions"]
    return {
        name: region.get("description")
        for partition in partitions
        for name, region in partition["regions"].items()
    }


def unknown_region(name: str) -> Notice | None:
    """Return a warning for an unknown region, with the nearest one. It is not an error: AWS may have added it."""
    from cfstream.spec.wording import nearest, shown

    known = known_regions()
    if not known or name in known:
        return None
    near = nearest(name, known)
    do = f"if it is misspelt, write {near}" if near else "write one like eu-west-1"
    return Notice(f"{shown(name)} is not a region of AWS that cfstream knows", warning=True, do=do)
