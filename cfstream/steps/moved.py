"""The error for a resource that others changed."""

from typing import Any

from cfstream.errors import Stale
from cfstream.steps.content import without_secrets
from cfstream.steps.differences import differences


def moved(address: object, before: Any, after: Any) -> Stale:
    """Return the error that shows what changed, from what, to what."""
    lines = "".join(f"\n  {line}" for line in differences(without_secrets(before), without_secrets(after)))
    return Stale(
        f"{address} changed after this plan was made{lines}",
        "run cfstream plan again and read the difference before applying",
    )
