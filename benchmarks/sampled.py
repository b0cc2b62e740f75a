"""Runs cfstream, and writes where its CPU time goes: `… -m benchmarks.sampled FILE ARGUMENT...`.

A thread looks at all threads every millisecond. It adds the CPU time that each thread has used since to the part of the
program that the thread is in: the innermost frame that is of one of these parts.
"""

import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

PARTS = (
    ("<frozen importlib", "start: importing modules"),
    ("botocore/parsers", "parsing replies (botocore)"),
    ("cfstream/aws/timestamps", "parsing replies (botocore)"),
    ("botocore/loaders", "start: loading AWS's models"),
    ("cfstream/startup", "start: loading AWS's models"),
    ("botocore/auth", "signing requests (botocore)"),
    ("botocore/httpsession", "HTTP (awscrt, urllib3, sockets)"),
    ("botocore/awsrequest", "HTTP (awscrt, urllib3, sockets)"),
    ("urllib3", "HTTP (awscrt, urllib3, sockets)"),
    ("http/client", "HTTP (awscrt, urllib3, sockets)"),
    ("awscrt", "HTTP (awscrt, urllib3, sockets)"),
    ("cfstream/aws/fast/crt", "HTTP (awscrt, urllib3, sockets)"),
    ("botocore/client", "building requests (botocore)"),
    ("botocore", "building requests (botocore)"),
    ("ruamel", "reading specs"),
    ("pydantic", "reading specs"),
    ("cfstream/spec", "reading specs"),
    ("cfstream/domain", "parsing distributions and policies"),
    ("cfstream/policy_document", "parsing distributions and policies"),
    ("cfstream/access", "who can read"),
    ("cfstream/planning", "ordering, hazards"),
    ("cfstream/kinds", "comparing"),
    ("cfstream/stack", "comparing"),
    ("cfstream/aws/document_cache", "the cache"),
    ("cfstream/secret_values", "the cache"),
    ("cfstream/aws", "calls: threads, retries, pace (cfstream)"),
    ("cfstream/ports", "calls: threads, retries, pace (cfstream)"),
    ("concurrent/futures", "calls: threads, retries, pace (cfstream)"),
    ("cfstream/render", "printing"),
    ("cfstream/cli", "printing"),
    ("cfstream/workflow", "comparing"),
)
EVERY = 0.001
OTHER = "start of Python, and the rest"


def part_of(frame: FrameType | None) -> str:
    """Return the part that a thread is in."""
    names = [each.f_code.co_filename for each in _outwards(frame)]
    if any(name.startswith("<frozen importlib") for name in names):
        return PARTS[0][1]
    for name in names:
        for mark, part in PARTS:
            if mark in name:
                return part
    return OTHER


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def sample(parts: defaultdict[str, float], end: threading.Event) -> None:
    """Add to `parts` until the end."""
    own, before = threading.get_ident(), dict[int, float]()
    while not end.wait(EVERY):
        for ident, frame in sys._current_frames().items():
            if ident == own:
                continue
            try:
                used = time.clock_gettime(time.pthread_getcpuclockid(ident))
            except OSError:  # the thread has ended
                continue
            spent = used - before.get(ident, 0.0)
            before[ident] = used
            if spent > 0:
                parts[part_of(frame)] += spent


def main(file: str) -> int:
    """Run the command, and write the seconds of each part."""
    parts: defaultdict[str, float] = defaultdict(float)
    end = threading.Event()
    sys.setswitchinterval(0.0005)
    sampler = threading.Thread(target=sample, args=(parts, end), daemon=True)
    sampler.start()
    from cfstream.cli import main as program

    code = program.run()
    end.set()
    sampler.join()
    own = time.process_time() - sum(parts.values())
    Path(file).write_text(json.dumps({"parts": parts, "unseen": own}))
    return code


if __name__ == "__main__":
    file = sys.argv.pop(1)
    sys.exit(main(file))
