"""Measures grants on objects against `acl_server.c`: cfstream, bare awscrt in two processes, and other tools.

Each run has a server of its own. The tools run in turns, so that other load affects all equally, and are compared by
the medians of objects per second. The rows without a limit are about fewer objects, for which every tool was given the
time that it needs.
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import ceiling
from benchmarks.bench import YARDSTICKS, Bench
from benchmarks.certificate import certificate
from benchmarks.processes import Run, RunError
from benchmarks.results import Figure, Point, Result, Row

GRANTEE = "b" * 64
LANES = {0: "32", 30: "150"}
"""Connections of each bare process, by latency: more were not faster on 2 cores."""
TEN_MILLION = 10_000_000


@dataclass(frozen=True)
class Server:
    """A running server that imitates S3."""

    bench: Bench
    endpoint: str
    pid: int
    latency: int
    authorities: str
    """The certificates to trust, if it serves https."""

    def python(self, *argv: str) -> Run:
        """Run this Python with the server as S3."""
        more = {"AWS_CA_BUNDLE": self.authorities} if self.authorities else {}
        return self.bench.python(*argv, AWS_ENDPOINT_URL_S3=self.endpoint, **more)()

    def check(self, bucket: str) -> None:
        """Check that each object has the grant. Raises RunError."""
        granted = self.objects_with(bucket, GRANTEE)
        if granted != _size(bucket):
            raise RunError(f"only {granted} objects of {bucket} were granted")

    def objects_with(self, bucket: str, text: str) -> int:
        """Return how many objects of a bucket have an ACL that contains the text. The server looks at each."""
        return int(self._control(f"/-/{bucket}?{text}").split()[0])

    def counts(self) -> dict[str, int]:
        """Return how many lists, reads and writes were answered."""
        counts: dict[str, int] = json.loads(self._control("/-"))
        return counts

    def _control(self, path: str) -> bytes:
        import ssl

        trusting = ssl.create_default_context(cafile=self.authorities) if self.authorities else None
        with urllib.request.urlopen(self.endpoint + path, context=trusting) as answer:
            found: bytes = answer.read()
        return found


Tool = Callable[[Server, str], Run]


@dataclass(frozen=True)
class Case:
    """What the rows of a section have in common."""

    bench: Bench
    id: str
    what: str
    latency: int = 0
    tls: bool = False

    def rates(self, objects: int, tools: Mapping[str, Tool], rounds: int = 0) -> dict[str, Figure]:
        """Return the objects per second of each tool."""
        found: dict[str, list[float]] = {name: [] for name in tools}
        bucket = f"objects-{objects}"
        for _ in range(rounds or self.bench.scale.few):
            for name, tool in tools.items():
                with acl_server(self.bench, self.latency, tls=self.tls) as server:
                    found[name].append(objects / tool(server, bucket).seconds)
        return {name: Figure.of("/s", each) for name, each in found.items()}

    def rows_against_bare(
        self, objects: int, limit: float | None = None, enough: float | None = None
    ) -> Iterator[Result]:
        """Yield the row of cfstream beside bare awscrt, and its points."""
        found = self.rates(objects, {"cfstream": ours, "bare awscrt": bare})
        mine, theirs = found["cfstream"], found["bare awscrt"]
        what = f"{self.what}, {objects:,} objects"
        if not self.bench.scale.large:
            limit = enough = None
        yield Row(f"{self.id}-bare", what, mine, "bare awscrt", theirs, limit=limit, enough=enough)
        yield self._point(objects, mine)
        for less in (objects // 10, objects // 100):
            yield self._point(less, self.rates(less, {"": ours}, rounds=1)[""])

    def row_against_slower(self, mine: Figure, objects: int, name: str, tool: Tool, **more: Any) -> Row:
        """Return the row of a slower tool with fewer objects, beside the rate of cfstream with many."""
        rounds = 1 if tool is aws_cli else 0
        theirs = self.rates(objects, {name: tool}, rounds)[name]
        word = name.partition(",")[0].partition(":")[0].partition(" ")[0].lower()
        return Row(f"{self.id}-{word}", self.what, mine, f"{name}, {objects:,} objects", theirs, **more)

    def _point(self, objects: int, rate: Figure) -> Point:
        return Point(self.what, objects, {"seconds": round(objects / rate.median, 3)})


def rows(bench: Bench) -> Iterator[Result]:
    """Yield the rows without latency."""
    yield _ceiling(bench)
    case = Case(bench, "grants", "object grants, no latency")
    mine = yield from _with_rate(case.rows_against_bare(bench.scale.objects, limit=0.85))
    few = bench.scale.slow_objects
    yield case.row_against_slower(
        mine, few, "s3cmd setacl --recursive", s3cmd, limit=7.0 if bench.scale.large else None
    )
    yield case.row_against_slower(mine, few, "boto3, 32 threads", threads)
    yield case.row_against_slower(mine, few, "2011: boto3, one by one", one_by_one)
    yield case.row_against_slower(mine, max(few // 100, 2), "AWS CLI in a loop", aws_cli)
    found = case.rates(bench.scale.objects, {"cfstream": ours_again, "bare": bare_reads})
    what = "second run over granted objects"
    limit = 0.9 if bench.scale.large else None
    yield Row("grants-second", what, found["cfstream"], "bare awscrt, only reads", found["bare"], limit=limit)


def late_rows(bench: Bench) -> Iterator[Result]:
    """Yield the rows at 30 ms."""
    case = Case(bench, "late", "object grants, 30 ms", latency=30)
    mine = yield from _with_rate(case.rows_against_bare(bench.scale.objects, limit=0.95, enough=3_400.0))
    few = bench.scale.slow_objects
    yield case.row_against_slower(mine, few, "boto3, 32 threads", threads)
    yield case.row_against_slower(mine, few // 10, "s3cmd setacl --recursive", s3cmd)
    yield case.row_against_slower(mine, few // 10, "2011: boto3, one by one", one_by_one)


def tls_rows(bench: Bench) -> Iterator[Result]:
    """Yield the row over https, without latency. The server's own share of TLS is in both figures."""
    case = Case(bench, "tls", "object grants over TLS, no latency", tls=True)
    yield from case.rows_against_bare(bench.scale.objects)


