"""Who can read before and after a plan, as phrases: also which paths its readers cannot read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from cfstream.domain.distribution import account_words
from cfstream.spec.wording import some_of
from cfstream.wildcards import like

if TYPE_CHECKING:
    from cfstream.planning import StackPlan
    from cfstream.planning.exposure import Exposure

SOME = 5
"""How many excluded patterns people see; JSON has all."""


def readers_before(exposure: "Exposure") -> tuple[str, ...]:
    """Return who can read before the plan, for people."""
    return tuple(map(prose, _shown(exposure, SOME)[0]))


def readers_after(exposure: "Exposure") -> tuple[str, ...]:
    """Return who can read after the plan, for people."""
    return tuple(map(prose, _shown(exposure, SOME)[1]))


def before_and_after(exposure: "Exposure") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who can read before and after the plan as in JSON: with every excluded path."""
    return _shown(exposure)


_IN_JSON = re.compile(r"(?<!\bkey-group )\bkey-group (?=\S)")
"""The word of JSON before the name of a key group. A group may itself have the name ``key-group``."""

_OWN_ACCOUNT = re.compile(r"^(signers: (?:.*?, )?)self\b")
"""The word of specs for the own account, among signers."""

_ONE_SIGNER = re.compile(r"^signer (self|\d{12}) ")

_OTHER_ACCOUNT = re.compile(r"(?<=[:,] )(?=\d{12}\b)")
"""Before the number of another account, among signers. The name of a key group has its own word before it."""


def prose(phrase: str) -> str:
    """Return a phrase of JSON as people read it: ``signers: key group lectures-signers, this account``."""
    words = _IN_JSON.sub("key group ", phrase)
    if words.startswith("signers: "):
        return _OTHER_ACCOUNT.sub("account ", _OWN_ACCOUNT.sub(r"\1this account", words))
    return _ONE_SIGNER.sub(lambda found: f"signers of {account_words(found[1])} ", words)


def with_excluded(paths: str, excluded: Sequence[str], most: int | None = SOME) -> str:
    """Return ``/* except /acme/*, /globex/*``; of many patterns at most so many, and all if `most` is None."""
    return f"{paths} except {some_of(excluded, most or len(excluded))}" if excluded else paths


def paths_with_excluded(paths: Sequence[str], excluded: Sequence[str]) -> str:
    """Return the paths of a reader in words: ``/* except /globex/*``, also if ``/acme/*`` is another path of it.

    A path inside an excluded one is named behind it: ``/* except /acme/*, and /acme/free/*``.
    """
    if not excluded:
        return ", ".join(paths)
    again = [path for path in paths if any(_includes(each, path) for each in excluded)]
    outer = [path for path in paths if path not in again]
    outer = [path for path in outer if not any(path != each and _includes(each, path) for each in outer)]
    if not outer:
        return ", ".join(paths)
    # After several paths, a semicolon shows that the exception is of all of them.
    text = with_excluded(", ".join(outer) + ";" * (len(outer) > 1), excluded)
    return f"{text}, and {', '.join(again)}" if again else text


def _includes(pattern: str, path: str) -> bool:
    """Return whether a pattern certainly matches everything that another one matches."""
    return "?" not in pattern and like(pattern, path)


def openings_counted(stacks: "Iterable[StackPlan]") -> str:
    """Return ``1 opening`` or ``2 openings``; empty if there are none."""
    number = sum(len(stack.exposure.openings) for stack in stacks)
    return f"{number} opening{'s' * (number != 1)}" if number else ""


WHAT_VERIFY_DOES = "cfstream verify exits with 7"
"""``plan --check`` exits with 0 for an opening, because that is not a change. So plans name this command."""


def as_specified(stacks: "Sequence[StackPlan]", what_then: str = f"; {WHAT_VERIFY_DOES}") -> str:
    """Return ``is as its spec says``, the same for several stacks, and the openings."""
    several = len(stacks) > 1
    opened = openings_counted(stacks)
    but = f", but {'have' if several else 'has'} {opened}: see above{what_then}" if opened else ""
    return ("are as their specs say" if several else "is as its spec says") + but


def _shown(exposure: "Exposure", most: int | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the phrases before and after. A phrase with paths on one side has them on both."""
    within, excluded = exposure.within, exposure.excluded
    limited = {*within.before, *within.after}

    def phrase(text: str, limits: Mapping[str, Sequence[str]], without: Mapping[str, Sequence[str]]) -> str:
        paths = limits.get(text, (_parts(text)[1],)) if text in limited else ()
        return _phrase(text, paths, without.get(text, ()), most)

    return (
        tuple(phrase(each, within.before, excluded.before) for each in exposure.before),
        tuple(phrase(each, within.after, excluded.after) for each in exposure.after),
    )


def _parts(phrase: str) -> tuple[str, str]:
    """Return a phrase without its path, and the path: ``/*`` if it has none."""
    who, _, path = phrase.removesuffix(")").rpartition(" (") if phrase.endswith(")") else (phrase, "", "/*")
    return who, path


def _phrase(phrase: str, within: Sequence[str], excluded: Sequence[str], most: int | None) -> str:
    """Return the phrase with its paths and the excluded ones: ``signers: self (/* except /acme/*)``."""
    if not excluded and not within:
        return phrase
    who, path = _parts(phrase)
    paths = some_of(within, most or len(within)) if within else path
    return f"{who} ({with_excluded(paths, excluded, most)})"
