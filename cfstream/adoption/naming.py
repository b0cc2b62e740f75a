"""Derive a stack's name from the names of a distribution. Pure."""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 32
"""The longest stack name, in characters (``spec.fields.STACK_NAME``)."""


def proposed_name(cnames: Collection[str], comment: str, bucket: str, distribution_id: str) -> str:
    """Return a name from the first cname, else the comment, else the bucket, if they contain letters."""
    host = min(cnames, default="").removeprefix("*.")
    candidates = (host, comment, bucket, f"d-{distribution_id}")
    return next(name for name in map(_name, candidates) if name)


def unique(name: str, taken: Collection[str]) -> str:
    """Return `name`, with a number appended if it is already used."""
    number, chosen = 1, name
    while chosen in taken:
        number += 1
        tail = f"-{number}"
        chosen = name[: LONGEST - len(tail)].rstrip("-") + tail
    return chosen


def _name(text: str) -> str:
    """Return `text` with only the characters allowed in names; may be empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    dashed = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    letters = re.sub(r"^[^a-z]+", "", dashed)
    if len(letters) <= LONGEST:
        return letters
    whole, cut, _ = letters[: LONGEST + 1].rpartition("-")
    return whole if cut and len(whole) > LONGEST // 2 else letters[:LONGEST].rstrip("-")
