"""A job and its state. A pickle of the sandbox has all jobs.

Source of the states: S3 User Guide, "Tracking job status and completion reports".
"""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ENDED = ("Complete", "Cancelled", "Failed")
STATES = (
    *("New", "Preparing", "Suspended", "Ready", "Active", "Pausing", "Paused", "Completing"),
    *("Cancelling", "Failing", *ENDED),
)
CANCELLABLE = ("New", "Preparing", "Suspended", "Ready", "Active", "Pausing", "Paused")


@dataclass
class FailedTask:
    """A task that failed: the object, and S3's answer."""

    key: str
    code: str
    status: int
    message: str


@dataclass
class BatchedJob:
    """One job: what was asked, and how far it is."""

    id: str
    region: str
    asked: Json
    """The request, with the members of CreateJob."""
    created: float
    status: str = "New"
    update_reason: str = ""
    failures: list[tuple[str, str]] = field(default_factory=list)
    """Code and reason, if the job failed as a whole."""
    bucket: str = ""
    keys: list[str] = field(default_factory=list)
    """The bucket and the keys of its objects: known once the job is prepared."""
    done: int = 0
    """How many tasks are finished."""
    failed: list[FailedTask] = field(default_factory=list)
    ended: float | None = None
    described: float = 0.0
    """When its state was read last, or when it was created."""

    @property
    def token(self) -> str:
        """The client's token, by which a repeated request finds the job."""
        return str(self.asked["ClientRequestToken"])

    @property
    def grants(self) -> Json:
        """The ACL that each object gets."""
        policy: Json = self.asked["Operation"]["S3PutObjectAcl"]["AccessControlPolicy"]
        return policy


class JobsOfAccounts:
    """The jobs of each account, the oldest first."""

    def __init__(self) -> None:
        self._jobs: dict[str, list[BatchedJob]] = {}

    def of(self, account: str) -> list[BatchedJob]:
        """Return the jobs of an account."""
        return self._jobs.setdefault(account, [])
