"""Jobs that a killed run left: a plan that does not wait for one writes nothing, whatever its spec asks for now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from moto.s3.models import OWNER

from cfstream.errors import CfstreamError, NotAuthorized, Refused, Unreachable
from cfstream.planning import Plan
from cfstream.ports import Call, Writes
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.values import Json
from tests.promises.batched import (
    KEYS,
    KilledError,
    KilledInState,
    Spec,
    by_job,
    granted,
    jobs,
    ready,
    statuses,
)
from tests.promises.ending import destroy, ending
from tests.promises.test_batch_inventory import spec as by_inventory
from tests.world.account import SandboxAccount
from tests.world.batch import job_request
from tests.world.plans import outcome, problems, report_lines
from tests.world.ports import PassThrough, Witness
from tests.world.specs import by_acl, signed, without

ALLOWED = ("makes-public", "widens-grant", "cuts-viewers", "replaces-acls")


@pytest.fixture
def media(empty: SandboxAccount) -> SandboxAccount:
    """Return an account with a job of a run that was killed, which has granted nothing yet."""
    ready(empty)
    empty.s3.put_object(Bucket="media", Key="b/open.mp4", Body=b"-")
    with pytest.raises(KilledError):
        empty.apply(by_job(), port=KilledInState(empty.world.aws, "Ready"))
    return empty


def public(document: Spec) -> Spec:
    """Return the spec without signers."""
    return {**without(document, "trusted_signers"), "public": True}


CHANGED: dict[str, Spec] = {
    "prefix narrowed": by_job(prefix="b/"),
    "other permission": by_job(permission="FULL_CONTROL"),
    "by this machine": by_job(engine="local"),
    "without batch": by_acl(),
    "via bucket-policy": signed(oai={}, grant={"via": "bucket-policy"}),
    "via elsewhere": signed(oai={}, grant={"via": "elsewhere"}),
    "an OAC": signed(),
    "public, prefix narrowed": public(by_job(prefix="b/")),
    "public path, via bucket-policy": signed(
        oai={}, http={"behaviors": [{"path": "/a/*", "public": True}]}, grant={"prefix": "b/"}
    ),
}


@pytest.mark.parametrize("document", CHANGED.values(), ids=CHANGED)
def test_a_changed_spec_writes_nothing(media: SandboxAccount, document: Spec) -> None:
    """The problem names the job, its reader, and the command that cancels it."""
    plan = media.plan(document)
    (problem,) = [each for each in plan.stacks[0].problems if "the job" in each.what]
    (identity,), (job,) = media.identities(), jobs(media)
    assert problem.what == f"the job {job.id} of an earlier run still grants objects to {identity}"
    command = (
        f"`aws s3control update-job-status --account-id {ACCOUNT} --job-id {job.id} "
        "--requested-job-status Cancelled --region us-east-1`"
    )
    assert command in problem.do
    witness = Witness(media.world.aws)
    assert media.run(plan, port=witness, allow=ALLOWED).exit_code == 2
    assert witness.writes == []
    assert statuses(media) == ["Ready"]


@pytest.mark.parametrize("document", [by_job(), signed(oai={})], ids=["same spec", "via bucket-policy"])
def test_destroy_deletes_nothing(media: SandboxAccount, document: Spec) -> None:
    """The identity stays until the job has ended. Then destroy goes on."""
    assert [each for each in problems(ending(media, document)) if "still grants objects" in each]
    report = destroy(media, document)
    assert report.exit_code == 2, report_lines(report)
    assert len(media.identities()) == 1
    jobs(media)[0].status = "Cancelled"
    destroy(media, document)
    assert media.identities() == {}


def test_an_identity_that_others_use_is_not_an_exception(media: SandboxAccount) -> None:
    """Its grants would stay, and the job would add more."""
    (identity,) = media.identities()
    media.s3.create_bucket(Bucket="second", ObjectOwnership="BucketOwnerPreferred")
    other = signed(name="second", bucket="second", oai={"id": identity}, grant={"via": "elsewhere"})
    assert media.apply(other).exit_code == 0
    assert [each for each in problems(ending(media, by_job())) if "still grants objects" in each]


def test_a_sample_in_sync_is_a_problem(media: SandboxAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """No step would wait for the job."""
    (identity,) = media.identities().values()
    both = ((OWNER, "FULL_CONTROL"), (identity["S3CanonicalUserId"], "READ"))
    grants = [
        {"Grantee": {"Type": "CanonicalUser", "ID": who}, "Permission": permission}
        for who, permission in both
    ]
    for key in KEYS:
        policy = {"Owner": {"ID": OWNER}, "Grants": grants}
        media.s3.put_object_acl(Bucket="media", Key=key, AccessControlPolicy=policy)
    monkeypatch.setattr("cfstream.kinds.object_acl.sample.MOST_READ", 2)
    monkeypatch.setattr("cfstream.kinds.object_acl.sample.FROM_START", 1)
    monkeypatch.setattr("cfstream.kinds.object_acl.sample.LISTS", 0)
    (found,) = problems(media.stack(by_inventory()))
    assert "still grants objects" in found


def test_the_same_spec_resumes(media: SandboxAccount) -> None:
    """Its plan waits for the job."""
    media.converge(by_job())
    assert statuses(media) == ["Complete"]
    assert granted(media) == dict.fromkeys(KEYS, "READ")


def test_a_job_that_has_ended_is_not_a_problem(media: SandboxAccount) -> None:
    """The changed spec converges."""
    jobs(media)[0].status = "Cancelled"
    media.converge(by_job(permission="FULL_CONTROL"))
    assert granted(media) == dict.fromkeys(KEYS, "FULL_CONTROL")


DENIED = NotAuthorized("s3:ListJobs", "AccessDenied", "not allowed", status=403)
UNREACHED = Unreachable("S3 Control could not be reached")


@dataclass
class WithoutList(PassThrough):
    """ListJobs gets an error."""

    aws: Writes
    error: CfstreamError = DENIED

    def items(self, call: Call) -> Sequence[Json]:
        if call.operation == "list_jobs":
            raise self.error
        return self.aws.items(call)


def unlisted(account: SandboxAccount, error: CfstreamError = DENIED) -> None:
    """Let every plan of the account get this error from ListJobs."""
    reads: Callable[[], Any] = account.world.reads
    account.world = replace(account.world, reads=lambda: WithoutList(reads(), error))


@pytest.mark.parametrize(("document", "count"), [(by_job(engine="local"), 1), (by_acl(), 0)])
def test_jobs_that_may_not_be_listed(media: SandboxAccount, document: Spec, count: int) -> None:
    """With `batch`, a run may have started one. Without it, none did."""
    unlisted(media)
    found = media.stack(document).problems
    assert len(found) == count
    assert all("s3:ListJobs" in each.do for each in found)


class TestUnreached:
    """S3 Control cannot be reached when the plan is made."""

    CHANGED = by_job(permission="FULL_CONTROL")

    def planned(self, account: SandboxAccount, document: Spec) -> Plan:
        """Return a plan without problems, which has a notice."""
        unlisted(account, UNREACHED)
        plan = account.plan(document)
        assert problems(plan.stacks[0]) == []
        assert [each.text for each in plan.stacks[0].notices if "could not be listed" in each.text]
        return plan

    @pytest.mark.parametrize("reached", [False, True])
    def test_nothing_is_written_while_a_job_may_run(self, media: SandboxAccount, *, reached: bool) -> None:
        """Jobs are listed before the first write. The error has the job, or why it is not known."""
        plan = self.planned(media, self.CHANGED)
        witness = Witness(media.world.aws if reached else WithoutList(media.world.aws, UNREACHED))
        report = media.run(plan, port=witness, allow=ALLOWED)
        assert (report.exit_code, outcome(report), witness.writes) == (1, "failed", [])
        (stack,) = report.stacks
        expected = (
            f"the job {jobs(media)[0].id} of an earlier run still grants" if reached else UNREACHED.what
        )
        assert "so nothing was written" in stack.why
        assert expected in stack.why
        assert ("aws s3control update-job-status" if reached else "can be reached") in stack.do

    def test_the_same_spec_resumes_once_it_is_reached(self, media: SandboxAccount) -> None:
        """Its plan waits for the job."""
        report = media.run(self.planned(media, by_job()))
        assert report.exit_code == 0, report_lines(report)
        assert statuses(media) == ["Complete"]

    def test_destroy_waits_too(self, media: SandboxAccount) -> None:
        """It deletes nothing."""
        unlisted(media, UNREACHED)
        assert problems(ending(media, by_job())) == []
        assert destroy(media, by_job()).exit_code == 1
        assert len(media.identities()) == 1


NONE = Refused("s3:ListJobs", "NotImplemented", "ListJobs is not implemented", status=501)


@pytest.mark.parametrize("error", [UNREACHED, NONE])
def test_no_job_can_run_before_the_first_grant(empty: SandboxAccount, error: CfstreamError) -> None:
    """A new stack is applied without S3 Control. An emulator that does not have it is not an obstacle later either."""
    ready(empty)
    unlisted(empty, error)
    plan = empty.plan(by_acl())
    assert not [each for each in plan.stacks[0].notices if "listed" in each.text]
    assert empty.run(plan, port=WithoutList(empty.world.aws, error)).exit_code == 0
    assert granted(empty) == dict.fromkeys(KEYS, "READ")
    if error is NONE:
        empty.converge(by_acl(permission="FULL_CONTROL"), allow=ALLOWED)


@pytest.mark.usefixtures("s3control")
def test_a_job_that_begins_after_the_plan(media: SandboxAccount) -> None:
    """The step is stale before it writes, and a saved plan has a problem."""
    jobs(media)[0].status = "Cancelled"
    plan = media.plan(by_acl())
    request = job_request("7" * 64, ClientRequestToken="another", Description="cfstream:lectures another")
    media.clients("s3control").create_job(**request)
    report = media.run(plan)
    assert (report.exit_code, outcome(report)) == (4, "stale"), report_lines(report)
    assert "was created after this plan" in " ".join(report_lines(report))
    assert granted(media) == {}
