"""Records what the sandbox answers about fleets, for `recorded.c`: `python -m benchmarks.record FOLDER SIZE...`.

Every stack is applied for real. An apply reads all lists of the account for each stack, so it would take minutes for a
thousand: while some stacks are applied, the records of the others are set aside. Then a plan of all stacks is recorded,
and must have nothing to do. FOLDER gets `SIZE.answers` for each size, and the specs in `SIZE/`.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import fleet_specs
from benchmarks.yardsticks import fleet_boto3, reads_boto3
from cfstream.aws.connecting import connect
from cfstream.aws.sessions import Clients, ConnectionSettings
from cfstream.ports import World
from cfstream.sandbox.cloudfront import Settings
from cfstream.sandbox.listener import Answer, Environ, headers_of
from cfstream.sandbox.server import Sandbox
from cfstream.spec.load import load
from cfstream.workflow import apply_plan, make_plan

TOGETHER = 20
"""Stacks that are applied in an otherwise empty account."""
MANY = 1_000_000
QUOTAS = dict.fromkeys(("distributions", "origin_access_controls", "public_keys", "key_groups"), MANY)
STORES = ("distributions", "controls", "public_keys", "key_groups")
DATE = 1_900_000_000.0


class Recorder(Sandbox):
    """A sandbox that keeps its answers while `kept` is a mapping."""

    kept: dict[bytes, bytes] | None = None

    def answer(self, environ: Environ) -> Answer:
        """Answer, and keep the answer to a read."""
        body = environ["wsgi.input"].read()
        environ["wsgi.input"].seek(0)
        answer = super().answer(environ)
        if self.kept is not None:
            method = environ["REQUEST_METHOD"]
            self.kept[f"{method} {environ['RAW_URI']}\n".encode() + body] = _response(method, answer)
        return answer


def _response(method: str, answer: Answer) -> bytes:
    """Return the bytes of an answer."""
    lines = [f"HTTP/1.1 {answer.status} {'OK' if answer.status < 300 else 'Error'}"]
    lines += [f"{name}: {value}" for name, value in headers_of(answer, method, DATE)]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head if method == "HEAD" or answer.status in (204, 304) else head + answer.body


@contextmanager
def recorder() -> Iterator[Recorder]:
    """Run a sandbox that accepts any number of resources, and deploys immediately."""
    with Recorder.start(settings=Settings(deploy_after_reads=0, quotas=QUOTAS)) as running:
        yield running


def add(running: Recorder, s3: Any, port: World, specs: Path) -> None:
    """Apply the specs in an account that has nothing of CloudFront. Then put the other resources back."""
    world = running.cloudfront.state
    aside: dict[str, dict[str, Any]] = {}
    for name in STORES:
        store = getattr(world, name)
        aside[name], store._records = store._records, {}
    stacks = load([str(specs)])
    for stack in stacks:
        s3.create_bucket(Bucket=stack.spec.bucket.name, ObjectOwnership="BucketOwnerEnforced")
    report = apply_plan(make_plan(stacks, port), port)
    if report.exit_code:
        raise SystemExit(f"the specs in {specs} could not be applied")
    for name in STORES:
        store = getattr(world, name)
        store._records = aside[name] | store._records


def record(running: Recorder, port: World, specs: Path, file: Path) -> None:
    """Record the answers that a plan and plain boto3 get about all stacks in the folder."""
    kept: dict[bytes, bytes] = {}
    running.kept = kept
    connect(ConnectionSettings(endpoint_url=running.endpoint_url, sandbox=True))  # GetCallerIdentity
    plan = make_plan(load([str(specs)]), port)
    if any(each.steps or each.problems for each in plan.stacks):
        raise SystemExit(f"the plan of {specs} has something to do")
    fleet_boto3.read(running.endpoint_url, each=False)  # the calls for each stack are those of the plan
    if file.stem == "1":
        reads_boto3.read(fleet_specs.bucket(0), running.endpoint_url)
    running.kept = None
    with file.open("wb") as out:
        for request, response in kept.items():
            out.write(b"%d %d\n%s%s" % (len(request), len(response), request, response))


def main(folder: Path, sizes: list[int]) -> None:
    """Record fleets of these sizes, each larger than the one before."""
    with recorder() as running:
        settings = ConnectionSettings(endpoint_url=running.endpoint_url, sandbox=True)
        s3, port = Clients(settings).of("s3"), connect(settings)
        before: Path | None = None
        done = 0
        for size in sorted(sizes):
            specs = folder / f"{size}"
            if before:
                shutil.copytree(before, specs)
            for start in range(done, size, TOGETHER):
                numbers = range(start, min(start + TOGETHER, size))
                part = fleet_specs.write(folder / "part", numbers)
                add(running, s3, port, part)
                shutil.copytree(part, specs, dirs_exist_ok=True)
                shutil.rmtree(part)
            record(running, port, specs, folder / f"{size}.answers")
            before, done = specs, size


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(size) for size in sys.argv[2:]])
