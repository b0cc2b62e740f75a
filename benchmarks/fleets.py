"""Measures plans without changes of 1 to 1,000 stacks, and a plan in a throttled account, against `recorded.c`.

cfstream, and plain boto3 with the same calls in 8 threads, run in turns against the same server.
"""

import hashlib
import json
import re
import shutil
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import fleet_specs
from benchmarks.bench import HERE, ROOT, YARDSTICKS, Bench
from benchmarks.processes import Run, RunError, alternate
from benchmarks.results import Figure, Point, Result, Row

LIMITS = {"cold": 4.2, "warm": 3.2}
"""Calls for each stack of 100."""
THROTTLE = 5


def rows(bench: Bench) -> Iterator[Result]:
    """Yield the rows and points of all sizes."""
    colds: dict[int, list[Run]] = {}
    for size in bench.scale.fleets:
        with fleet(bench, size) as served:
            yield from _one_stack(served) if size == 1 else _many(served, colds)
    yield _linear(colds)
    yield from ceiling(bench)


def throttled(bench: Bench) -> Iterator[Result]:
    """Yield the rows of a plan in an account that accepts 5 calls of CloudFront in a second."""
    size = bench.scale.throttled
    taken, least, bursts = [], [], []
    with fleet(bench, size, 0, THROTTLE) as served:
        for _ in range(min(bench.scale.few, 2)):
            run = served.cold()
            counted = served.counted()
            taken.append(run.seconds)
            least.append((counted["cloudfront"] - counted["refused"]) / THROTTLE)
            bursts.append(counted["busiest"])
    yield Row(
        f"throttled-{size}",
        f"plan of {size} stacks, {THROTTLE} calls a second",
        Figure.of("s", taken),
        "the limit's own time",
        Figure.of("s", least),
        limit=1.2 if bench.scale.large else None,
    )
    yield Row(
        f"throttled-burst-{size}",
        f"calls in the busiest second after the first refusal, {size} stacks",
        Figure.of("calls", bursts),
        limit=float(THROTTLE),
    )


def ceiling(bench: Bench) -> Iterator[Row]:
    """Yield how many requests the server of recorded answers takes."""
    from benchmarks.ceiling import rate

    with fleet(bench, bench.scale.fleets[0]) as served:
        target = f"/{fleet_specs.bucket(0)}?policy"
        found = rate(served.endpoint, served.pid, target, b"HTTP/1.1 200")
    yield Row("plan-ceiling", "the recorded AWS itself, a bucket's policy", None, "on a core", found)


class Fleet:
    """The specs of a fleet, and the server of its answers."""

    def __init__(self, bench: Bench, folder: Path, size: int, endpoint: str, pid: int) -> None:
        self.bench, self.size, self.endpoint, self.pid = bench, size, endpoint, pid
        self.specs = folder / f"{size}"
        self.cache = bench.scratch / "cache"

    def _plan(self) -> Run:
        self._control("/-/reset")
        return self.bench.cfstream(
            "plan", str(self.specs), "--check", "-q", "--endpoint-url", self.endpoint,
            XDG_CACHE_HOME=str(self.cache),
        )()  # fmt: skip

    def cold(self) -> Run:
        """Run a plan without a cache."""
        self.forget()
        return self._plan()

    def forget(self) -> None:
        """Delete the cache."""
        shutil.rmtree(self.cache, ignore_errors=True)

    def warm(self) -> Run:
        """Run a plan with the cache of the plan before."""
        return self._plan()

    def boto3(self, *more: str) -> Run:
        """Run the same calls with plain boto3."""
        self._control("/-/reset")
        script = str(YARDSTICKS / "fleet_boto3.py")
        return self.bench.python(script, *more, AWS_ENDPOINT_URL=self.endpoint)()

    def counted(self) -> dict[str, int]:
        """Return the counts of the server. Raises RunError if it did not know a request."""
        counts: dict[str, int] = json.loads(self._control("/-"))
        if counts["unknown"]:
            raise RunError(f"{counts['unknown']} requests were not recorded: see {self.bench.scratch}")
        return counts

    def some_id(self) -> str:
        """Return the id of a distribution of the fleet."""
        found = re.search(
            rb"GET /2020-05-31/distribution/(E[A-Z0-9]+)\n", self.specs.with_suffix(".answers").read_bytes()
        )
        return found[1].decode() if found else ""

    def _control(self, path: str) -> bytes:
        with urllib.request.urlopen(self.endpoint + path) as answer:
            found: bytes = answer.read()
        return found


