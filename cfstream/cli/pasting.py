"""Repeat the flags of a run in the commands that its errors suggest, so that they can be pasted."""

import os
import re
import shlex
from collections.abc import Sequence
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

WITHOUT_AWS = ("--live", "--help")
"""Flags with which they do not connect."""

SPECS = (".yaml", ".yml")

MANY = 5
"""A command with more specs than this names their folder, if they are all the specs that it has."""

_COMMAND = re.compile(rf"((?:`|: )cfstream (?:{'|'.join(USES_AWS)})\b[^`;,\n(]*?)(?=`|;|,|\n| \(|$)")
"""A command in backticks, or one that follows a colon: other mentions are part of a sentence."""


def repeat_flags(error: CfstreamError, flags: str) -> None:
    """Add the flags to each suggested command of an error, or of its problems, that has none of them yet."""
    error.do = with_flags(error.do, flags)
    if isinstance(error, SpecProblems):
        error.problems = tuple(replace(each, do=with_flags(each.do, flags)) for each in error.problems)


def with_flags(do: str, flags: str) -> str:
    """Return advice with the flags in its commands.

    A plan from a snapshot and a command that shows its help do not use AWS, and get none.
    """
    given = [*(word for word in flags.split() if word.startswith("--")), *WITHOUT_AWS]
    if len(given) == len(WITHOUT_AWS):
        return do
    return _COMMAND.sub(
        lambda found: found[1] if any(name in found[1] for name in given) else found[1] + flags, do
    )


def command(words: Sequence[str]) -> str:
    """Return a command to be pasted. It names a folder if the words have all of its specs: ``specs/*.yaml``."""
    return shlex.join(_with_folders(words))


def _specs_under(folder: str) -> set[str]:
    from cfstream.spec.files import Disk

    found = Disk().under(folder, lambda _: None)
    return {os.path.normpath(each) for each in found if each.endswith(SPECS)}


def _with_folders(words: Sequence[str]) -> list[str]:
    """Return the words, with a folder in place of its files if they are all the specs that it has."""
    if len(words) <= MANY:
        return list(words)
    folders: dict[str, set[str]] = {}
    for word in words:
        if word.endswith(SPECS) and not word.startswith("-"):
            folders.setdefault(os.path.dirname(word) or ".", set()).add(os.path.normpath(word))
    whole = {
        folder for folder, named in folders.items() if len(named) > MANY and named == _specs_under(folder)
    }

    def of_whole(word: str) -> str:
        folder = os.path.dirname(word) or "."
        return folder if folder in whole and os.path.normpath(word) in folders[folder] else word

    return list(dict.fromkeys(map(of_whole, words))) if whole else list(words)
