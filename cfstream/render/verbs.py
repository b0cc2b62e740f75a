"""How the verbs of steps are shown: with a sign and a colour, which are Terraform's, and summed."""

from collections.abc import Mapping

from cfstream.render.flow import Style, Word, printable
from cfstream.values import Verb

SIGNS: Mapping[Verb, tuple[str, Style]] = {
    Verb.CREATE: ("+", Style.GREEN),
    Verb.ADOPT: ("=", Style.YELLOW),
    Verb.MODIFY: ("~", Style.YELLOW),
    Verb.GRANT: (">", Style.GREEN),
    Verb.REVOKE: ("<", Style.RED),
    Verb.WAIT: (".", Style.CYAN),
    Verb.DISABLE: ("~", Style.YELLOW),
    Verb.DELETE: ("-", Style.RED),
}

ALWAYS_SUMMED = frozenset({Verb.CREATE, Verb.MODIFY, Verb.GRANT, Verb.DELETE})

VERB_WIDTH = max(map(len, Verb))


def summary_line(summary: Mapping[Verb, int]) -> str:
    """Return ``Plan: 2 to create, 0 to modify, 1 to grant, 0 to delete.``, with other verbs only if they occur."""
    counted = [f"{n} to {verb}" for verb, n in summary.items() if n or verb in ALWAYS_SUMMED]
    return f"Plan: {', '.join(counted)}."


def step_words(verb: Verb, address: object) -> list[Word]:
    """Return sign, verb and address of a step: the beginning of a line in plans and while applying."""
    sign, style = SIGNS[verb]
    return [Word(sign, style), Word(verb.ljust(VERB_WIDTH), style), Word(printable(str(address)), Style.BOLD)]
