"""Lists what still exists after a deletion by id: resources that it referred to, and grants."""

from cfstream.inventory.lookup import Found
from cfstream.kinds import KINDS


def remains(found: Found) -> str:
    """Return a sentence that lists what still exists after `found` is deleted. Pure."""
    if not found.shown.deployed:
        return "its grants in bucket policies and on objects stay, without effect"
    live = found.distribution
    named = ", ".join(dict.fromkeys(text for kind in KINDS for text in kind.remains(live)))
    return f"these still exist: {named}"
