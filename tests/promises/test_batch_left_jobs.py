"""Jobs that a killed run left: a plan that does not wait for one writes nothing, whatever its spec asks for now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from moto.s3.models import OWNER

from cfstream.errors import NotAuthorized
from cfstream.ports import Call, Writes
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.values import Json
from tests.promises.batched import (
    KEYS,
    Killed,
    KilledError,
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
from tests.world.plans import outcome, problems, told
from tests.world.ports import PassThrough, Witness
from tests.world.specs import by_acl, signed, without

ALLOWED = ("makes-public", "widens-grant", "cuts-viewers", "replaces-acls")


@pytest.fixture
def media(empty: SandboxAccount) -> SandboxAccount:
    """Return an account with a job of a run that was killed, which has granted nothing yet."""
    ready(empty)
    empty.s3.put_object(Bucket="media", Key="b/open.mp4", Body=b"-")
    with pytest.raises(KilledError):
        empty.apply(by_job(), port=Killed(empty.world.aws, "Ready"))
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
    assert report.exit_code == 2, told(report)
    assert len(media.identities()) == 1
    jobs(media)[0].status = "Cancelled"
    destroy(media, document)
    assert media.identities() == {}


def test_an_identity_that_others_use_is_no_exception(media: SandboxAccount) -> None:
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


def test_a_job_that_ends_is_no_problem_any_more(media: SandboxAccount) -> None:
    """The changed spec converges."""
    jobs(media)[0].status = "Cancelled"
    media.converge(by_job(permission="FULL_CONTROL"))
    assert granted(media) == dict.fromkeys(KEYS, "FULL_CONTROL")


@dataclass
class WithoutList(PassThrough):
    """ListJobs is not allowed."""

    aws: Writes

    def items(self, call: Call) -> Sequence[Json]:
        if call.operation == "list_jobs":
            raise NotAuthorized("s3:ListJobs", "AccessDenied", "not allowed", status=403)
        return self.aws.items(call)


@pytest.mark.parametrize(("document", "count"), [(by_job(engine="local"), 1), (by_acl(), 0)])
def test_jobs_that_cannot_be_listed(media: SandboxAccount, document: Spec, count: int) -> None:
    """With `batch`, a run may have started one. Without it, none did."""
    reads: Callable[[], Any] = media.world.reads
    media.world = replace(media.world, reads=lambda: WithoutList(reads()))
    found = media.stack(document).problems
    assert len(found) == count
    assert all("s3:ListJobs" in each.do for each in found)


@pytest.mark.usefixtures("s3control")
def test_a_job_that_begins_after_the_plan(media: SandboxAccount) -> None:
    """The step is stale before it writes, and a saved plan has a problem."""
    jobs(media)[0].status = "Cancelled"
    plan = media.plan(by_acl())
    request = job_request("7" * 64, ClientRequestToken="another", Description="cfstream:lectures another")
    media.clients("s3control").create_job(**request)
    report = media.run(plan)
    assert (report.exit_code, outcome(report)) == (4, "stale"), told(report)
    assert "was created after this plan" in " ".join(told(report))
    assert granted(media) == {}
