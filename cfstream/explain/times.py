"""Durations as text."""

_UNITS = (("year", 31_557_600), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def distance(seconds: int) -> str:
    """Return a duration in its largest unit, rounded down: ``3 minutes``, ``2 hours``."""
    for unit, length in _UNITS:
        count = seconds // length
        if count >= (2 if unit == "hour" and seconds % length else 1):
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "0 seconds"
