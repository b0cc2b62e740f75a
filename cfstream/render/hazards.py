"""What a person is told about hazards, in every format."""

from collections.abc import Iterable


def allowance(hazard: str, *, protect: bool) -> str:
    """What becomes of a hazard when the plan is applied."""
    if protect and hazard == "deletes":
        return "apply refuses this while the spec says protect: true"
    return f"apply refuses this unless it is allowed: --allow {hazard}"


def allow_flags(hazards: Iterable[str]) -> str:
    """The flags that allow these hazards, each once."""
    return " ".join(f"--allow {name}" for name in sorted(set(hazards)))
