"""Garbage collection during a run. Nearly all objects live until the process ends, so collecting them frees nothing."""

import gc

LASTING_OBJECTS = 200_000
"""The number of new objects that starts a collection: more than imports and AWS's models create."""


def collect_rarely() -> None:
    """Start a collection only after `LASTING_OBJECTS` new objects."""
    gc.set_threshold(LASTING_OBJECTS)


def skip_last_collection() -> None:
    """Exclude all objects from the collection at the end of the process."""
    gc.freeze()
