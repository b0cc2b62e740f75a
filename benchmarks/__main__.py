"""Measures cfstream and other tools, and prints a table with the limits.

The seconds depend on the machine and its load. The ratios and their limits matter.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import grants, signing, who_can_read
from benchmarks.processes import Run, RunError, alternate, run

ROOT = Path(__file__).resolve().parent.parent
YARDSTICKS = ROOT / "benchmarks" / "yardsticks"
SPEC = str(ROOT / "examples" / "lectures-http.yaml")
BUCKET = "lectures-media"
"""The bucket in SPEC, for the scripts, which read no spec."""
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    # No profiles, and no requests to the metadata service of an EC2 instance.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "PYTHONPATH": str(ROOT),
    "PATH": os.environ["PATH"],
}

Row = tuple[str, str, str, str, str, str]
"""What was measured, the result of cfstream and of the other tool, the ratio, its limit, and ``yes`` or ``NO``."""


@dataclass(frozen=True)
class Bench:
    """Settings of all measures: a scratch directory, the directory of the other tools, the number of runs."""

    scratch: Path
    tools: Path
    rounds: int
    latencies: dict[str, int] = field(default_factory=dict)
    """The milliseconds of each stand-in for S3, by its endpoint."""

    def latency_of(self, endpoint: str) -> int:
        """Return the latency of a stand-in."""
        return self.latencies.get(endpoint, 0)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a measured process."""
        home = {"HOME": str(self.scratch), "CFSTREAM_SANDBOX_DIR": str(self.scratch / "sandbox")}
        return {**ENVIRONMENT, **home, **more}

    def command(self, *argv: str, **environment: str) -> Callable[[], Run]:
        """Return a function that runs the command."""
        return partial(run, argv, self.environment(**environment), self.scratch)

    def cfstream(self, *arguments: str) -> Callable[[], Run]:
        """Return a function that runs the cfstream of this Python's environment."""
        return self.command(str(Path(sys.executable).parent / "cfstream"), *arguments)

    def tool(self, name: str, *arguments: str) -> Callable[[], Run]:
        """Return a function that runs another tool with its Python, because `#!` lines fail in paths with a space."""
        return self.command(str(self.tools / "python"), str(self.tools / name), *arguments)


def measure_help(bench: Bench) -> Iterator[Row]:
    """Measure the shortest commands, compared with the same commands of other tools in Python.

    The help of the AWS CLI is left out: another program shows it as a manual page.
    """
    ours, s3cmd, version, aws = alternate(
        bench.cfstream("--help"),
        bench.tool("s3cmd", "--help"),
        bench.cfstream("--version"),
        bench.tool("aws", "--version"),
        rounds=bench.rounds,
    )
    yield compared("cfstream --help", ours, "s3cmd --help", s3cmd, limit=1.25)
    yield compared("cfstream --version", version, "aws --version", aws)


def measure_validate(bench: Bench) -> Iterator[Row]:
    """Measure validating one spec."""
    (seconds,) = alternate(bench.cfstream("validate", SPEC), rounds=bench.rounds)
    yield "cfstream validate, one spec", f"{seconds:.3f} s", "", "", "0.200 s", verdict(met=seconds <= 0.2)


def measure_plan(bench: Bench) -> Iterator[Row]:
    """Measure a plan without changes, compared with scripts that make three of its reads."""
    printed = bench.cfstream("sandbox", "up")().printed
    try:
        endpoint = re.findall(r"http://[\d.:]+", printed)[0]
        bench.cfstream("apply", SPEC, "--yes", "--sandbox")()
        script, shell = str(YARDSTICKS / "reads_boto3.py"), str(YARDSTICKS / "reads_aws_cli.sh")
        ours, boto3, aws = alternate(
            bench.cfstream("plan", SPEC, "--check", "--sandbox"),
            bench.command(sys.executable, script, BUCKET, AWS_ENDPOINT_URL=endpoint),
            bench.command("sh", shell, BUCKET, str(bench.tools), AWS_ENDPOINT_URL=endpoint),
            rounds=bench.rounds,
        )
    finally:
        bench.cfstream("sandbox", "down")()
    yield compared("cfstream plan, nothing to do", ours, "bare boto3, three reads", boto3, limit=1.4)
    yield compared("cfstream plan, nothing to do", ours, "AWS CLI, the same three", aws)


def measure_grants(bench: Bench) -> Iterator[Row]:
    """Measure grants on objects without latency and at 30 ms, compared with other tools that make the same calls."""
    yield from grants.rows(bench)


def measure_memory(bench: Bench) -> Iterator[Row]:
    """Measure the memory of all processes of a grant, for ten times as many objects."""
    yield from grants.memory(bench)


SIGNING_LIMITS = {
    ("RSA", "cfstream", "bare"): 1.15,
    ("RSA", "cfstream", "botocore"): 1.0,
    ("RSA", "folder", "bare"): 0.1,
    ("RSA", "cached", "bare"): 0.1,
    ("RSA", "minute", "botocore"): 0.1,
    ("ECDSA", "cfstream", "botocore"): 1.0,
    ("ECDSA", "minute", "botocore"): 0.5,
}
"""The limits of ratios. An ECDSA signature is so fast that Python's part shows in the other ratios."""


