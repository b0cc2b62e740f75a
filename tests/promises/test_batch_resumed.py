"""Runs with a job that end early: nothing runs unguarded, and the next run finds the job."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from cfstream.errors import ReplyLost, Throttled, Unreachable
from cfstream.ports import Answer, Call, Writes
from cfstream.values import Json
from tests.promises.batched import (
    KEYS,
    KilledError,
    KilledInState,
    Watching,
    by_job,
    granted,
    jobs,
    ready,
    statuses,
)
from tests.world.account import SandboxAccount
from tests.world.plans import report_lines
from tests.world.ports import PassThrough, Witness, once


def throttled() -> Throttled:
    """Return a refusal because of the rate."""
    return Throttled("s3:CreateJob", "TooManyRequestsException", "too many requests", status=429)


@pytest.fixture
def media(empty: SandboxAccount) -> SandboxAccount:
    """Return an account with objects, a bucket for reports, and the role of a job."""
    return ready(empty)


@dataclass
class LostForLong(PassThrough):
    """The reply to CreateJob is lost, and then as many lists of jobs cannot be read."""

    aws: Writes
    broken: int
    has_lost: bool = False

    def write(self, call: Call) -> Json:
        reply = self.aws.write(call)
        if call.operation == "create_job":
            self.has_lost = True
            raise ReplyLost("the reply was lost")
        return reply

    def items(self, call: Call) -> Sequence[Json]:
        if call.operation == "list_jobs" and self.has_lost and self.broken > 0:
            self.broken -= 1
            raise Unreachable("no connection")
        return self.aws.items(call)


@dataclass
class LostThenThrottled(PassThrough):
    """The reply to the first CreateJob is lost, the others are refused, and the list does not show the job."""

    aws: Writes
    sent: int = 0

    def write(self, call: Call) -> Json:
        if call.operation != "create_job":
            return self.aws.write(call)
        self.sent += 1
        if self.sent > 1:
            raise throttled()
        self.aws.write(call)
        raise ReplyLost("the reply was lost")

    def items(self, call: Call) -> Sequence[Json]:
        return [] if call.operation == "list_jobs" and self.sent else self.aws.items(call)


@dataclass
class LateList(PassThrough):
    """A list of jobs that is empty at first."""

    aws: Writes
    reads: int = 0

    def items(self, call: Call) -> Sequence[Json]:
        self.reads += call.operation == "list_jobs"
        return [] if call.operation == "list_jobs" and self.reads < 4 else self.aws.items(call)


@dataclass
class BrokenWhileReady(PassThrough):
    """A network that fails for all reads of CloudFront once the job has been read."""

    aws: Writes
    is_broken: bool = False

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        if self.is_broken and any(call.service == "cloudfront" for call in calls):
            raise Unreachable("the network is gone")
        return self.aws.together(calls)

    def read(self, call: Call) -> Json:
        if self.is_broken and call.service == "cloudfront":
            raise Unreachable("the network is gone")
        self.is_broken |= call.operation == "describe_job"
        return self.aws.read(call)


class TestResumed:
    """A run that ends early leaves nothing that runs unguarded, or a job that the next run finds."""

    def test_ctrl_c_cancels_the_job(self, media: SandboxAccount) -> None:
        """Grants that were made stay, and the same command finishes the rest."""

        def interrupt(status: str) -> None:
            if status == "Active" and granted(media):
                media.clock.interrupted = True

        report = media.apply(by_job(), port=Watching(media.world.aws, interrupt))
        assert report.exit_code == 130, report_lines(report)
        assert statuses(media)[0] in ("Cancelling", "Cancelled")
        assert 0 < len(granted(media)) < len(KEYS)
        media.clock.interrupted = False
        media.converge(by_job())
        assert granted(media) == dict.fromkeys(KEYS, "READ")

    def test_the_next_run_finds_the_job_of_a_run_that_was_killed(self, media: SandboxAccount) -> None:
        """It waits for the same job."""
        with pytest.raises(KilledError):
            media.apply(by_job(), port=KilledInState(media.world.aws, "Ready"))
        assert statuses(media) == ["Ready"]
        media.converge(by_job())
        assert statuses(media) == ["Complete"]

    def test_a_lost_reply_of_create_job(self, media: SandboxAccount) -> None:
        """The run finds the job that it has created, and creates no second one."""

        def lose(_call: Call) -> None:
            raise ReplyLost("the reply was lost")

        after = once("create_job", lambda: lose(Call("s3control", "create_job")))
        report = media.apply(by_job(), port=Witness(media.world.aws, after=after))
        assert report.exit_code == 0, report_lines(report)
        assert statuses(media) == ["Complete"]

    @pytest.mark.parametrize(("broken", "left"), [(5, "Cancelled"), (99, "New")])
    def test_a_lost_reply_that_stays_unclear(self, media: SandboxAccount, broken: int, left: str) -> None:
        """A job that may exist is cancelled, or the error says that it may be running."""
        port = LostForLong(media.world.aws, broken)
        report = media.apply(by_job(), port=port)
        assert report.exit_code == 1, report_lines(report)
        assert statuses(media) == [left]
        assert ("may be running" in " ".join(report_lines(report))) is (left == "New")

    def test_a_lost_reply_and_then_refusals(self, media: SandboxAccount) -> None:
        """A later CreateJob that S3 refuses does not mean that the first one created no job."""
        report = media.apply(by_job(), port=LostThenThrottled(media.world.aws))
        assert report.exit_code == 1, report_lines(report)
        text = " ".join(report_lines(report))
        assert "may be running: the list of jobs does not show it yet." in text
        assert "aws s3control list-jobs --account-id" in text
        assert "--job-id JOB_ID --requested-job-status Cancelled --region us-east-1" in text

    def test_ctrl_c_while_the_cancel_is_throttled(self, media: SandboxAccount) -> None:
        """S3 did not accept the cancellation, so the job does not end."""

        class Throttling(Watching):
            def write(self, call: Call) -> Json:
                if call.operation == "update_job_status":
                    raise throttled()
                return super().write(call)

        def interrupt(status: str) -> None:
            if status == "Active":
                media.clock.interrupted = True

        report = media.apply(by_job(), port=Throttling(media.world.aws, interrupt))
        assert report.exit_code == 130, report_lines(report)
        text = " ".join(report_lines(report))
        assert "may still be running: its cancellation was interrupted." in text
        assert f"--job-id {jobs(media)[0].id} --requested-job-status Cancelled" in text

    def test_an_old_job_is_not_the_job_of_this_run(self, media: SandboxAccount) -> None:
        """It ended before this run, and a list that lags shows it late. The run creates a job of its own."""
        media.converge(by_job())
        for key in KEYS:
            media.s3.put_object_acl(Bucket="media", Key=key, ACL="private")
        plan = media.plan(by_job())
        media.clock.slept += 100
        report = media.run(plan, port=LateList(media.world.aws))
        assert report.exit_code == 0, report_lines(report)
        assert statuses(media) == ["Complete", "Complete"]
        assert granted(media) == dict.fromkeys(KEYS, "READ")

    @pytest.mark.parametrize("error", [Unreachable("no connection"), throttled()])
    def test_create_job_that_does_not_arrive(self, media: SandboxAccount, error: Exception) -> None:
        """It is sent again, after a fresh look and the guard."""

        def fail() -> None:
            raise error

        report = media.apply(by_job(), port=Witness(media.world.aws, before=once("create_job", fail)))
        assert report.exit_code == 0, report_lines(report)
        assert statuses(media) == ["Complete"]

    def test_a_list_that_does_not_show_the_job_yet(self, media: SandboxAccount) -> None:
        """The token is that of the job of the killed run, so AWS creates no second one, and the run waits for it."""
        with pytest.raises(KilledError):
            media.apply(by_job(), port=KilledInState(media.world.aws, "Ready"))
        report = media.apply(by_job(), port=LateList(media.world.aws))
        assert report.exit_code == 0, report_lines(report)
        assert statuses(media) == ["Complete"]

    def test_a_guard_that_cannot_be_checked_for_long(self, media: SandboxAccount) -> None:
        """No job runs unguarded for more than about a minute: it is cancelled."""
        port = BrokenWhileReady(media.world.aws)
        before = media.clock.slept
        report = media.apply(by_job(), port=port)
        assert report.exit_code == 1, report_lines(report)
        assert "the network is gone" in " ".join(report_lines(report))
        assert 60 < media.clock.slept - before < 120
        assert statuses(media) == ["Cancelled"]

    def test_a_network_that_fails_for_a_while(self, media: SandboxAccount) -> None:
        """The wait goes on."""
        left = [Unreachable("the network is gone")] * 3

        def fail(_status: str) -> None:
            if left:
                raise left.pop()

        report = media.apply(by_job(), port=Watching(media.world.aws, fail))
        assert report.exit_code == 0, report_lines(report)
        assert statuses(media) == ["Complete"]
