"""What this run has written, so that its own writes are told from those of others.

Bucket policies and object ACLs have no ETag, and several stacks of one run may write to the same one; the same goes for
key groups.
Here stand the digests that our own writes left behind, and the locks that make such writes serial.
"""

import threading
from collections import defaultdict

WRITERS = 2
"""Steps that write at the same time: CloudFront throttles its control plane early (aws-cdk#29183)."""


class Ledger:
    """Shared by all stacks of a run; safe to use from several threads."""

    def __init__(self) -> None:
        self.writing = threading.BoundedSemaphore(WRITERS)
        """What a step that writes must hold; one that only waits needs no turn."""
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._ours: defaultdict[str, set[str]] = defaultdict(set)

    def serial(self, subject: str) -> threading.Lock:
        """The lock that a write to `subject` (a bucket's policy, the ACLs of its objects, a key group) must hold."""
        with self._guard:
            return self._locks[subject]

    def wrote(self, subject: str, digest: str) -> None:
        """Notes that `subject` has this content because of us."""
        with self._guard:
            self._ours[subject].add(digest)

    def is_ours(self, subject: str, digest: str) -> bool:
        """Whether `subject` got this content from a write of this run."""
        with self._guard:
            return digest in self._ours[subject]