@contextmanager
def fleet(bench: Bench, size: int, latency: int = 0, rate: int = 0) -> Iterator[Fleet]:
    """Serve the recorded answers about so many stacks."""
    folder = recorded(bench)
    with bench.serving("recorded", str(folder / f"{size}.answers"), str(latency), str(rate)) as (
        endpoint,
        pid,
    ):
        yield Fleet(bench, folder, size, endpoint, pid)


def recorded(bench: Bench) -> Path:
    """Return the folder with the recorded answers. They are recorded again if the code or the sizes change."""
    digest = hashlib.sha256()
    for file in (*sorted((ROOT / "cfstream").rglob("*.py")), HERE / "record.py", HERE / "fleet_specs.py"):
        digest.update(file.read_bytes())
    code, sizes = digest.hexdigest()[:16], [str(size) for size in bench.scale.fleets]
    folder = bench.tools.parent / "fleets" / "-".join((code, *sizes))
    if not folder.exists():
        began = time.perf_counter()
        print(f"applying {sizes[-1]} stacks in the sandbox, and recording its answers …", file=sys.stderr)
        for old in folder.parent.glob("*"):
            if not old.name.startswith(code) or old.suffix == PARTIAL:
                shutil.rmtree(old)
        partial = folder.with_suffix(PARTIAL)
        partial.mkdir(parents=True)
        bench.python("-m", "benchmarks.record", str(partial), *sizes)()
        partial.rename(folder)
        print(f"recorded in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return folder


PARTIAL = ".partial"


def _one_stack(fleet: Fleet) -> Iterator[Result]:
    """Yield the rows of one stack, compared with scripts that make three of its reads."""
    bench, calls = fleet.bench, {}
    script, shell = str(YARDSTICKS / "reads_boto3.py"), str(YARDSTICKS / "reads_aws_cli.sh")
    bucket = fleet_specs.bucket(0)

    def cold() -> Run:
        result = fleet.cold()
        calls["cold"] = fleet.counted()["answered"]
        return result

    ours, boto3, aws = alternate(
        cold,
        bench.python(script, bucket, AWS_ENDPOINT_URL=fleet.endpoint),
        bench.command("sh", shell, bucket, str(bench.tools), AWS_ENDPOINT_URL=fleet.endpoint),
        rounds=bench.scale.rounds,
    )
    what, seconds = "plan of 1 stack, nothing to do", _seconds(ours)
    yield Row("plan-1-boto3", what, seconds, "bare boto3, three reads", _seconds(boto3), limit=1.2)
    yield Row("plan-1-aws", what, seconds, "AWS CLI, the same three", _seconds(aws))
    yield Row("plan-1-calls", "calls of this plan", Figure.of("calls", [calls["cold"]]), limit=14)
    yield _point("cold", fleet, ours, calls["cold"])


def _many(fleet: Fleet, colds: dict[int, list[Run]]) -> Iterator[Result]:
    bench, size, calls = fleet.bench, fleet.size, {}

    def counting(name: str, way: Callable[[], Run]) -> Callable[[], Run]:
        def run() -> Run:
            result = way()
            calls[name] = fleet.counted()["answered"]
            return result

        return run

    rounds = max(bench.scale.rounds // 3, 1) if size <= 100 else bench.scale.few
    if size >= 1_000:
        rounds = max(rounds - 1, 1)
    ways = {
        "cold": fleet.cold,
        "boto3 cold": fleet.boto3,
        "warm": fleet.warm,
        "boto3 warm": lambda: fleet.boto3("warm"),
    }
    found = alternate(*(counting(*each) for each in ways.items()), rounds=rounds, warm_up=size <= 100)
    runs = dict(zip(ways, found, strict=True))
    colds[size] = runs["cold"]
    at_100 = size == 100
    for cache in ("cold", "warm"):
        if calls[cache] != calls[f"boto3 {cache}"]:
            raise RunError(f"boto3 makes {calls[f'boto3 {cache}']} calls, and cfstream {calls[cache]}")
        own = runs[cache]
        what = f"plan of {size:,} stacks, {cache} cache"
        beside = "bare boto3, the same calls"
        theirs = _seconds(runs[f"boto3 {cache}"])
        yield Row(f"plan-{size}-{cache}", what, _seconds(own), beside, theirs, limit=1.3 if at_100 else None)
        each = Figure.of("calls", [calls[cache] / size])
        limit = LIMITS[cache] if at_100 else None
        yield Row(
            f"plan-{size}-{cache}-calls",
            f"calls for each of {size:,} stacks, {cache} cache",
            each,
            limit=limit,
        )
        cpu = Figure.of("ms", [each.cpu * 1e3 / size for each in own])
        limit = 18.0 if at_100 else None
        yield Row(
            f"plan-{size}-{cache}-cpu", f"CPU for each of {size:,} stacks, {cache} cache", cpu, limit=limit
        )
        yield _point(cache, fleet, own, calls[cache])
        yield _point(f"boto3 {cache}", fleet, runs[f"boto3 {cache}"], calls[cache])
    memory = Figure.of("MiB", [each.peak_mib for each in runs["cold"]])
    limit = 300.0 if size >= 1_000 else None
    yield Row(f"plan-{size}-memory", f"memory of a plan of {size:,} stacks", memory, limit=limit)
    if at_100 or size == bench.scale.fleets[-1]:
        yield from _aws_cli(fleet, runs["cold"])


def _aws_cli(fleet: Fleet, ours: list[Run]) -> Iterator[Row]:
    """Yield the row of a loop with the AWS CLI, measured with one stack."""
    bench = fleet.bench
    shell = str(YARDSTICKS / "fleet_aws_cli.sh")
    arguments = (fleet.some_id(), fleet_specs.bucket(0), str(bench.tools))
    (aws,) = alternate(
        bench.command("sh", shell, *arguments, AWS_ENDPOINT_URL=fleet.endpoint), rounds=bench.scale.few
    )
    yield Row(
        f"plan-{fleet.size}-aws",
        f"plan of {fleet.size:,} stacks, cold cache",
        _seconds(ours),
        f"AWS CLI, four reads of one stack, × {fleet.size:,}",
        _seconds(aws).times(fleet.size),
    )


def _linear(colds: dict[int, list[Run]]) -> Row:
    """Return the row that compares the time for each stack of the largest fleet with that of 100."""
    largest = max(colds)
    few = 100 if 100 in colds and largest > 100 else min(colds)
    each = {size: Figure.of("ms", [run.seconds * 1e3 / size for run in runs]) for size, runs in colds.items()}
    limit = 1.2 if largest >= 1_000 else None
    what = f"time for each of {largest:,} stacks"
    return Row("plan-linear", what, each[largest], f"for each of {few:,}", each[few], limit=limit)


def _seconds(runs: list[Run]) -> Figure:
    return Figure.of("s", [run.seconds for run in runs])


def _point(series: str, fleet: Fleet, runs: list[Run], calls: int) -> Point:
    best = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    values = {"seconds": best.seconds, "cpu": best.cpu, "MiB": best.peak_mib, "calls": float(calls)}
    return Point(series, fleet.size, {name: round(value, 3) for name, value in values.items()})
