"""Distances in time as people say them."""

_UNITS = (("year", 31_557_600), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def distance(seconds: int) -> str:
    """``3 minutes``, or ``2 hours``: the largest unit of which there is one, rounded down."""
    for unit, length in _UNITS:
        count = seconds // length
        if count >= (2 if unit == "hour" and seconds % length else 1):
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "0 seconds"
