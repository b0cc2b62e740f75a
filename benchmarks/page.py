"""Writes docs/speed.md and its charts from the figures: `python -m benchmarks.page`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import chart, results, table
from benchmarks.results import ROOT

DOCS = ROOT / "docs"
FIGURES = DOCS / "benchmarks"

TITLES = {
    "start-up": "Start",
    "validate": "Validate",
    "plans": "Plans without changes",
    "playbook": "Ansible",
    "applies": "Applies of new stacks",
    "throttled": "A throttled account",
    "grants": "Grants on objects, no latency",
    "grants-30ms": "Grants on objects, 30 ms",
    "grants-tls": "Grants on objects over TLS",
    "grants-memory": "Memory of grants",
    "grants-10-million": "Memory of ten million grants",
    "grants-interrupted": "Grants that are interrupted",
    "signing": "Signing",
    "access": "Who can read",
    "edge": "The sandbox's edge",
    "verify": "Verify",
}
"""The sections of the table, in this order."""

NOTES = {
    "plans": "A server of recorded answers (`benchmarks/recorded.c`) imitates AWS. The sandbox gave these answers "
    "once, about stacks that were applied. Each stack has its own bucket, origin access control, public key and key "
    "group. Plain boto3 makes the same calls in 8 threads, and compares nothing. A warm cache has the distributions of "
    "an earlier plan.",
    "playbook": "The modules of Ansible have no origin access control and no key groups, so the playbook has the "
    "closest: an identity, a bucket with its policy, and a distribution. It is run twice, and the second run counts. "
    "It has few stacks, and its time is multiplied.",
    "applies": "In the sandbox, with as many seconds until a write is Deployed as the row says. `verify` is left out.",
    "throttled": "The server refuses calls to CloudFront above the limit. The limit's own time is the accepted calls, "
    "divided by the limit.",
    "grants": "A small server (`benchmarks/acl_server.c`) imitates S3 and keeps the ACL of every object. Bare "
    "awscrt makes the same calls in two processes. Slower tools have fewer objects.",
    "grants-10-million": "This takes about half an hour, so neither `make bench` nor `make bench-full` runs it: "
    "`python -m benchmarks --scale full --only grants-10-million`.",
    "signing": "Ways without a cache sign for one viewer in 100, and their time is multiplied.",
}

INTRODUCTION = """\
# Speed

`make bench` measures whole processes on your machine and prints these tables in about two minutes. `make bench-full`
takes about half an hour, and writes this page.

- The programs of a row run in turns, against the same server on 127.0.0.1. A figure is the median of its runs, with
  their range in brackets.
