"""An account in which jobs of S3 Batch Operations can run, and ports that act when a job is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from moto.s3.models import OWNER

from cfstream.ports import Call, Writes
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.values import Json
from tests.world.account import SandboxAccount
from tests.world.batch import ROLE, make_role
from tests.world.ports import PassThrough
from tests.world.specs import by_acl

Spec = dict[str, Any]

KEYS = tuple(f"a/{number}.mp4" for number in range(6))
OTHER_USER = "7" * 64
BATCH = {"role": ROLE, "report_bucket": "reports", "report_prefix": "acl/"}
REPLACES = ("replaces-acls", "cuts-viewers")


def by_job(**grant: Any) -> Spec:
    """Return a spec that grants on objects by a job."""
    return by_acl(grant={"engine": "s3-batch", "batch": BATCH, **grant})


def ready(account: SandboxAccount) -> SandboxAccount:
    """Make objects, a bucket for reports, and the role of a job."""
    account.bucket("media", *KEYS, ObjectOwnership="BucketOwnerPreferred")
    account.bucket("reports")
    make_role(account.clients("iam"))
    # A job has only the objects that were written before the second in which the plan was made.
    account.clock.slept += 10
    return account


def granted_by_job(account: SandboxAccount) -> SandboxAccount:
    """Let a job grant on all objects, in a state that tests share."""
    account.start_at("granted by a job", lambda: ready(account).converge(by_job()))
    account.clock.slept = 1000.0
    return account


def jobs(account: SandboxAccount) -> list[Any]:
    """Return the jobs of the account, the oldest first."""
    return account.sandbox.accounts.jobs.of(ACCOUNT)


def statuses(account: SandboxAccount) -> list[str]:
    """Return the status of each job."""
    return [job.status for job in jobs(account)]


def granted(account: SandboxAccount) -> dict[str, str]:
    """Return what each object grants to the OAI, without objects that grant nothing."""
    (identity,) = account.identities().values()
    given = {key: account.grants(key).get(identity["S3CanonicalUserId"], []) for key in KEYS}
    return {key: " ".join(permissions) for key, permissions in given.items() if permissions}


def share(account: SandboxAccount, key: str = KEYS[0], *others: str) -> None:
    """Grant an object to somebody else, and to these others."""
    grants = [
        {"Grantee": {"Type": "CanonicalUser", "ID": who}, "Permission": permission}
        for who, permission in ((OWNER, "FULL_CONTROL"), *((who, "READ") for who in (OTHER_USER, *others)))
    ]
    policy = {"Owner": {"ID": OWNER}, "Grants": grants}
    account.s3.put_object_acl(Bucket="media", Key=key, AccessControlPolicy=policy)


@dataclass
class Watching(PassThrough):
    """Calls `at` with each state in which a job is read, before the caller gets it."""

    aws: Writes
    at: Callable[[str], None]

    def read(self, call: Call) -> Json:
        reply = self.aws.read(call)
        if call.operation == "describe_job":
            self.at(reply["Job"]["Status"])
        return reply


class EndsLater(Watching):
    """Gives these answers about the status of a job after it is cancelled, and repeats the last one."""

    def __init__(self, aws: Writes, at: Callable[[str], None], answers: Sequence[str | Exception]) -> None:
        super().__init__(aws, at)
        self._answers = answers
        self._asked: int | None = None

    def read(self, call: Call) -> Json:
        reply = super().read(call)
        if call.operation != "describe_job" or self._asked is None:
            return reply
        answer = self._answers[min(self._asked, len(self._answers) - 1)]
        self._asked += 1
        if isinstance(answer, Exception):
            raise answer
        return {"Job": {**reply["Job"], "Status": answer}}

    def write(self, call: Call) -> Json:
        if call.operation == "update_job_status":
            self._asked = 0
        return super().write(call)


class KilledError(BaseException):
    """The process is killed."""


class KilledInState(Watching):
    """A process that is killed when it reads a job in a state: none of its calls arrives after that."""

    def __init__(self, aws: Writes, status: str) -> None:
        super().__init__(aws, self._end)
        self._status = status
        self._dead = False

    def _end(self, status: str) -> None:
        if status == self._status:
            self._dead = True
            raise KilledError

    def write(self, call: Call) -> Json:
        if self._dead:
            raise KilledError
        return super().write(call)
