"""Show what a grant on many objects takes with each engine."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cfstream.render.flow import Page, Style, words
from cfstream.stack.grant_estimate import EngineEstimate, GrantEstimate

if TYPE_CHECKING:
    from cfstream.render.documents import GrantEstimateDocument

FAST = "cfstream[fast]"
HEADER = ("engine", "objects", "calls", "minutes", "price")


def title(estimate: GrantEstimate) -> str:
    """Return the heading: how many objects there are, and how many lack the grant."""
    if estimate.at_least:
        return f"Estimate for more than {estimate.objects:,} objects"
    lacking = "all" if estimate.lacking == estimate.objects else f"{estimate.lacking:,}"
    many = f"{estimate.objects:,} object{'s' * (estimate.objects != 1)}"
    return f"Estimate for {many}, {lacking} without the grant"


def rows(estimate: GrantEstimate) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each engine, in the order of `HEADER`."""
    least = _least(estimate)
    for each in estimate.engines:
        counts = (f"{least}{count:,}" for count in (each.objects, each.calls, each.minutes))
        fast = f" ({least}{each.fast_minutes:,} with {FAST})" if each.fast_minutes is not None else ""
        objects, calls, minutes = counts
        yield _name(each, estimate), objects, calls, f"{minutes}{fast}", _price(each, least)


def sentences(estimate: GrantEstimate) -> Iterator[tuple[str, str]]:
    """Yield the name of each engine, and what the grant takes with it."""
    least = _least(estimate)
    for each in estimate.engines:
        objects = f"{least}{each.objects:,} object{'s' * (each.objects != 1)}"
        parts = [objects, f"{least}{each.calls:,} calls", f"{least}{each.minutes:,} min"]
        if each.fast_minutes is not None:
            parts.append(f"or {least}{each.fast_minutes:,} min with {FAST}")
        parts += filter(None, [_price(each, least)])
        yield _name(each, estimate), ", ".join(parts)


def estimate_lines(estimate: GrantEstimate, sheet: Page) -> Iterator[str]:
    """Yield the heading, and a paragraph for each engine."""
    yield from sheet.flow(words(title(estimate)), first="  ", rest="    ")
    for name, text in sentences(estimate):
        style = Style.BOLD if name.startswith(f"{estimate.engine} ") else Style.PLAIN
        yield from sheet.flow([*words(f"{name}:", style), *words(text)], first="    ", rest="      ")


def estimate_document(estimate: GrantEstimate) -> "GrantEstimateDocument":
    """Return the estimate as plain values."""
    return {
        "objects": estimate.objects,
        "lacking": estimate.lacking,
        "at_least": estimate.at_least,
        "engine": estimate.engine,
        "because": estimate.because,
        "engines": [
            {
                "engine": each.engine,
                "objects": each.objects,
                "calls": each.calls,
                "minutes": each.minutes,
                "fast_minutes": each.fast_minutes,
                "unconfirmed_dollars": each.dollars,
            }
            for each in estimate.engines
        ],
    }


def _name(each: EngineEstimate, estimate: GrantEstimate) -> str:
    return f"{each.engine} (this plan)" if each.engine == estimate.engine else each.engine


def _least(estimate: GrantEstimate) -> str:
    return "at least " if estimate.at_least else ""


def _price(each: EngineEstimate, least: str) -> str:
    return "" if each.dollars is None else f"{least}${each.dollars:,.2f} and S3's requests (unconfirmed)"