def memory(bench: Bench) -> Iterator[Result]:
    """Yield the row about the memory of all processes together."""
    many = bench.scale.objects
    peaks = {objects: _peak(bench, objects) for objects in (many // 10, many)}
    for objects, peak in peaks.items():
        yield Point("memory of grants", objects, {"MiB": round(peak, 1)})
    beside = f"for {many // 10:,}: {peaks[many // 10]:.0f} MiB"
    after = Figure.of("MiB", [peaks[many]])
    yield Row("grants-memory", f"memory of {many:,} grants", after, beside, limit=150.0)


def memory_of_ten_million(bench: Bench) -> Iterator[Result]:
    """Yield the row about the memory of all processes together, for a bucket of ten million objects."""
    peak = _peak(bench, TEN_MILLION)
    yield Point("memory of grants", TEN_MILLION, {"MiB": round(peak, 1)})
    yield Row("grants-10-million", f"memory of {TEN_MILLION:,} grants", Figure.of("MiB", [peak]), limit=150.0)


def _with_rate(results: Iterator[Result]) -> Generator[Result, None, Figure]:
    """Yield the results. Return the rate of cfstream."""
    rate: Figure | None = None
    for each in results:
        if isinstance(each, Row):
            rate = each.ours
        yield each
    if rate is None:
        raise RunError("cfstream was not measured")
    return rate


def _ceiling(bench: Bench) -> Row:
    with acl_server(bench, 0) as server:
        target, mark = "/objects-1/lectures-0/00000000.mp4?acl", b"</AccessControlPolicy>"
        found = ceiling.rate(server.endpoint, server.pid, target, mark)
    return Row("grants-ceiling", "the server that imitates S3, reads of ACLs", None, "on a core", found)


def ours(server: Server, bucket: str) -> Run:
    """Run cfstream's grants, and check that each object has the grant."""
    result = server.python("-m", "benchmarks.object_grants", bucket)
    server.check(bucket)
    return result


def ours_again(server: Server, bucket: str) -> Run:
    """Run cfstream's grants on objects that have them, and check that each was only read."""
    ours(server, bucket)
    before = server.counts()
    result = ours(server, bucket)
    after = server.counts()
    if after["writes"] != before["writes"] or after["reads"] - before["reads"] != _size(bucket):
        raise RunError(f"the second run did not make one read for each object: {before}, {after}")
    return result


def bare(server: Server, bucket: str, *more: str) -> Run:
    """Run bare awscrt in two processes."""
    result = server.python(str(YARDSTICKS / "grants_crt.py"), LANES[server.latency], bucket, *more)
    if not more:
        server.check(bucket)
    return result


def bare_reads(server: Server, bucket: str) -> Run:
    """Run only the reads of bare awscrt."""
    return bare(server, bucket, "read")


def threads(server: Server, bucket: str) -> Run:
    """Run boto3 with 32 threads."""
    result = server.python(str(YARDSTICKS / "grants_boto3.py"), "32", bucket)
    server.check(bucket)
    return result


def one_by_one(server: Server, bucket: str) -> Run:
    """Grant as the scripts of 2011 did: the whole list first, then one object after the other."""
    result = server.python(str(YARDSTICKS / "grants_boto3.py"), bucket)
    server.check(bucket)
    return result


def s3cmd(server: Server, bucket: str) -> Run:
    """Run `s3cmd setacl`, over one connection. It grants by the same requests."""
    host = server.endpoint.removeprefix("http://")
    settings = server.bench.scratch / "s3cfg"
    settings.write_text(
        f"[default]\naccess_key = a\nsecret_key = b\nhost_base = {host}\nhost_bucket = {host}\nuse_https = False\n"
        "signature_v2 = False\n"
    )
    grant = ("setacl", f"--acl-grant=read:{GRANTEE}", "--recursive", f"s3://{bucket}/")
    result = server.bench.tool("s3cmd", "-c", str(settings), *grant)()
    server.check(bucket)
    return result


def aws_cli(server: Server, bucket: str) -> Run:
    """Grant with the AWS CLI: a list, and two calls for each object."""
    shell, tools = str(YARDSTICKS / "grants_aws_cli.sh"), str(server.bench.tools)
    result = server.bench.command("sh", shell, bucket, tools, AWS_ENDPOINT_URL_S3=server.endpoint)()
    server.check(bucket)
    return result


@contextmanager
def acl_server(bench: Bench, latency: int, *, tls: bool = False) -> Iterator[Server]:
    """Run the server that imitates S3."""
    pem, authority = map(str, certificate(bench.scratch)) if tls else ("", "")
    arguments = (str(latency), "0", pem) if tls else (str(latency),)
    with bench.serving("acl_server", *arguments, tls=tls) as (endpoint, pid):
        yield Server(bench, endpoint, pid, latency, authority)


def _size(bucket: str) -> int:
    return int(bucket.rpartition("-")[2])


def _peak(bench: Bench, objects: int) -> float:
    """Return the most memory in MiB that all processes of a grant had together: shared pages count once."""
    bucket = f"objects-{objects}"
    with acl_server(bench, 0) as server:
        argv = [sys.executable, "-m", "benchmarks.object_grants", bucket]
        most = 0.0
        env = bench.environment(AWS_ENDPOINT_URL_S3=server.endpoint)
        with subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                most = max(most, sum(map(_proportional, _family(process.pid))))
                time.sleep(0.1)
        server.check(bucket)
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
