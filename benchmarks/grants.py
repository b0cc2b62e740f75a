"""Measures grants on objects against `stand_in.c`: cfstream, bare awscrt in two processes, boto3's threads, and s3cmd.

Each tool has a stand-in of its own. They run in turns, so that other load affects all equally, and are compared by the
medians of objects per second. Ratios of the rates count, not the rates.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.processes import Run, RunError

if TYPE_CHECKING:
    from benchmarks.__main__ import Bench, Row

HERE = Path(__file__).resolve().parent
ROUNDS = 3
GRANTEE = "b" * 64
LANES = {0: "32", 30: "150"}
"""Connections of each bare process, by latency: more were not faster on 2 cores."""

Tool = Callable[["Bench", str, str], Run]


def rows(bench: "Bench") -> Iterator["Row"]:
    """Yield the rows of the table."""
    yield ceiling(bench)
    fast = {"cfstream": ours, "bare awscrt": bare}
    objects = 100_000  # starting the processes takes a second
    first = rates(bench, 0, objects, fast)
    slow = rates(bench, 0, 1_000, {"s3cmd": s3cmd, "boto3, 32 threads": threads})
    second = rates(bench, 0, objects, {"cfstream": ours_again, "bare awscrt": bare_reads})
    yield row("object grants, no latency", first["cfstream"], "bare awscrt", first["bare awscrt"], limit=0.85)
    yield row("object grants, no latency", first["cfstream"], "s3cmd", slow["s3cmd"], limit=7.0)
    name = "boto3, 32 threads"
    yield row("object grants, no latency", first["cfstream"], name, slow[name])
    yield row(
        "second run over granted objects", second["cfstream"], "bare reads", second["bare awscrt"], limit=0.9
    )
    late = rates(bench, 30, objects, fast)
    yield row(
        "object grants, 30 ms", late["cfstream"], "bare awscrt", late["bare awscrt"], limit=0.95, enough=3_400
    )
    late_threads = rates(bench, 30, 2_000, {name: threads})
    yield row("object grants, 30 ms", late["cfstream"], name, late_threads[name])


def memory(bench: "Bench", few: int = 10_000, many: int = 100_000) -> Iterator["Row"]:
    """Yield the row about the memory of all processes together."""
    before, after = (_peak(bench, objects) for objects in (few, many))
    beside, met = f"for {few:,}: {before:.0f} MiB", after < 150
    yield f"memory for {many:,} grants", f"{after:.0f} MiB", beside, "", "150 MiB", "yes" if met else "NO"


def row(
    what: str,
    mine: float,
    name: str,
    theirs: float,
    *,
    limit: float | None = None,
    enough: float | None = None,
) -> "Row":
    """Return a row of two rates. It is met if the ratio or the rate is high enough."""
    ratio = mine / theirs
    met = limit is None or ratio >= limit or (enough is not None and mine >= enough)
    judged = ("", "") if limit is None else (f"{limit:.2f}", "yes" if met else "NO")
    return what, f"{mine:.0f}/s", f"{name}: {theirs:.0f}/s", f"{ratio:.2f}", *judged


def rates(bench: "Bench", latency: int, objects: int, tools: Mapping[str, Tool]) -> dict[str, float]:
    """Return the median of objects per second for each tool."""
    found: dict[str, list[float]] = {name: [] for name in tools}
    bucket = f"objects-{objects}"
    for _ in range(ROUNDS):
        for name, tool in tools.items():
            with stand_in(bench, latency) as endpoint:
                found[name].append(objects / tool(bench, endpoint, bucket).seconds)
    return {name: median(each) for name, each in found.items()}


def ceiling(bench: "Bench", seconds: float = 2.0) -> "Row":
    """Return the row with how many requests per second the stand-in answers, with the core that clients leave it.

    It is asked by a client that only writes and reads bytes, so its CPU time is the stand-in's own cost.
    """
    import socket

    with stand_in(bench, 0) as endpoint:
        host, port = endpoint.removeprefix("http://").split(":")
        request = f"GET /objects-1/lectures-0/00000000.mp4?acl HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        count, until = 0, time.perf_counter() + seconds
        with socket.create_connection((host, int(port))) as client:
            while time.perf_counter() < until:
                client.sendall(request * 32)
                left = 32
                while left:
                    left -= client.recv(65536).count(b"</AccessControlPolicy>")
                count += 32
        spent = _cpu(_PROCESSES[endpoint])
    return "the stand-in itself, reads", "", f"{count / spent:,.0f}/s on a core", "", "", ""


def ours(bench: "Bench", endpoint: str, bucket: str, *more: str) -> Run:
    """Run cfstream's grants, and check that each object has the grant."""
    ran = _python(bench, endpoint, "-m", "benchmarks.object_grants", bucket, *more)
    _check(endpoint, bucket)
    return ran


