"""The type of a length of time, with the spellings that specs accept and the ones that people write."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from cfstream.spec.fields import fault
from cfstream.spec.wording import shown

DURATION = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?")


def duration(value: Any) -> timedelta:
    """Return the duration that a text like ``24h``, ``7d`` or ``1h30m`` spells; a timedelta is returned unchanged."""
    if isinstance(value, timedelta):
        return value
    found = DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if not found:
        what = (
            f"{shown(value)} is not a valid duration" if isinstance(value, str) else "a duration needs a unit"
        )
        raise fault(what, f"write {_meant_duration(str(value)) or 'one like 30m, 24h, 7d or 1h30m'}")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not length:
        raise fault("the duration is zero", "write one like 30m, 24h, 7d or 1h30m")
    return length


_SPELLED = re.compile(r"(\d{1,5}) ?(days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)?(?![a-z0-9])")


_SECONDS = 300
"""The least number without a unit that surely means seconds: 24 may mean hours."""


def _meant_duration(text: str) -> str:
    """Return a text like ``2h30``, ``90 min`` or ``3600`` as a duration; empty if it has no clear meaning.

    A number alone has seconds, as in AWS; one after a unit has the next smaller unit.
    """
    plain = re.sub(r"(?<=[a-z])(?=\d)|,| and ", " ", text.lower().removeprefix("pt")).strip()
    parts = [found.groups() for found in _SPELLED.finditer(plain)]
    if parts == [(plain, None)] and int(plain) < _SECONDS:
        return ""
    if not parts or _SPELLED.sub("", plain).strip():
        return ""
    written, last = "", ""
    for number, unit in parts:
        smaller = {"": "s", "d": "h", "h": "m", "m": "s"}
        last = unit[0] if unit else smaller.get(last, "")
        written += f"{int(number)}{last}"
    return written if DURATION.fullmatch(written) and re.search("[1-9]", written) else ""


def spell(length: timedelta) -> str:
    """Return a duration as specs spell it: ``1h30m``."""
    rest, parts = int(length.total_seconds()), ""
    for unit, seconds in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        # One day is written as 24h, like the default.
        if rest >= seconds and not (unit == "d" and rest == 86400):
            parts += f"{rest // seconds}{unit}"
            rest %= seconds
    return parts or "0s"


Duration = Annotated[
    timedelta,
    BeforeValidator(duration),
    PlainSerializer(spell, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^(?:(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?)$",
            "examples": ["24h", "7d", "1h30m"],
        }
    ),
]
