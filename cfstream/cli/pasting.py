"""Repeat the flags of a run in the commands that its errors suggest, so that they can be pasted."""

import re
from dataclasses import replace

from cfstream.errors import CfstreamError, SpecProblems

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
    """Add the flags to each suggested command of an error, or of its problems, that has none of them yet."""
    error.do = with_flags(error.do, flags)
    if isinstance(error, SpecProblems):
        error.problems = tuple(replace(each, do=with_flags(each.do, flags)) for each in error.problems)


def with_flags(do: str, flags: str) -> str:
    """Return advice with the flags in its commands. A plan from a snapshot does not use AWS, and gets none."""
    given = [*(word for word in flags.split() if word.startswith("--")), "--live"]
    if len(given) == 1:
        return do
    return _COMMAND.sub(
        lambda found: found[1] if any(name in found[1] for name in given) else found[1] + flags, do
    )
