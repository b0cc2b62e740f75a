"""The value of ``http.functions``: in the spec, names by event; in a behavior, ARNs by CloudFront's event types."""

from collections.abc import Mapping

ARN_BEFORE_NAME = ":function/"


def arns(value: Mapping[str, str], known: Mapping[str, Mapping[str, str]]) -> dict[str, str] | None:
    """Return the ARNs by event type for names by event; None if a function is unknown.

    `known` has the ARNs by kind and by name.
    """
    published = known.get("function", {})
    if not published.keys() >= set(value.values()):
        return None
    return {event.replace("_", "-"): published[name] for event, name in value.items()}


def named(value: Mapping[str, str]) -> dict[str, str]:
    """Return the names by event for ARNs by event type. An ARN that is not that of a function stays."""
    return {event.replace("-", "_"): arn.rpartition(ARN_BEFORE_NAME)[2] for event, arn in value.items()}


def text(value: Mapping[str, str]) -> str:
    """Return names by event for people."""
    return ", ".join(f"{name} at {event}" for event, name in value.items())
