"""Measures the short commands: help, version, completion, validate, verify, and the sandbox's edge."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import fleet_specs
from benchmarks.bench import ROOT, Bench
from benchmarks.processes import Run, alternate
from benchmarks.results import Figure, Point, Result, Row

SPEC = str(ROOT / "examples" / "lectures-http.yaml")


def start_up(bench: Bench) -> Iterator[Result]:
    """Yield the rows of the shortest commands, compared with the same commands of other tools in Python.

    The help of the AWS CLI is left out: another program shows it as a manual page.
    """
    completing = {"_CFSTREAM_COMPLETE": "complete_bash", "COMP_WORDS": "cfstream pl", "COMP_CWORD": "1"}
    aws = {"COMP_LINE": "aws cloudfront li", "COMP_POINT": "17"}
    ours, s3cmd, version, aws_version, tab, aws_tab = alternate(
        bench.cfstream("--help"),
        bench.tool("s3cmd", "--help"),
        bench.cfstream("--version"),
        bench.tool("aws", "--version"),
        bench.cfstream(**completing),
        bench.tool("aws_completer", **aws),
        rounds=bench.scale.rounds,
    )
    yield Row("help", "cfstream --help", _seconds(ours), "s3cmd --help", _seconds(s3cmd), limit=1.25)
    yield Row("version", "cfstream --version", _seconds(version), "aws --version", _seconds(aws_version))
    yield Row("completion", "completing a command", _seconds(tab), "aws_completer", _seconds(aws_tab))


def validate(bench: Bench) -> Iterator[Result]:
    """Yield the rows of validating one spec, and many."""
    (one,) = alternate(bench.cfstream("validate", SPEC), rounds=bench.scale.rounds)
    yield Row("validate-1", "validate, 1 spec", _seconds(one), limit=0.2)
    yield _specs_point(1, one)
    many = bench.scale.specs
    for size in sorted({many // 10, many}):
        folder = fleet_specs.write(bench.scratch / f"specs-{size}", range(size))
        (runs,) = alternate(bench.cfstream("validate", str(folder), "-q"), rounds=bench.scale.few)
        yield _specs_point(size, runs)
    whole = many >= 1_000
    yield Row(f"validate-{many}", f"validate, {many:,} specs", _seconds(runs), limit=2.5 if whole else None)
    memory = Figure.of("MiB", [run.peak_mib for run in runs])
    limit = 200.0 if whole else None
    yield Row(f"validate-{many}-memory", f"memory of validate, {many:,} specs", memory, limit=limit)


def verify(bench: Bench) -> Iterator[Result]:
    """Yield the row of verifying one stack without a key."""
    with _live_stack(bench):
        (runs,) = alternate(bench.cfstream("verify", "seminars.yaml", "--sandbox"), rounds=bench.scale.few)
    yield Row("verify", "cfstream verify, one stack", _seconds(runs), limit=3.0)


def edge(bench: Bench) -> Iterator[Result]:
    """Yield how many segments per second the sandbox's edge serves on one core, and its memory."""
    with _live_stack(bench) as (endpoint, signed):
        pid = str(json.loads(bench.cfstream("sandbox", "status", "--format", "json")().printed)["pid"])
        cookies = "; ".join(f"{name}={value}" for name, value in signed["cookies"].items())
        host = signed["url"].split("/")[2]
        load = bench.command(
            sys.executable, "-m", "benchmarks.edge_load", host, cookies, pid, AWS_ENDPOINT_URL=endpoint
        )
        result = json.loads(load().printed)
    rate = Figure.of("/s", [1 / result["seconds"]])
    yield Row("edge", "edge of the sandbox, 64 KiB segments, a core", rate, limit=500.0)
    early, late = (Figure.of("MiB", [result[name]]) for name in ("early", "late"))
    what = f"memory of the edge after {result['requests']:,} requests"
    yield Row("edge-memory", what, late, f"after {result['requests'] // 5:,}", early, limit=1.1)


@contextmanager
def _live_stack(bench: Bench) -> Iterator[tuple[str, Any]]:
    """Run a sandbox with one stack. Yield its endpoint, and signed cookies for a folder."""
    if not (bench.scratch / "seminars.yaml").exists():
        bench.cfstream("init", "seminars", "--new-key")()
    printed = bench.cfstream("sandbox", "up")().printed
    try:
        bench.cfstream("apply", "seminars.yaml", "--yes", "--sandbox")()
        spec = ("--spec", "seminars.yaml", "--key", "keys/seminars-1.pem", "--expires", "1h", "--sandbox")
        sign = bench.cfstream("sign", "hls/", "--for", "hls", "--cookies", "--format", "json", "-q", *spec)
        yield re.findall(r"http://[\d.:]+", printed)[0], json.loads(sign().printed)
    finally:
        bench.cfstream("sandbox", "down")()


def _seconds(runs: list[Run]) -> Figure:
    return Figure.of("s", [run.seconds for run in runs])


def _specs_point(size: int, runs: list[Run]) -> Point:
    best = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    return Point("validate", size, {"seconds": round(best.seconds, 3), "MiB": round(best.peak_mib, 1)})
