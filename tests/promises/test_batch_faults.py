"""If any one write of a grant by a job fails, the same command converges when it runs again, with one job at a time.

The job has a list of the objects that lack the grant, waits for confirmation, and fails for one of them.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from cfstream.ports import Call, Writes
from cfstream.values import Json
from tests.promises.batched import KEYS, OTHER_USER, by_job, granted, granted_by_job, jobs, share, statuses
from tests.world.account import SandboxAccount
from tests.world.batch import make_role
from tests.world.faults import Fault, FaultyPort, Killed, Write, killed, landed_unanswered, never_arrived
from tests.world.plans import report_lines
from tests.world.ports import PassThrough

WRITES = ("put_object", "create_job", "update_job_status", "put_object_acl")
RUNS = 3
ENDED = ("Complete", "Cancelled", "Failed")


@dataclass
class Confirmed(PassThrough):
    """A port through which every new job waits for confirmation. It notes how many jobs run at a time."""

    aws: Writes
    jobs: Callable[[], list[str]]
    most: int = 0

    def write(self, call: Call) -> Json:
        if call.operation == "create_job":
            params = {**call.params, "ConfirmationRequired": True}
            call = Call(call.service, call.operation, params, call.region)
        reply = self.aws.write(call)
        self.most = max(self.most, sum(status not in ENDED for status in self.jobs()))
        return reply


@pytest.fixture
def media(empty: SandboxAccount) -> SandboxAccount:
    """Return a granted bucket in which two objects lack the grant, and another one is shared with somebody else."""
    granted_by_job(empty)
    (identity,) = empty.identities().values()
    for key in KEYS[:2]:
        empty.s3.put_object_acl(Bucket="media", Key=key, ACL="private")
    share(empty, KEYS[5], identity["S3CanonicalUserId"])
    make_role(empty.clients("iam"), but=KEYS[1])
    return empty


@pytest.mark.parametrize("fault", [killed, never_arrived, landed_unanswered])
@pytest.mark.parametrize("operation", WRITES)
def test_running_again_is_the_recovery(media: SandboxAccount, operation: str, fault: Fault) -> None:
    """All objects have the grant, the others keep theirs, and no second job ran beside the first."""
    confirmed = Confirmed(media.world.aws, lambda: statuses(media))
    port = FaultyPort(confirmed, Write(operation), fault)
    with suppress(Killed):
        media.apply(by_job(), port=port)
    assert port.fault_met
    for _ in range(RUNS):
        if media.plan(by_job()).in_sync:
            break
        report = media.apply(by_job(), port=confirmed)
        assert report.exit_code == 0, report_lines(report)
    assert media.plan(by_job()).in_sync
    assert granted(media) == dict.fromkeys(KEYS, "READ")
    assert media.grants(KEYS[5])[OTHER_USER] == ["READ"]
    assert confirmed.most == 1
    assert {*statuses(media)} <= {*ENDED}
    assert [len(job.keys) for job in jobs(media)][1:] in ([2], [2, 2], [2, 1])
