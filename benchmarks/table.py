"""Writes rows as a table in Markdown."""

from benchmarks.results import Figure, Row

HEAD = ("| what | cfstream | compared with | ratio | limit | met |", "|---|---|---|---|---|---|")


def line(row: Row) -> str:
    """Return the line of a row."""
    ours = figure(row.ours) if row.ours else ""
    theirs = f"{row.beside}: {figure(row.theirs)}" if row.theirs else row.beside
    ratio = "" if row.ratio is None else number(row.ratio)
    met = "" if row.met is None else ("yes" if row.met else "**no**")
    return f"| {row.what} | {ours} | {theirs} | {ratio} | {_limit(row)} | {met} |"


def figure(value: Figure) -> str:
    """Return a figure: the median, and the range of several runs."""
    text = f"{number(value.median)} {value.unit}".replace(" /s", "/s")
    if value.runs == 1:
        return text
    return f"{text} ({number(value.low)}–{number(value.high)})"


def number(value: float) -> str:
    """Return a number with about three digits."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}".removesuffix(".0")
    return f"{value:.2f}".removesuffix(".00") if value >= 1 else f"{value:.3f}"


def _limit(row: Row) -> str:
    if row.limit is None or row.ours is None:
        return ""
    sign = "≥" if row.ours.unit == "/s" else "≤"
    unit = row.ours.unit
    enough = "" if row.enough is None else f" or {number(row.enough)} {unit}".replace(" /s", "/s")
    if row.ratio is not None:
        return f"{sign} {number(row.limit)}{enough}"
    return f"{sign} {number(row.limit)} {unit}".replace(" /s", "/s")
