"""Measures applies of new stacks in a sandbox in which a write takes a while until it is Deployed."""

import json
import re
from collections import Counter
from collections.abc import Iterator

from benchmarks import fleet_specs
from benchmarks.bench import Bench
from benchmarks.processes import Run
from benchmarks.results import Figure, Point, Result, Row

QUOTAS = dict.fromkeys(("distributions", "origin_access_controls", "public_keys", "key_groups"), 10_000)
POLLS = "get_distribution"
"""Only waits make this call when they poll: the outputs of a stack come from its last poll."""


def rows(bench: Bench) -> Iterator[Result]:
    """Yield the rows of one stack and of many. Each is applied once, because most of the time is waiting."""
    for size in sorted({1, bench.scale.applied}):
        run, calls = _applied(bench, size)
        deploy = bench.scale.deploy
        waits = Figure.of("deploys", [run.seconds / deploy])
        full = deploy >= 60
        what = f"apply of {size} new stack{'s' * (size > 1)}, deploys of {deploy:.0f} s, without verify"
        limit = 1.5 if full and size > 1 else None
        yield Row(f"apply-{size}", what, waits, f"{run.seconds:.1f} s in all", limit=limit)
        counted = calls.total() - calls[POLLS]
        each = Figure.of("calls", [counted / size])
        what = f"calls for each of {size} new stack{'s' * (size > 1)}, without polling"
        yield Row(f"apply-{size}-calls", what, each, limit=18.0 if full and size > 1 else None)
        values = {
            "seconds": round(run.seconds, 1),
            "calls": float(counted),
            "polls": float(calls[POLLS]),
        }
        yield Point("apply", size, values)


def _applied(bench: Bench, size: int) -> tuple[Run, Counter[str]]:
    """Apply new stacks in an empty sandbox. Return the run, and how often it called each operation."""
    specs = fleet_specs.write(bench.scratch / f"apply-{size}", range(size), create=True)
    bench.cfstream("sandbox", "up")()
    try:
        bench.cfstream("sandbox", "reset", "--yes")()
        settings = (f"deploy_after_seconds={bench.scale.deploy}", f"quotas={json.dumps(QUOTAS)}")
        bench.cfstream("sandbox", "set", *settings)()
        run = bench.cfstream("apply", str(specs), "--yes", "--no-verify", "--sandbox", "-v")()
    finally:
        bench.cfstream("sandbox", "down")()
    return run, Counter(re.findall(CALL, run.printed, re.M))


CALL = r"^(?:cloudfront|s3|s3control|sts|resourcegroupstaggingapi) (\w+) [\d.]+ s "
"""A line of `-v`."""
