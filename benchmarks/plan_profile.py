"""Measures where the CPU time of a plan goes, with a sampler in its process."""

import json
from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from benchmarks import fleets
from benchmarks.bench import Bench
from benchmarks.results import Profile, Result


def rows(bench: Bench) -> Iterator[Result]:
    """Yield the profile of a plan of one stack, and of 100."""
    for size in sorted({1, 100 if 100 in bench.scale.fleets else bench.scale.fleets[-1]}):
        with fleets.fleet(bench, size) as served:
            found = [_parts(bench, served) for _ in range(bench.scale.few + 1)]
        names = {name for each in found for name in each}
        parts = {name: median(each[name] for each in found[1:]) * 1e3 for name in names}
        largest = dict(sorted(parts.items(), key=lambda item: -item[1]))
        what = f"plan of {size} stack{'s' * (size > 1)}, cold cache"
        yield Profile(f"plan-{size}", what, {name: round(value, 1) for name, value in largest.items()})


def _parts(bench: Bench, fleet: "fleets.Fleet") -> defaultdict[str, float]:
    """Return the seconds of each part. What the sampler itself used is left out."""
    fleet.forget()
    file = bench.scratch / "sampled.json"
    arguments = ("plan", str(fleet.specs), "--check", "-q", "--endpoint-url", fleet.endpoint)
    bench.python("-m", "benchmarks.sampled", str(file), *arguments, XDG_CACHE_HOME=str(fleet.cache))()
    return defaultdict(float, json.loads(file.read_text())["parts"])
