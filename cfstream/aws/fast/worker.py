"""The main module of a worker process: `python -P -m cfstream.aws.fast.worker`.

It reads messages from stdin and writes messages to stdout, each a line of JSON. Credentials come by stdin only. If the
other end is closed, it finishes what is in progress and ends. It ignores the signals to end: `engine` sends a stop.
"""

import json
import os
import queue
import sys
import threading
import time
from typing import Any

from cfstream import ending_signals
from cfstream.aws.fast.crt import Crt, Endpoint
from cfstream.aws.fast.parts import AclJob
from cfstream.aws.fast.pipeline import AclPipeline

TICK = 0.02
REPORT = 0.25


class Worker:
    """One worker, from its first message to its end."""

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._writing = threading.Lock()
        self._reported = 0.0
        self._ranges = 0
        self._state = (False, False, False)
        """Whether it is held back, has listed all, and has finished all, as it was sent to the engine."""
        threading.Thread(target=self._receive, daemon=True).start()

    def run(self) -> None:
        """Work until the engine sends the end, or its process has ended."""
        first = self._inbox.get()
        if first is None or "job" not in first:
            return
        job = AclJob(**{**first["job"], "finished": tuple(tuple(each) for each in first["job"]["finished"])})
        transport = Crt(Endpoint(**first["endpoint"]), time.monotonic)
        transport.authenticate(*first["credentials"])
        pipeline = AclPipeline(job, transport, time.monotonic, self._send)
        ended = False
        while not (ended and pipeline.busy == 0):
            message = self._next()
            with pipeline.lock:
                if message is None or "stop" in message:
                    pipeline.stop()
                    ended = True
                else:
                    self._take(pipeline, transport, message)
                    ended = ended or pipeline.stopping
                pipeline.tick()
                self._send_changes(pipeline)
                if time.monotonic() - self._reported > REPORT:
                    self._report(pipeline)
        with pipeline.lock:
            self._report(pipeline)
        self._send({"ended": True})

    def _take(self, pipeline: AclPipeline, transport: Crt, message: dict[str, Any]) -> None:
        if "range" in message:
            self._ranges += 1
            pipeline.listing.add(*message["range"])
        if "lease" in message:
            pipeline.set_lease(*message["lease"])
        if "give" in message:
            pipeline.listing.give(folders=message["give"] == "folders")
        if "shares" in message:
            pipeline.set_shares(*message["shares"])
        if "credentials" in message:
            transport.authenticate(*message["credentials"])
            pipeline.authenticated()

    def _next(self) -> dict[str, Any] | None:
        """Return the next message; an empty one if there is none for a moment; None at the end of input."""
        try:
            return self._inbox.get(timeout=TICK)
        except queue.Empty:
            return {}

    def _send_changes(self, pipeline: AclPipeline) -> None:
        """Send what has changed about whether this worker needs another range."""
        before, self._state = self._state, (pipeline.is_held_back, pipeline.is_listed, pipeline.is_dry)
        (was_held_back, was_listed, was_dry), (is_held_back, is_listed, is_dry) = before, self._state
        if is_held_back != was_held_back:
            self._send({"held_back": self._ranges if is_held_back else None})
        if is_listed and not was_listed:
            self._send({"listed": self._ranges})
        if is_dry and not was_dry:
            self._report(pipeline)
            self._send({"dry": self._ranges})

    def _report(self, pipeline: AclPipeline) -> None:
        self._reported = time.monotonic()
        self._send(
            {
                "counts": dict(pipeline.counts),
                "troubles": dict(pipeline.troubles),
                "segments": pipeline.active_segments()[:16],
                "spans": pipeline.listing.finished_spans(),
                "limit": int(pipeline.governor.limit),
            }
        )

    def _send(self, message: dict[str, Any]) -> None:
        line = json.dumps(message, separators=(",", ":"))
        with self._writing:
            try:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            except OSError:  # the engine is gone; the end of stdin follows
                self._inbox.put(None)

    def _receive(self) -> None:
        for line in sys.stdin:
            self._inbox.put(json.loads(line))
        self._inbox.put(None)


def main() -> None:
    """Run the worker."""
    ending_signals.ignore_all()
    Worker().run()
    # All is written, and nothing is in progress. Python would first end awscrt's threads, and free each object.
    os._exit(0)


if __name__ == "__main__":
    main()
