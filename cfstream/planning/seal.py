"""What a saved plan is held to: digests of what each step sends."""

from typing import Any

from cfstream.steps.content import canonical, without_secrets
from cfstream.steps.step import Step
from cfstream.values import digest, plain


def sent(step: Step) -> str:
    """The digest of what a step sends, the same in whatever order AWS listed what it is made from."""
    return digest(canonical(without_secrets(plain(step.asks()))))


def sealed(step: Step) -> dict[str, Any]:
    """What of a step the fingerprint covers, as the JSON form of the plan spells it.

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
