"""Grants by a job of S3 Batch Operations: only where it removes nothing unread, and guarded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
from moto.s3.models import OWNER

from cfstream.errors import NotAuthorized, ReplyLost, Unreachable
from cfstream.ports import Answer, Call
from cfstream.render.json import plan_document
from cfstream.values import Json
from tests.promises.batched import (
    BATCH,
    KEYS,
    OTHER_USER,
    REPLACES,
    EndsLater,
    Watching,
    by_job,
    granted,
    jobs,
    ready,
    share,
    statuses,
)
from tests.world.account import SandboxAccount
from tests.world.batch import ROLE, make_role
from tests.world.configs import signers
from tests.world.plans import hazards, outcome, problems, report_lines, steps
from tests.world.ports import PassThrough, Witness
from tests.world.specs import by_acl


def denied(operation: str) -> NotAuthorized:
    """Return a refusal because of a missing permission."""
    return NotAuthorized(operation, "AccessDenied", "not allowed", status=403)


@pytest.fixture
def media(empty: SandboxAccount) -> SandboxAccount:
    """Return an account with objects, a bucket for reports, and the role of a job."""
    return ready(empty)


def test_a_job_grants_on_every_object(media: SandboxAccount) -> None:
    """One job, no write of a single ACL, and the next plan is empty."""
    witness = Witness(media.world.aws)
    report = media.apply(by_job(), port=witness)
    assert report.exit_code == 0, report_lines(report)
    assert granted(media) == dict.fromkeys(KEYS, "READ")
    assert statuses(media) == ["Complete"]
    assert "put_object_acl" not in witness.writes
    (created,) = [call.params for call in witness.calls if call.operation == "create_job"]
    assert created["ConfirmationRequired"] is False
    assert media.plan(by_job()).in_sync


def test_only_objects_under_the_prefix(media: SandboxAccount) -> None:
    """The job has one prefix, and the others stay as they are."""
    media.s3.put_object(Bucket="media", Key="b/other.mp4", Body=b"-")
    media.converge(by_job(prefix="a/"))
    assert set(granted(media)) == set(KEYS)
    assert list(media.grants("b/other.mp4")) == [OWNER]


class TestWhatAJobWouldRemove:
    """A job replaces whole ACLs."""

    def test_grants_of_others_are_a_hazard(self, media: SandboxAccount) -> None:
        """Without --allow nothing is written; the hazard names an object and who would lose it."""
        share(media)
        plan = media.plan(by_job())
        assert hazards(plan.stacks[0]) == ["cuts-viewers", "replaces-acls"]
        text = next(each.text for each, _ in plan.stacks[0].hazards if each.name == "replaces-acls")
        assert KEYS[0] in text
        assert OTHER_USER in text
        assert media.run(plan).exit_code == 5
        assert jobs(media) == []

    def test_when_allowed_it_replaces_them(self, media: SandboxAccount) -> None:
        """With --allow replaces-acls the grants of others are lost."""
        share(media)
        report = media.apply(by_job(), allow=REPLACES)
        assert report.exit_code == 0, report_lines(report)
        assert OTHER_USER not in media.grants(KEYS[0])

    def test_auto_grants_on_this_machine_instead(
        self, media: SandboxAccount, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With engine auto nothing of others is lost, however much faster a job is."""
        _make_jobs_faster(monkeypatch)
        share(media)
        media.converge(by_job(engine="auto"))
        assert jobs(media) == []
        assert media.grants(KEYS[0])[OTHER_USER] == ["READ"]

    def test_a_former_identity_keeps_its_grant_until_it_is_not_needed(self, media: SandboxAccount) -> None:
        """A job would remove it before the distribution uses the new identity. So this machine adds the new grant."""
        former = media.make_identity()
        media.converge({**by_acl(), "oai": {"id": former}})
        media.converge(by_job())
        assert jobs(media) == []