- Rows without a limit are for comparison only. Other machines will give other times: compare the ratios.
- A row about a server itself shows how many requests it answers, so that you can see that it is not the bottleneck.
"""

SECONDS, MEMORY = "seconds", "MiB"


def charts(sections: dict[str, Any]) -> dict[str, str]:
    """Return the charts by the name of their file. A chart without figures is left out."""
    plans = sections.get("plans", {}).get("points", {})
    validate = sections.get("validate", {}).get("points", {})
    grants = _joined(sections, "grants", "grants-30ms", "grants-tls")
    memory = _joined(sections, "grants-memory", "grants-10-million")
    wanted = {
        "plan-seconds": ("Seconds of a plan without changes", "stacks", {
            "cold": _line(plans.get("cold"), SECONDS), "warm": _line(plans.get("warm"), SECONDS),
            "boto3, the same calls": _line(plans.get("boto3 cold"), SECONDS),
        }),
        "plan-calls": ("Calls of a plan without changes", "stacks", {
            "cold cache": _line(plans.get("cold"), "calls"), "warm cache": _line(plans.get("warm"), "calls"),
        }),
        "memory": ("MiB of a plan and of validate", "stacks", {
            "plan": _line(plans.get("cold"), MEMORY), "validate": _line(validate.get("validate"), MEMORY),
        }),
        "grants-seconds": ("Seconds of grants", "objects", {
            "no latency": _line(grants.get("object grants, no latency"), SECONDS),
            "30 ms": _line(grants.get("object grants, 30 ms"), SECONDS),
            "TLS": _line(grants.get("object grants over TLS, no latency"), SECONDS),
        }),
        "grants-memory": ("MiB of grants, all processes", "objects", {
            "cfstream": _line(memory.get("memory of grants"), MEMORY),
        }),
    }  # fmt: skip
    drawn = {}
    for name, (title, across, lines) in wanted.items():
        present = {label: line for label, line in lines.items() if len(line) > 1}
        if present:
            drawn[name] = chart.draw(title, across, present)
    return drawn


def _joined(sections: dict[str, Any], *names: str) -> dict[str, dict[str, dict[str, float]]]:
    """Return the points of several sections, by series."""
    joined: dict[str, dict[str, dict[str, float]]] = {}
    for name in names:
        for series, points in sections.get(name, {}).get("points", {}).items():
            joined.setdefault(series, {}).update(points)
    return joined


def _line(points: dict[str, dict[str, float]] | None, value: str) -> list[tuple[float, float]]:
    found = {int(size): values[value] for size, values in (points or {}).items() if values.get(value)}
    return sorted((float(size), cost) for size, cost in found.items())


def page(sections: dict[str, Any], drawn: dict[str, str]) -> str:
    """Return the page."""
    return "\n".join(_lines(sections, drawn)).rstrip() + "\n"


def _lines(sections: dict[str, Any], drawn: dict[str, str]) -> Iterator[str]:
    yield INTRODUCTION
    for name, title in TITLES.items():
        rows = [results.row_of(each) for each in sections.get(name, {}).get("rows", {}).values()]
        if rows:
            yield from (f"## {title}", "")
            if name in NOTES:
                yield from (NOTES[name], "")
            yield from (*table.HEAD, *map(table.line, rows), "")
    if drawn:
        yield from ("## How cost grows", "")
        yield "Both axes are logarithmic. [Very large accounts](arithmetic.md) continues the lines."
        yield ""
        for name, svg in drawn.items():
            title = svg.partition("<title>")[2].partition(":")[0]
            yield from (f"![{title}](benchmarks/{name}.svg)", "")
    yield from _profiles(sections)
    yield from _machines(sections)


def _profiles(sections: dict[str, Any]) -> Iterator[str]:
    profiles = list(sections.get("profile", {}).get("profiles", {}).values())
    if not profiles:
        return
    yield from (
        "## Where a plan's milliseconds go",
        "",
        "CPU time of all threads, sampled every millisecond in the process. Waiting does not count.",
        "",
        f"| part | {' | '.join(each['what'] for each in profiles)} |",
        f"|---|{'---|' * len(profiles)}",
    )
    for name in dict.fromkeys(name for each in reversed(profiles) for name in each["parts"]):
        cells = [_cell(each["parts"].get(name, 0.0), sum(each["parts"].values())) for each in profiles]
        yield f"| {name} | {' | '.join(cells)} |"
    wholes = [f"{sum(each['parts'].values()):,.0f} ms" for each in profiles]
    yield f"| **all** | {' | '.join(wholes)} |"
    yield from ("", NEXT, "")


def _cell(milliseconds: float, whole: float) -> str:
    return f"{milliseconds:,.0f} ms ({milliseconds / whole:.0%})" if milliseconds >= 0.5 else ""


NEXT = """\
What would be next:

- A plan of one stack mostly starts: it imports modules and loads botocore's models. A client that builds, signs and
  parses only the operations that cfstream uses would save most of that.
- In a plan of many stacks, the reads of each stack go through awscrt. Most of what is left of a call is its way between
  threads: from a stack's thread to awscrt's, and back. Fewer threads with many calls each would save part of it.
- Comparing, hazards and who can read grow linearly. They are spread over hundreds of functions. Several processes would
  use several cores."""


def _machines(sections: dict[str, Any]) -> Iterator[str]:
    """Yield on which machine and when the figures were measured. Sections of one machine are listed together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, section in sections.items():
        machine = section["machine"]
        stamps = [each["measured"][:10] for kind in ("rows", "profiles") for each in section[kind].values()]
        if stamps:
            key = (*(f"{machine[part]}" for part in MACHINE), max(stamps))
            found.setdefault(key, []).append(f"[{name}](benchmarks/{name}.json)")
    yield from ("## The machine, and the raw figures", "", f"| {' | '.join(HEADS)} | figures |")
    yield f"|---{'|---' * len(HEADS)}|"
    for key, names in found.items():
        yield f"| {' | '.join(key)} | {', '.join(names)} |"


MACHINE = ("cpu", "cores", "system", "python", "cfstream", "boto3", "awscrt", "compared")
HEADS = ("processor", "cores", "system", "Python", "cfstream", "boto3", "awscrt", "compared with", "day")


def write(docs: Path = DOCS) -> None:
    """Write the page and the charts."""
    sections = results.read(docs / "benchmarks")
    drawn = charts(sections)
    for old in (docs / "benchmarks").glob("*.svg"):
        old.unlink()
    for name, svg in drawn.items():
        (docs / "benchmarks" / f"{name}.svg").write_text(svg, encoding="utf-8")
    (docs / "speed.md").write_text(page(sections, drawn), encoding="utf-8")


if __name__ == "__main__":
    write()
