"""Measures cfstream and other tools, and prints a table with the limits.

The seconds depend on the machine and its load. The ratios and their limits matter.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from benchmarks import (
    ansible,
    applies,
    commands,
    fleets,
    grants,
    in_process,
    interrupted,
    page,
    plan_profile,
    table,
)
from benchmarks.bench import ROOT, SCALES, Bench
from benchmarks.page import FIGURES
from benchmarks.results import Result, Row, Section

SECTIONS: dict[str, Callable[[Bench], Iterator[Result]]] = {
    "start-up": commands.start_up,
    "validate": commands.validate,
    "plans": fleets.rows,
    "throttled": fleets.throttled,
    "playbook": ansible.rows,
    "applies": applies.rows,
    "grants": grants.rows,
    "grants-30ms": grants.late_rows,
    "grants-tls": grants.tls_rows,
    "grants-memory": grants.memory,
    "grants-10-million": grants.memory_of_ten_million,
    "grants-interrupted": interrupted.rows,
    "signing": in_process.signing,
    "access": in_process.access,
    "edge": commands.edge,
    "verify": commands.verify,
    "profile": plan_profile.rows,
}
"""The sections in the order of the table. Each is measured and stored alone."""

NOT_QUICK = frozenset({"playbook", "applies", "grants-memory", "grants-interrupted", "edge"})
"""The sections that `make bench` leaves out, because they take long."""

ONLY_BY_NAME = frozenset({"grants-10-million"})
"""The sections that take about half an hour each."""


def main() -> int:
    """Print the table. Return 1 if a section could not be measured."""
    arguments = _parser().parse_args()
    folder = arguments.out or (FIGURES if arguments.scale == "full" else ROOT / ".venv" / "bench" / "figures")
    names = [name for name in SECTIONS if _chosen(name, arguments.only, arguments.scale)]
    failed = []
    print("\n".join(table.HEAD), flush=True)
    with tempfile.TemporaryDirectory(prefix="cfstream-bench-") as scratch:
        bench = Bench(Path(scratch), arguments.tools.absolute(), SCALES[arguments.scale])
        for name in names:
            began, section = time.perf_counter(), Section(folder, name)
            try:
                for result in SECTIONS[name](bench):
                    section.add(result)
                    if isinstance(result, Row):
                        print(table.line(result), flush=True)
                section.finish()
            except Exception as error:  # the other sections can still be measured
                print(f"error: {name} could not be measured: {error}", file=sys.stderr, flush=True)
                failed.append(name)
            print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    if folder == FIGURES:
        page.write()
    print(f"the figures are in {folder}", file=sys.stderr)
    return int(bool(failed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    tools = ROOT / ".venv" / "bench" / "bin"
    parser.add_argument(
        "--tools",
        type=Path,
        default=tools,
        help="directory with python, aws, s3cmd and ansible (%(default)s)",
    )
    parser.add_argument("--scale", choices=SCALES, default="quick", help="how much is measured (%(default)s)")
    parser.add_argument("--only", action="append", help=f"only this section, or GLOB: {', '.join(SECTIONS)}")
    parser.add_argument("--out", type=Path, help="the folder for the figures")
    return parser


def _chosen(name: str, patterns: list[str] | None, scale: str) -> bool:
    if patterns:
        return any(fnmatch(name, pattern) for pattern in patterns)
    return name not in ONLY_BY_NAME and (scale != "quick" or name not in NOT_QUICK)


if __name__ == "__main__":
    sys.exit(main())
