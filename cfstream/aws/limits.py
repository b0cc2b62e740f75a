"""The limits of one account, which all its sessions share: AWS counts the calls of an account, not of a session."""

import threading

from cfstream.aws.governor import OBJECT_STORE, Governor
from cfstream.aws.remembering import OBJECT_CALLS
from cfstream.ports import Call

READERS = 8
WRITERS = 2
"""CloudFront's control plane throttles early: about 80 concurrent creates are too many (aws-cdk#29183)."""
OBJECT_WORKERS = 32
"""The limit for calls on single objects, of which S3 accepts thousands per second."""


class AccountLimits:
    """At most 8 reads, 2 writes and 32 calls on objects at the same time, and the pace of each API."""

    def __init__(self) -> None:
        self._readers = threading.BoundedSemaphore(READERS)
        self._writers = threading.BoundedSemaphore(WRITERS)
        self._object_workers = threading.BoundedSemaphore(OBJECT_WORKERS)
        self._governors: dict[tuple[str, str], Governor] = {}

    def lane(self, call: Call, *, write: bool) -> threading.BoundedSemaphore:
        """Return what a thread must hold to make the call."""
        if call.service == "s3" and call.operation in OBJECT_CALLS:
            return self._object_workers
        return self._writers if write else self._readers

    def governor(self, service: str, region: str) -> Governor:
        """Return what paces the calls to `service` in a region."""
        found = self._governors.get((service, region))
        if found is not None:
            return found
        made = Governor(recovery=OBJECT_STORE) if service == "s3" else Governor()
        return self._governors.setdefault((service, region), made)
