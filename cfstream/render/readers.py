"""Who can read before and after a plan, as phrases for people: also which paths its readers cannot read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from cfstream.spec.wording import some_of

if TYPE_CHECKING:
    from cfstream.planning import StackPlan
    from cfstream.planning.exposure import Exposure

SOME = 5
"""How many excluded patterns people see; JSON has all."""


def readers_before(exposure: "Exposure") -> tuple[str, ...]:
    """Return who can read before the plan."""
    return _shown(exposure.before, exposure.excluded.before)


def readers_after(exposure: "Exposure") -> tuple[str, ...]:
    """Return who can read after the plan."""
    return _shown(exposure.after, exposure.excluded.after)


def with_excluded(paths: str, excluded: Sequence[str]) -> str:
    """Return ``/* except /acme/*, /globex/*``; of many patterns only some."""
    return f"{paths} except {some_of(excluded, SOME)}" if excluded else paths


def openings_counted(stacks: "Iterable[StackPlan]") -> str:
    """Return ``1 opening`` or ``2 openings``; empty if there are none."""
    number = sum(len(stack.exposure.openings) for stack in stacks)
    return f"{number} opening{'s' * (number != 1)}" if number else ""


def as_specified(stacks: "Sequence[StackPlan]") -> str:
    """Return ``is as its spec says``, the same for several stacks, and the openings."""
    several = len(stacks) > 1
    opened = openings_counted(stacks)
    but = f", but {'have' if several else 'has'} {opened}: see above" if opened else ""
    return ("are as their specs say" if several else "is as its spec says") + but


def _shown(phrases: Sequence[str], excluded: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(_phrase(phrase, excluded.get(phrase, ())) for phrase in phrases)


def _phrase(phrase: str, excluded: Sequence[str]) -> str:
    """Return the phrase with its path and the excluded ones: ``signers: self (/* except /acme/*)``."""
    if not excluded:
        return phrase
    who, _, path = phrase.removesuffix(")").rpartition(" (") if phrase.endswith(")") else (phrase, "", "/*")
    return f"{who} ({with_excluded(path, excluded)})"
