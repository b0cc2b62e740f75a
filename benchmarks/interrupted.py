"""Grants on a million objects that are interrupted twice and resumed: then each object must have both of its grants.

One object in a thousand has a grant to somebody else before the first run, and must keep it.
"""

import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.grants import GRANTEE, Server, acl_server
from benchmarks.processes import RunError
from benchmarks.results import Figure, Point, Result, Row

OTHER = "c" * 64
EVERY = 1000
OWNER = "a" * 64
FOLDERS = 8
"""As `acl_server.c` names the owner and the keys."""
EXIT_INTERRUPTED = 130

_ACL = (
    '<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>{owner}</ID></Owner>'
    "<AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
)
_GRANT = (
    '<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>{id}</ID>'
    "</Grantee><Permission>{permission}</Permission></Grant>"
)


def rows(bench: Bench) -> Iterator[Result]:
    """Yield the row, and a point for each run."""
    objects = bench.scale.interrupted
    bucket = f"objects-{objects}"
    with acl_server(bench, 0) as server:
        others = _seed(server, bucket, objects)
        began = time.perf_counter()
        for number, share in enumerate((objects // 3, objects * 2 // 3), 1):
            seconds = _interrupted(server, bucket, share)
            yield Point(
                f"granted after interruption {number}",
                server.objects_with(bucket, GRANTEE),
                {"seconds": seconds},
            )
        server.python("-m", "benchmarks.object_grants", bucket)
        took = time.perf_counter() - began
        server.check(bucket)
        if (kept := server.objects_with(bucket, OTHER)) != others:
            raise RunError(f"{others - kept} of {others} objects have lost a grant of others")
        calls = server.counts()
    yield Point("calls of all three runs", objects, {name: float(count) for name, count in calls.items()})
    what = f"{objects:,} object grants, interrupted twice and resumed"
    yield Row("grants-interrupted", what, Figure.of("/s", [objects / took]))


def _seed(server: Server, bucket: str, objects: int) -> int:
    """Give one object in `EVERY` a grant to somebody else. Return how many have it."""
    grants = _GRANT.format(id=OWNER, permission="FULL_CONTROL") + _GRANT.format(id=OTHER, permission="READ")
    granted = _ACL.format(owner=OWNER, grants=grants)
    for number in range(0, objects, EVERY):
        key = f"lectures-{number // -(-objects // FOLDERS)}/{number:08}.mp4"
        request = urllib.request.Request(
            f"{server.endpoint}/{bucket}/{key}?acl", granted.encode(), method="PUT"
        )
        with urllib.request.urlopen(request):
            pass
    return server.objects_with(bucket, OTHER)


def _interrupted(server: Server, bucket: str, share: int) -> float:
    """Start a run, and interrupt it once so many objects have the grant. Return its seconds."""
    argv = [sys.executable, "-m", "benchmarks.object_grants", bucket]
    env = server.bench.environment(AWS_ENDPOINT_URL_S3=server.endpoint)
    began = time.perf_counter()
    with subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while server.objects_with(bucket, GRANTEE) < share and process.poll() is None:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, output = process.communicate()
    if process.returncode != EXIT_INTERRUPTED:
        raise RunError(f"exit {process.returncode} after SIGINT: {output.decode()[-2000:]}")
    return round(time.perf_counter() - began, 1)
