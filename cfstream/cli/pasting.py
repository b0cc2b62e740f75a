"""Repeat the flags of a run in the commands that its errors suggest, so that they can be pasted."""

import re

from cfstream.errors import CfstreamError

USES_AWS = (
    *(
        "access",
        "apply",
        "delete",
        "destroy",
        "doctor",
        "import",
        "keys rotate",
        "list",
        "permissions",
        "plan",
    ),
    *("show", "snapshot", "verify", "wait"),
)
"""The commands that connect to AWS."""

_COMMAND = re.compile(rf"((?:`|: )cfstream (?:{'|'.join(USES_AWS)})\b[^`;,\n(]*?)(?=`|;|,|\n| \(|$)")
"""A command in backticks, or one that follows a colon: other mentions are part of a sentence."""


def repeat_flags(error: CfstreamError, flags: str) -> None:
    """Add the flags to each suggested command of an error that has none of them yet."""
    names = [word for word in flags.split() if word.startswith("--")]
    if names:
        error.do = _COMMAND.sub(
            lambda found: found[1] if any(name in found[1] for name in names) else found[1] + flags, error.do
        )
