"""Jobs of S3 Batch Operations that fail, in part or as a whole, and buckets that change while one runs."""

from dataclasses import dataclass

import pytest

from cfstream.errors import NotAuthorized, Throttled
from cfstream.ports import Call, Writes
from cfstream.sandbox.batch import tasks
from cfstream.values import Json
from tests.promises.batched import (
    KEYS,
    OTHER_USER,
    REPLACES,
    Watching,
    by_job,
    granted,
    jobs,
    ready,
    share,
    statuses,
)
from tests.world.account import SandboxAccount
from tests.world.batch import make_role
from tests.world.configs import signers
from tests.world.plans import report_lines
from tests.world.ports import PassThrough, Witness


@pytest.fixture
def media(empty: SandboxAccount) -> SandboxAccount:
    """Return an account with objects, a bucket for reports, and the role of a job."""
    return ready(empty)


@dataclass
class Confirmed(PassThrough):
    """A port through which every new job waits for confirmation."""

    aws: Writes

    def write(self, call: Call) -> Json:
        if call.operation == "create_job":
            params = {**call.params, "ConfirmationRequired": True}
            call = Call(call.service, call.operation, params, call.region)
        return self.aws.write(call)


@dataclass
class NoReport(PassThrough):
    """A port through which no object can be read."""

    aws: Writes

    def read(self, call: Call) -> Json:
        if call.operation == "get_object":
            raise NotAuthorized("s3:GetObject", "AccessDenied", "not allowed", status=403)
        return self.aws.read(call)


