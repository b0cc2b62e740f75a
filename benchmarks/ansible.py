"""Measures Ansible's playbook for a fleet in the sandbox, beside the plan of cfstream for 100 stacks.

The second run is measured: nothing has changed in between. (The module for distributions updates its distribution all
the same.) The sandbox is slower than the server of recorded answers, by
milliseconds for each call. A task takes a second, because each one starts a Python.
"""

import json
import re
from collections.abc import Iterator

from benchmarks import fleets
from benchmarks.bench import YARDSTICKS, Bench
from benchmarks.processes import Run
from benchmarks.results import Figure, Result, Row


def rows(bench: Bench) -> Iterator[Result]:
    """Yield the row of a fleet. The playbook has a few stacks, and its time is multiplied."""
    size = 100 if 100 in bench.scale.fleets else bench.scale.fleets[-1]
    few = bench.scale.playbook
    printed = bench.cfstream("sandbox", "up")().printed
    try:
        bench.cfstream("sandbox", "reset", "--yes")()
        endpoint = re.findall(r"http://[\d.:]+", printed)[0]
        _play(bench, endpoint, few)
        runs = [_play(bench, endpoint, few) for _ in range(bench.scale.few)]
    finally:
        bench.cfstream("sandbox", "down")()
    theirs = Figure.of("s", [run.seconds for run in runs]).times(size / few)
    with fleets.fleet(bench, size) as served:
        ours = Figure.of("s", [served.cold().seconds for _ in range(bench.scale.few)])
    beside = f"Ansible's playbook, {few} stack{'s' * (few > 1)}, × {size / few:.0f}"
    limit = 1 / 40 if size == 100 else None
    yield Row(f"playbook-{size}", f"plan of {size} stacks, cold cache", ours, beside, theirs, limit=limit)


def _play(bench: Bench, endpoint: str, stacks: int) -> Run:
    names = json.dumps({"stacks": [f"film-{number}" for number in range(stacks)]})
    playbook = str(YARDSTICKS / "playbook.yml")
    return bench.tool(
        "ansible-playbook", "-i", "localhost,", "-e", names, playbook, AWS_ENDPOINT_URL=endpoint, LC_ALL="C.UTF-8"
    )()  # fmt: skip