def measure_signing(bench: Bench) -> Iterator[Row]:
    """Measure signing, compared with the bare signature and the signer of botocore."""
    for kind in ("RSA", "ECDSA"):
        taken = signing.seconds_for_one(kind, bench.rounds)
        for what, ours, beside in (
            ("sign a URL, no cache", "cfstream", "bare"),
            ("sign a URL, no cache", "cfstream", "botocore"),
            ("a URL of a signed folder", "folder", "bare"),
            ("the same URL again", "cached", "bare"),
        ):
            took = (f"{taken[ours] * 1e6:.0f} µs", f"{beside} signature: {taken[beside] * 1e6:.0f} µs")
            limit = SIGNING_LIMITS.get((kind, ours, beside))
            yield f"{what}, {kind}", *took, *judged(taken[ours] / taken[beside], limit)
        minute = signing.seconds_for_a_minute(kind, min(bench.rounds, 5))
        what = f"a folder for {signing.VIEWERS:,} viewers in a minute, {kind}"
        for beside in ("bare", "botocore"):
            took = (
                f"{minute['cfstream']:.2f} s",
                f"{beside}, each viewer, from one in {signing.SHARE}: {minute[beside]:.2f} s",
            )
            limit = SIGNING_LIMITS.get((kind, "minute", beside))
            yield what, *took, *judged(minute["cfstream"] / minute[beside], limit)


def measure_access(bench: Bench) -> Iterator[Row]:
    """Measure computing who can read, without the reads."""
    taken = who_can_read.seconds_for_one(bench.rounds)
    for what, name, limit in (
        ("access, a stack alone in its bucket", "alone", 0.003),
        ("access, 25 behaviors, 20 statements, 10 other distributions", "shared", 0.020),
    ):
        seconds = taken[name]
        yield what, f"{seconds * 1e3:.1f} ms", "", "", f"{limit * 1e3:.0f} ms", verdict(met=seconds <= limit)


def measure_edge(bench: Bench) -> Iterator[Row]:
    """Measure how many segments per second the sandbox's edge serves on one core, and its memory."""
    with live_stack(bench) as (endpoint, signed):
        pid = str(json.loads(bench.cfstream("sandbox", "status", "--format", "json")().printed)["pid"])
        cookies = "; ".join(f"{name}={value}" for name, value in signed["cookies"].items())
        host = signed["url"].split("/")[2]
        load = bench.command(
            sys.executable, "-m", "benchmarks.edge_load", host, cookies, pid, AWS_ENDPOINT_URL=endpoint
        )
        result = json.loads(load().printed)
    rate, ratio = 1 / result["seconds"], result["late"] / result["early"]
    yield "edge, 64 KiB segments", f"{rate:.0f}/s on a core", "", "", "500/s", verdict(met=rate >= 500)
    first, last = f"after {result['requests'] // 5:,}: {result['early']:.0f} MiB", f"{result['late']:.0f} MiB"
    what = f"memory of the edge after {result['requests']:,}"
    yield what, last, first, f"{ratio:.2f}", "1.10", verdict(met=ratio <= 1.1)


def measure_verify(bench: Bench) -> Iterator[Row]:
    """Measure verifying one stack without a key."""
    with live_stack(bench):
        (seconds,) = alternate(bench.cfstream("verify", "seminars.yaml", "--sandbox"), rounds=bench.rounds)
    yield "cfstream verify, one stack", f"{seconds:.3f} s", "", "", "3.000 s", verdict(met=seconds <= 3)


@contextmanager
def live_stack(bench: Bench) -> Iterator[tuple[str, Any]]:
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


def compared(what: str, ours: float, beside: str, theirs: float, limit: float | None = None) -> Row:
    """Return the row of two times in seconds. Without a limit the row is for information only."""
    return what, f"{ours:.3f} s", f"{beside}: {theirs:.3f} s", *judged(ours / theirs, limit)


def judged(ratio: float, limit: float | None) -> tuple[str, str, str]:
    """Return a ratio, its limit, and whether it is met."""
    met = ("", "") if limit is None else (f"{limit:.2f}", verdict(met=ratio <= limit))
    return f"{ratio:.2f}", *met


def verdict(*, met: bool) -> str:
    return "yes" if met else "NO"


MEASURES = {
    measure.__name__.removeprefix("measure_"): measure
    for measure in (
        measure_help,
        measure_validate,
        measure_plan,
        measure_grants,
        measure_memory,
        measure_signing,
        measure_access,
        measure_edge,
        measure_verify,
    )
}


def main() -> int:
    """Print the table. Return 1 if a measure failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    tools = ROOT / ".venv" / "bench" / "bin"
    parser.add_argument(
        "--tools", type=Path, default=tools, help="directory with python, aws and s3cmd (%(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=15, help="runs of each program (%(default)s)")
    parser.add_argument(
        "--only", action="append", choices=MEASURES, help="run only this measure; can be repeated"
    )
    arguments = parser.parse_args()
    failed = False
    print("| what | cfstream | compared with | ratio | limit | met |\n|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="cfstream-bench-") as scratch:
        for name in arguments.only or MEASURES:
            try:
                for row in MEASURES[name](Bench(Path(scratch), arguments.tools.resolve(), arguments.rounds)):
                    print(f"| {' | '.join(row)} |", flush=True)
            except RunError as error:
                print(f"error: {name} could not be measured: {error}", file=sys.stderr)
                failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
