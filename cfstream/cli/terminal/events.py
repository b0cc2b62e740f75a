"""Reports a run to programs while it runs: one JSON event per line, on stdout."""

import json
import threading
from collections.abc import Callable
from datetime import datetime

from cfstream.applying import Event
from cfstream.cli.terminal.streams import Terminal
from cfstream.render import events


class Events:
    """Write each event as soon as it happens."""

    def __init__(self, terminal: Terminal, now: Callable[[], datetime]) -> None:
        self._terminal = terminal
        self._now = now
        self._guard = threading.Lock()

    def say(self, event: events.Document) -> None:
        """Write one document, with the current time."""
        with self._guard:
            at = self._now().isoformat(timespec="milliseconds")
            self._terminal.say(json.dumps({"event": event["event"], "at": at, **event}) + "\n")

    def tell(self, event: Event) -> None:
        """Write one event of the run."""
        self.say(events.document(event))
