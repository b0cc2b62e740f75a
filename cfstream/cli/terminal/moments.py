"""Parses times on the command line: ``1h`` from now, or ``2026-12-24T20:00Z``."""

import re
from datetime import UTC, datetime, timedelta

from cfstream.errors import WrongUsage

_LENGTH = re.compile(r"(?=.)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


EPOCH_DIGITS = 9
"""The digits of a number of seconds since 1970 that is later than 1973. A shorter number is meant as a duration."""


def moment(text: str, flag: str, now: datetime) -> datetime:
    """Return the time that `text` means, with its zone. A duration counts from `now`.

    Ten digits are seconds since 1970. Raises WrongUsage for an invalid or ambiguous time.
    """
    length = _LENGTH.fullmatch(text)
    try:
        if length:
            days, hours, minutes, seconds = (int(part or 0) for part in length.groups())
            return now + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if text.isdecimal() and len(text) < EPOCH_DIGITS:
            do = f"write {text}h for hours, or {text}m for minutes"
            raise WrongUsage(f"{flag} {text}: the number has no unit", do)
        when = datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        far = text.isdecimal() and len(text) > 11
        raise WrongUsage(
            f"{flag} {text[:60]}: {'the number must be in seconds, not milliseconds' if far else 'not a valid time'}",
            "write a duration from now like 1h or 7d, or a time like 2026-12-24T20:00Z",
        ) from None
    if when.tzinfo is None:
        raise WrongUsage(
            f"{flag} {text}: the time has no zone",
            "add Z for UTC, or an offset like +01:00; a date needs a time: 2026-12-24T20:00Z",
        )
    return when
