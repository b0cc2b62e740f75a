"""Who can read before and after a plan, as phrases for people: also which paths its readers cannot read."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cfstream.spec.wording import some_of

if TYPE_CHECKING:
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


def _shown(phrases: Sequence[str], excluded: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(_phrase(phrase, excluded.get(phrase, ())) for phrase in phrases)


def _phrase(phrase: str, excluded: Sequence[str]) -> str:
    """Return the phrase with its path and the excluded ones: ``signers: self (/* except /acme/*)``."""
    if not excluded:
        return phrase
    who, _, path = phrase.removesuffix(")").rpartition(" (") if phrase.endswith(")") else (phrase, "", "/*")
    return f"{who} ({with_excluded(path, excluded)})"
