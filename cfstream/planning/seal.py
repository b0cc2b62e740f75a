"""Digest what each step sends: a saved plan is bound to it."""

from typing import Any

from cfstream.steps.content import canonical, without_secrets
from cfstream.steps.step import Step
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
        "changes": [
            {"field": change.field, "before": plain(change.before), "after": plain(change.after)}
            for change in step.changes
        ],
        "sends": sent(step),
    }
