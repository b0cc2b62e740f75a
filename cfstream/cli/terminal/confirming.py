"""Ask for a ``yes`` on the terminal before something is written."""

import sys

from cfstream.cli.terminal.streams import Terminal

SHORT = frozenset({"y", "ye", "yes"})
"""Answers that mean yes and are not typed as asked, in any case. The question is asked again."""

TIMES = 3
"""How often it is asked."""


def is_confirmed(action: str, terminal: Terminal, *, before: str = "") -> bool:
    """Return whether the answer is exactly ``yes``. `before` is a sentence before the question."""
    question = f"{before}Type yes to {action}: "
    for _ in range(TIMES):
        terminal.tell(question)
        answer = sys.stdin.readline().strip()
        if answer == "yes" or answer.casefold() not in SHORT:
            return answer == "yes"
        question = f"Please write the whole word. Type yes to {action}: "
    return False
