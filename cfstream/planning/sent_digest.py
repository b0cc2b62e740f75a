"""Digest what each step sends: a saved plan is bound to it."""

from typing import Any

from cfstream.steps.content import canonical, without_secrets
from cfstream.steps.members import members
from cfstream.steps.step import Change, Step
from cfstream.values import digest, plain


def sent(step: Step) -> str:
    """Return the digest of what a step sends. It does not depend on the order of AWS's lists."""
    return digest(canonical(without_secrets(plain(step.asks()))))


def sealed(step: Step) -> dict[str, Any]:
    """Return what the fingerprint covers of a step, as in the JSON form of the plan.

    ``sends`` is the digest of the whole document that the step writes, unmanaged fields included.
    """
    return {
        "id": step.id,
        "verb": str(step.verb),
        "address": str(step.address),
        "needs": list(step.needs),
        "changes": [change_document(change) for change in step.changes],
        "sends": sent(step),
    }


def change_document(change: Change) -> dict[str, Any]:
    """Return a change as in the JSON form: before, after, and of two lists also what was added, removed and kept."""
    before, after = plain(change.before), plain(change.after)
    document = {"field": change.field, "before": before, "after": after}
    if moved := members(before, after):
        document |= {"added": list(moved.added), "removed": list(moved.removed), "kept": moved.kept}
    return document