def ours_again(bench: "Bench", endpoint: str, bucket: str) -> Run:
    """Run cfstream's grants on objects that have them, and check that each was only read."""
    ours(bench, endpoint, bucket)
    before = _counts(endpoint)
    ran = ours(bench, endpoint, bucket)
    after, objects = _counts(endpoint), int(bucket.rpartition("-")[2])
    if after["writes"] != before["writes"] or after["reads"] - before["reads"] != objects:
        raise RunError(f"the second run did not make one read for each object: {before}, {after}")
    return ran


def bare(bench: "Bench", endpoint: str, bucket: str, *more: str) -> Run:
    """Run bare awscrt in two processes."""
    lanes = LANES[30] if bench.latency_of(endpoint) else LANES[0]
    ran = _python(bench, endpoint, str(HERE / "yardsticks" / "grants_crt.py"), lanes, bucket, *more)
    if not more:
        _check(endpoint, bucket)
    return ran


def bare_reads(bench: "Bench", endpoint: str, bucket: str) -> Run:
    """Run only the reads of bare awscrt."""
    return bare(bench, endpoint, bucket, "read")


def threads(bench: "Bench", endpoint: str, bucket: str) -> Run:
    """Run boto3 with 32 threads."""
    ran = _python(bench, endpoint, str(HERE / "yardsticks" / "grants_boto3.py"), "32", bucket)
    _check(endpoint, bucket)
    return ran


def s3cmd(bench: "Bench", endpoint: str, bucket: str) -> Run:
    """Run `s3cmd setacl`, over one connection. It grants by the same requests."""
    host = endpoint.removeprefix("http://")
    settings = bench.scratch / "s3cfg"
    settings.write_text(
        f"[default]\naccess_key = a\nsecret_key = b\nhost_base = {host}\nhost_bucket = {host}\nuse_https = False\n"
        "signature_v2 = False\n"
    )
    arguments = (
        "-c",
        str(settings),
        "setacl",
        f"--acl-grant=read:{GRANTEE}",
        "--recursive",
        f"s3://{bucket}/",
    )
    ran = bench.tool("s3cmd", *arguments)()
    _check(endpoint, bucket)
    return ran


def _python(bench: "Bench", endpoint: str, *argv: str) -> Run:
    return bench.command(sys.executable, *argv, AWS_ENDPOINT_URL_S3=endpoint, PYTHONPATH=str(HERE.parent))()


def _check(endpoint: str, bucket: str) -> None:
    with urllib.request.urlopen(f"{endpoint}/-/{bucket}?{GRANTEE}") as reply:
        granted = int(reply.read().split()[0])
    if granted != int(bucket.rpartition("-")[2]):
        raise RunError(f"only {granted} objects of {bucket} were granted")


def _counts(endpoint: str) -> dict[str, int]:
    with urllib.request.urlopen(f"{endpoint}/-") as reply:
        counts: dict[str, int] = json.loads(reply.read())
    return counts


_PROCESSES: dict[str, int] = {}


@contextmanager
def stand_in(bench: "Bench", latency: int) -> Iterator[str]:
    """Compile and run the stand-in, and yield its endpoint."""
    program = bench.scratch / "stand_in"
    if not program.exists():
        subprocess.run(["cc", "-O2", "-o", str(program), str(HERE / "stand_in.c")], check=True)
    with subprocess.Popen([program, str(latency)], stdout=subprocess.PIPE, text=True) as server:
        endpoint = server.stdout.readline().strip() if server.stdout else ""
        _PROCESSES[endpoint] = server.pid
        bench.latencies[endpoint] = latency
        try:
            yield endpoint
        finally:
            server.terminate()


def _cpu(pid: int) -> float:
    fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(bench: "Bench", objects: int) -> float:
    """Return the most memory in MiB that all processes of a grant had together: shared pages count once."""
    bucket = f"objects-{objects}"
    with stand_in(bench, 0) as endpoint:
        env = bench.environment(AWS_ENDPOINT_URL_S3=endpoint, PYTHONPATH=str(HERE.parent))
        argv = [sys.executable, "-m", "benchmarks.object_grants", bucket]
        most = 0.0
        with subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                most = max(most, sum(map(_proportional, _family(process.pid))))
                time.sleep(0.1)
        _check(endpoint, bucket)
    return most


def _family(pid: int) -> list[int]:
    found = [pid]
    for children in Path("/proc", str(pid), "task").glob("*/children"):
        try:
            found += map(int, children.read_text().split())
        except OSError:  # the thread has ended
            continue
    return found


def _proportional(pid: int) -> float:
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
