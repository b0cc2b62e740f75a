"""A name for a stack, out of what people have called the distribution. Pure."""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 32
"""Characters of a stack's name (``spec.fields.STACK_NAME``)."""


def proposed_name(cnames: Collection[str], comment: str, bucket: str, distribution_id: str) -> str:
    """What to call the stack: its first cname, else its comment, else its bucket, as far as there are letters."""
    host = min(cnames, default="").removeprefix("*.")
    candidates = (host, comment, bucket, f"d-{distribution_id}")
    return next(name for name in map(_name, candidates) if name)


def unique(name: str, taken: Collection[str]) -> str:
    """`name`, or `name` with a number behind it where it is taken."""
    number, chosen = 1, name
    while chosen in taken:
        number += 1
        tail = f"-{number}"
        chosen = name[: LONGEST - len(tail)].rstrip("-") + tail
    return chosen


def _name(text: str) -> str:
    """`text` in the letters of names; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    dashed = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    letters = re.sub(r"^[^a-z]+", "", dashed)
    if len(letters) <= LONGEST:
        return letters
    whole, cut, _ = letters[: LONGEST + 1].rpartition("-")
    return whole if cut and len(whole) > LONGEST // 2 else letters[:LONGEST].rstrip("-")
