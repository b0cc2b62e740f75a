"""Plans and reports as text, for the message of a failed law."""

from cfstream.applying import Report
from cfstream.planning import Plan
from cfstream.render.report import failures_text
from cfstream.render.text import plan_text


def message_of(what: Plan | Report) -> str:
    """Return the text for people."""
    if isinstance(what, Plan):
        return "\n" + plan_text(what, color=False, width=100)
    return "\n" + failures_text(what, color=False, width=100)