class TestFailures:
    """Jobs that fail, in part or as a whole."""

    def test_a_job_that_half_fails(self, media: SandboxAccount) -> None:
        """Objects that failed are in the report, and are granted here."""
        make_role(media.clients("iam"), but="a/[34]*")
        plan = media.plan(by_job())
        witness = Witness(media.world.aws)
        report = media.run(plan, port=witness)
        assert report.exit_code == 0, report_lines(report)
        assert granted(media) == dict.fromkeys(KEYS, "READ")
        assert witness.writes.count("put_object_acl") == 2
        assert media.plan(by_job()).in_sync

    def test_a_report_that_cannot_be_read(self, media: SandboxAccount) -> None:
        """Every object is checked here instead."""
        make_role(media.clients("iam"), but="a/3*")
        report = media.apply(by_job(), port=NoReport(media.world.aws))
        assert report.exit_code == 0, report_lines(report)
        assert granted(media) == dict.fromkeys(KEYS, "READ")

    def test_a_job_that_waits_for_confirmation(self, media: SandboxAccount) -> None:
        """The run confirms it, after the guard."""
        report = media.apply(by_job(), port=Confirmed(media.world.aws))
        assert report.exit_code == 0, report_lines(report)
        assert statuses(media) == ["Complete"]

    def test_the_guard_is_checked_before_each_confirmation(self, media: SandboxAccount) -> None:
        """S3 throttles the first one, and then the distribution has no signers."""

        class Throttling(Confirmed):
            confirmed = 0

            def write(self, call: Call) -> Json:
                if call.params.get("RequestedJobStatus") == "Ready":
                    self.confirmed += 1
                    open_to = {**media.config()["DefaultCacheBehavior"], "TrustedSigners": signers()}
                    media.edit(lambda config: config.update(DefaultCacheBehavior=open_to))
                    raise Throttled("s3:UpdateJobStatus", "TooManyRequestsException", "too many", status=429)
                return super().write(call)

        port = Throttling(media.world.aws)
        report = media.apply(by_job(), port=port)
        assert (report.exit_code, port.confirmed) == (4, 1), report_lines(report)
        assert statuses(media) == ["Cancelled"]

    def test_a_confirmation_that_is_not_allowed(self, media: SandboxAccount) -> None:
        """The run ends with the refusal, and leaves no job that somebody may confirm later."""

        class Refusing(Confirmed):
            def write(self, call: Call) -> Json:
                if call.params.get("RequestedJobStatus") == "Ready":
                    raise NotAuthorized("s3:UpdateJobStatus", "AccessDenied", "not allowed", status=403)
                return super().write(call)

        report = media.apply(by_job(), port=Refusing(media.world.aws))
        assert report.exit_code == 1, report_lines(report)
        assert "s3:UpdateJobStatus" in " ".join(report_lines(report))
        assert statuses(media) == ["Cancelled"]

    def test_a_role_that_loses_a_permission_after_the_plan(self, media: SandboxAccount) -> None:
        """The job fails, and the error has AWS's reason and the fix."""
        plan = media.plan(by_job())
        make_role(media.clients("iam"), without="s3:ListBucket")
        report = media.run(plan)
        assert report.exit_code == 1
        assert "not authorized to perform s3:ListBucket" in " ".join(report_lines(report))
        assert granted(media) == {}

    def test_a_job_in_which_most_tasks_fail(
        self, media: SandboxAccount, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """AWS ends it. The error names the first object and its error, and the same command finishes the rest.

        If the report cannot be read, the error has AWS's reason alone.
        """
        monkeypatch.setattr(tasks, "LEAST_EXECUTED", 2)
        make_role(media.clients("iam"), but="a/[0-4]*")
        first = "2 of 2 objects failed, first 'a/0.mp4': 403 AccessDenied Access Denied"
        for port, shown in ((media.world.aws, True), (NoReport(media.world.aws), False)):
            report = media.apply(by_job(), port=port)
            text = " ".join(report_lines(report))
            assert (report.exit_code, first in text) == (1, shown), text
            assert f"the job {jobs(media)[-1].id} failed" in text
        make_role(media.clients("iam"))
        media.converge(by_job())
        assert statuses(media) == ["Failed", "Failed", "Complete"]

    def test_a_job_that_somebody_cancels(self, media: SandboxAccount) -> None:
        """The error says so, and the same command starts another job."""

        def cancel(status: str) -> None:
            if status == "Ready":
                jobs(media)[0].status = "Cancelling"

        report = media.apply(by_job(), port=Watching(media.world.aws, cancel))
        assert report.exit_code == 1
        assert "somebody cancelled the job" in " ".join(report_lines(report))
        media.converge(by_job())
        assert statuses(media) == ["Cancelled", "Complete"]

    def test_a_job_without_progress_is_cancelled(
        self, media: SandboxAccount, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After the timeout of the spec."""
        monkeypatch.setattr(tasks, "work", lambda *_: None)
        report = media.apply({**by_job(), "wait": {"timeout": "2m"}})
        assert report.exit_code == 6, report_lines(report)
        assert statuses(media) == ["Cancelled"]

    def test_a_bucket_that_loses_objects(self, media: SandboxAccount) -> None:
        """A deleted object is not an error."""

        def delete(status: str) -> None:
            if status == "Ready":
                media.s3.delete_object(Bucket="media", Key=KEYS[5])

        report = media.apply(by_job(), port=Watching(media.world.aws, delete))
        assert report.exit_code == 0, report_lines(report)

    @pytest.mark.parametrize("ahead", [0.0, 600.0])
    def test_a_bucket_that_gains_objects(self, media: SandboxAccount, ahead: float) -> None:
        """Objects that are newer than the plan are granted here, and keep the grants of others.

        S3's time decides what is newer, whatever this machine's clock shows.
        """
        media.clock.slept -= 10
        media.clock.ahead = ahead
        share(media)  # as an object that was uploaded with a grant, in the second of the plan
        report = media.apply(by_job(), allow=REPLACES)
        assert report.exit_code == 0, report_lines(report)
        assert jobs(media) == []
        assert granted(media) == dict.fromkeys(KEYS, "READ")
        assert media.grants(KEYS[0])[OTHER_USER] == ["READ"]
