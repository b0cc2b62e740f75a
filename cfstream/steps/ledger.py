"""Record what this run has written, to distinguish its writes from those of others.

Bucket policies, tags and object ACLs have no ETag, and several stacks of one run may write to the same ones; the same
is true of key groups. The ledger holds the digests that the run's own writes left, and the locks that make such writes
serial.
"""

import threading
from collections import defaultdict
from collections.abc import Mapping

from cfstream.values import StepId

WRITERS = 2
"""Steps that write at the same time: CloudFront throttles its control plane early (aws-cdk#29183)."""


class Ledger:
    """Shared by all stacks of a run; safe to use from several threads."""

    def __init__(self) -> None:
        self.writing = threading.BoundedSemaphore(WRITERS)
        """A step that writes must hold it; a step that only waits does not."""
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._ours: defaultdict[str, set[str]] = defaultdict(set)
        self._outputs: dict[StepId, Mapping[str, str]] = {}

    def brought(self, step: StepId, outputs: Mapping[str, str]) -> None:
        """Note what a finished step of any stack has brought."""
        with self._guard:
            self._outputs[step] = outputs

    @property
    def outputs(self) -> Mapping[StepId, Mapping[str, str]]:
        """What the finished steps of all stacks have brought."""
        with self._guard:
            return dict(self._outputs)

    def serial(self, subject: str) -> threading.Lock:
        """Return the lock that a write to `subject` (a bucket's policy, the ACLs of its objects, a key group) needs."""
        with self._guard:
            return self._locks[subject]

    def wrote(self, subject: str, digest: str) -> None:
        """Note that this run gave `subject` this content."""
        with self._guard:
            self._ours[subject].add(digest)

    def is_ours(self, subject: str, digest: str) -> bool:
        """Return whether `subject` got this content from a write of this run."""
        with self._guard:
            return digest in self._ours[subject]

    def wrote_other(self, subject: str, digest: str) -> bool:
        """Return whether this run has given `subject` any other content."""
        with self._guard:
            return bool(self._ours[subject] - {digest})
