"""Ask for a ``yes`` on the terminal before something is written."""

import sys

from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import WrongUsage

SHORT = frozenset({"y", "ye", "yes"})
"""Answers that mean yes and are not typed as asked, in any case. The question is asked again."""

TIMES = 3
"""How often it is asked."""


def refuse_without_terminal(command: str, do: str) -> None:
    """Raise WrongUsage if nobody can answer. Every command that asks does this, so none writes without a `--yes`."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise WrongUsage(f"{command} asks for confirmation, and there is no terminal", do)


def is_confirmed(action: str, terminal: Terminal, *, command: str, do: str, before: str = "") -> bool:
    """Return whether the answer is exactly ``yes``. `before` is a sentence before the question.

    Raises WrongUsage without a terminal: `do` is how to confirm the command then.
    """
    refuse_without_terminal(command, do)
    question = f"{before}Type yes to {action}: "
    for _ in range(TIMES):
        terminal.tell(question)
        answer = sys.stdin.readline().strip()
        if answer == "yes" or answer.casefold() not in SHORT:
            return answer == "yes"
        question = f"Please write the whole word. Type yes to {action}: "
    return False