class TestAuto:
    """The estimate decides."""

    def test_few_objects_are_granted_here(self, media: SandboxAccount) -> None:
        """The plan shows the estimate and the reason."""
        plan = media.plan(by_job(engine="auto"))
        assert [
            each for each in plan.stacks[0].notices if each.text.endswith("local: a job would not be faster")
        ]
        (found,) = [each["grant_estimate"] for each in plan_document(plan)["stacks"]]
        assert (found["objects"], found["lacking"], found["engine"]) == (6, 6, "local")
        assert media.run(plan).exit_code == 0
        assert jobs(media) == []

    def test_many_objects_are_granted_by_a_job(
        self, media: SandboxAccount, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """If all ACLs were read, and name only the owner."""
        _make_jobs_faster(monkeypatch)
        media.converge(by_job(engine="auto"))
        assert statuses(media) == ["Complete"]


def _make_jobs_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfstream.kinds.object_acl.engine.Estimate.job_is_faster", True)


@dataclass
class WithoutIam(PassThrough):
    """Reads that IAM does not allow."""

    aws: Any

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        refused = denied("iam:GetRole")
        answers = iter(self.aws.together([call for call in calls if call.service != "iam"]))
        return tuple(refused if call.service == "iam" else next(answers) for call in calls)


class TestRole:
    """The plan checks the role and the bucket of the report."""

    @pytest.mark.parametrize("missing", ["s3:PutObjectAcl", "s3:PutInventoryConfiguration", "s3:PutObject"])
    def test_a_missing_permission_is_named(self, media: SandboxAccount, missing: str) -> None:
        """The problem says what to add."""
        make_role(media.clients("iam"), without=missing)
        (problem,) = media.stack(by_job()).problems
        assert f"may not do {missing} on arn:aws:s3:::" in problem.what
        assert problem.do.startswith(f"add to a policy of the role: Allow {missing} on")

    def test_a_missing_trust_is_named(self, media: SandboxAccount) -> None:
        """S3 Batch Operations must be allowed to assume the role."""
        make_role(media.clients("iam"), service="lambda.amazonaws.com")
        assert problems(media.stack(by_job())) == [f"S3 Batch Operations may not assume the role {ROLE}"]

    def test_a_role_or_bucket_that_does_not_exist(self, media: SandboxAccount) -> None:
        """Neither the role nor the bucket of the report."""
        batch = {"role": f"{ROLE}-none", "report_bucket": "no-reports"}
        assert problems(media.stack(by_job(batch=batch))) == [
            f"the role {ROLE}-none does not exist",
            "the bucket no-reports does not exist, so the job cannot write its report",
        ]

    def test_a_bucket_of_another_account(self, media: SandboxAccount) -> None:
        """A report lists keys. It must not go to a bucket that somebody else has created with this name."""
        theirs = boto3.client(
            "s3",
            endpoint_url=media.sandbox.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="999988887777",
            aws_secret_access_key="-",
        )
        theirs.create_bucket(Bucket="theirs")
        found = problems(media.stack(by_job(batch={**BATCH, "report_bucket": "theirs"})))
        assert any(each.startswith("the bucket theirs belongs to another account") for each in found)

    def test_a_role_that_cannot_be_read(self, media: SandboxAccount) -> None:
        """A notice, and the job itself shows whether the role is sufficient."""
        reads = media.world.reads
        media.world = replace(media.world, reads=lambda: WithoutIam(reads()))
        plan = media.plan(by_job())
        assert problems(plan.stacks[0]) == []
        assert any("could not be checked" in each.text for each in plan.stacks[0].notices)


class TestGuard:
    """Nobody can read by a job who could not read before."""

    def test_signers_that_are_removed_cancel_the_job(self, media: SandboxAccount) -> None:
        """The guard is checked each time that the job is read; a cancelled job writes no more."""

        def open_it(status: str) -> None:
            if status == "Ready":
                behavior = media.config()["DefaultCacheBehavior"]
                public = {**behavior, "TrustedSigners": signers(), "TrustedKeyGroups": signers()}
                media.edit(lambda config: config.update(DefaultCacheBehavior=public))

        report = media.apply(by_job(), port=Watching(media.world.aws, open_it))
        assert (report.exit_code, outcome(report)) == (4, "stale"), report_lines(report)
        assert "is cancelled" in " ".join(report_lines(report))
        assert statuses(media) == ["Cancelled"]
        assert granted(media) == {}

    @pytest.mark.parametrize(
        ("error", "remark", "left"),
        [
            (ReplyLost("the reply was lost"), "is cancelled", "Cancelled"),
            (denied("s3:UpdateJobStatus"), "may still be running", "Ready"),
        ],
    )
    def test_a_cancel_that_fails(
        self, media: SandboxAccount, error: Exception, remark: str, left: str
    ) -> None:
        """A lost reply is not a problem. If the job cannot be cancelled, the error says so."""

        class Failing(Watching):
            def write(self, call: Call) -> Json:
                if call.operation == "update_job_status" and not isinstance(error, NotAuthorized):
                    super().write(call)
                if call.operation == "update_job_status":
                    raise error
                return super().write(call)

        def open_it(status: str) -> None:
            if status == "Ready":
                public = {**media.config()["DefaultCacheBehavior"], "TrustedSigners": signers()}
                media.edit(lambda config: config.update(DefaultCacheBehavior=public))

        report = media.apply(by_job(), port=Failing(media.world.aws, open_it))
        assert report.exit_code == 4, report_lines(report)
        assert remark in " ".join(report_lines(report))
        assert statuses(media) == [left]
        assert granted(media) == {}

    @pytest.mark.parametrize(
        ("answers", "remark"),
        [
            ([Unreachable("no connection"), "Cancelling", "Cancelled"], "is cancelled"),
            (["Cancelling"], "is cancelled, and ends after the tasks that are in progress"),
            ([denied("s3:DescribeJob")], "is cancelled, and ends after the tasks that are in progress"),
        ],
        ids=["in a while", "not in time", "unknown"],
    )
    def test_a_cancelled_job_ends_later(
        self, media: SandboxAccount, answers: list[str | Exception], remark: str
    ) -> None:
        """S3 finishes the tasks that are in progress. The report says whether the job has ended."""

        def open_it(status: str) -> None:
            if status == "Ready":
                public = {**media.config()["DefaultCacheBehavior"], "TrustedSigners": signers()}
                media.edit(lambda config: config.update(DefaultCacheBehavior=public))

        report = media.apply(by_job(), port=EndsLater(media.world.aws, open_it, answers))
        assert report.exit_code == 4, report_lines(report)
        lines = "\n".join(report_lines(report)).splitlines()
        assert f"the job {jobs(media)[0].id} {remark}" in [line.strip() for line in lines]

    def test_a_job_is_not_created_if_the_guard_objects(self, media: SandboxAccount) -> None:
        """The guard is checked right before CreateJob."""
        media.converge(by_job(prefix="b/"))
        plan = media.plan(by_job())
        behavior = media.config()["DefaultCacheBehavior"]
        media.edit(
            lambda config: config.update(DefaultCacheBehavior={**behavior, "TrustedSigners": signers()})
        )
        assert media.run(plan).exit_code == 4
        assert jobs(media) == []


def test_a_saved_plan_has_the_job(media: SandboxAccount) -> None:
    """The engine is part of the fingerprint."""
    local, job = media.plan(by_acl()), media.plan(by_job())
    assert steps(local) == steps(job)
    assert local.fingerprint != job.fingerprint
