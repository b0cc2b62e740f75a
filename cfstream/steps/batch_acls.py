"""Change the ACLs of many objects with a job of S3 Batch Operations, then the rest with the usual client.

A job cannot be given a guard, so it never runs without this process for long: the guard is checked before the job is
created and each time that its state is read, at most every 5 s. If the guard objects, if the run is interrupted, or if
nothing can be checked any more, the job is cancelled. A process that is killed leaves its job running. The next run
finds the job by its description, checks the guard, and continues to wait.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from cfstream.errors import CfstreamError, Interrupted, Missing, Refused, TimedOut, Unreachable
from cfstream.ports import AclHooks, AclOutcome, AclProgress, AclWork, Call, Writes
from cfstream.steps.attempts import (
    LAG_SECONDS,
    LOST,
    THROTTLED,
    UNREACHED,
    not_yet,
    persist,
    polls,
    with_code,
)
from cfstream.steps.batch_job import (
    BatchJob,
    LiveJob,
    cancel_command,
    job_call,
    list_command,
    live_job,
    unended_jobs,
)
from cfstream.steps.batch_manifest import JobObjects, objects_now, of_inventory, of_list, of_s3, put_list
from cfstream.steps.batch_report import UnreadableReport, failed_keys, first_failure, later_keys
from cfstream.steps.guard import LONGEST_SECONDS, GuardWatch
from cfstream.steps.plain_acls import PlainAcls, list_call
from cfstream.steps.step import StepContext
from cfstream.values import Json

if TYPE_CHECKING:
    from datetime import datetime

UNCHECKED_SECONDS = 60.0
"""How long a job may run while the guard cannot be checked."""
STOPPING_SECONDS = 120.0
"""How long to wait until a cancelled job writes no more."""
FOREVER = float("inf")
SAME_TOKEN = with_code("IdempotencyException", pauses=LAG_SECONDS)
"""The token is that of a job which the list does not show yet."""


def _ask_to_cancel(context: StepContext, work: AclWork, job: str) -> None:
    """Cancel a job. A job that has ended stays as it is. Raises if S3 did not accept it."""
    request = job_call("update_job_status", work, job, RequestedJobStatus="Cancelled")
    try:
        persist(context, lambda: context.aws.write(request), THROTTLED, UNREACHED, LOST)
    except Refused as refused:
        if refused.code != "JobStatusException" and not isinstance(refused, Missing):
            raise


def _await_end(context: StepContext, work: AclWork, job: str) -> bool:
    """Return whether a cancelled job has ended, when it writes no more or after `STOPPING_SECONDS`."""
    for _ in polls(context.clock, STOPPING_SECONDS):
        try:
            if _described(context.aws, work, job).has_ended:
                return True
        except CfstreamError as error:
            not_yet(error)
    return False


def _described(aws: Writes, work: AclWork, job: str) -> LiveJob:
    return live_job(aws.read(job_call("describe_job", work, job))["Job"])


class BatchAcls:
    """A `BulkAcls` with one job."""

    def __init__(self, context: StepContext, job: BatchJob, stack: str) -> None:
        self._context = context
        self._job = job
        self._stack = stack

    def change(self, work: AclWork, hooks: AclHooks) -> AclOutcome:
        """Implement `BulkAcls`: run the job, then change what it did not change object by object."""
        run = _JobRun(self._context, self._job, work, hooks, self._job.description(self._stack, work))
        try:
            objects = objects_now(self._context, work, self._job.objects, self._job.before)
            if objects is None:  # S3 fails a job without objects
                pages = self._context.aws.pages(list_call(work))
                return PlainAcls(self._context, {}, pages).change(work, hooks)
            ended = run.through(objects)
        except BaseException as stop:  # of any kind: the step reports it with what is done
            return AclOutcome(run.last.succeeded, 0, None, stop, run.remark)
        rest = PlainAcls(self._context, {}, run.rest(ended)).change(work, hooks)
        return replace(rest, done=ended.succeeded + rest.done)


class _JobRun:
    """One job: found or created, watched until it ends."""

    def __init__(
        self, context: StepContext, job: BatchJob, work: AclWork, hooks: AclHooks, description: str
    ) -> None:
        self._context = context
        self._job = job
        self._work = work
        self._hooks = hooks
        self._guard = GuardWatch(hooks.check, context.clock)
        self._description = description
        self._objects = JobObjects()
        self._lists: dict[str, str] = {}
        """The ETag of each list that was written, by its key."""
        self._asked: set[str] = set()
        """The ids that CreateJob returned: these jobs have the objects that this run asked for."""
        self._since: datetime | None = None
        """AWS's time when the first CreateJob of this run was sent, or a few seconds before."""
        self._is_sent = False
        """Whether a CreateJob was sent, and it is not known that S3 refused it."""
        self.last = LiveJob("", "")
        """The job as it was last seen."""
        self.remark = ""
        """What became of the job, if the run ends before it."""

    def through(self, objects: JobObjects) -> LiveJob:
        """Return the job over these objects when it is complete. Raises what ended it otherwise."""
        self._objects = objects
        try:
            job = persist(self._context, self._found_or_created, THROTTLED, UNREACHED, LOST, SAME_TOKEN)
        except BaseException:  # of any kind: the job may have been created
            if self._is_sent:
                self._cancel_unseen()
            raise
        try:
            ended = self._watched(job)
        except BaseException:  # of any kind: no job runs without its guard
            self._cancel(job)
            raise
        if ended.status != "Complete":
            first = first_failure(self._context, self._job, ended, self._work) if ended.failed else ""
            raise _unfinished(ended, first)
        return ended

    def rest(self, ended: LiveJob) -> Iterator[Json]:
        """Yield pages of the objects that the job did not change: its failures, and what was written later."""
        if ended.failed:
            try:
                for key in failed_keys(self._context, self._job, ended, self._work):
                    yield {"Contents": [{"Key": key}]}
            except UnreadableReport as error:
                self._note(
                    f"the report of the job {ended.id} cannot be read: {error}. All objects are checked"
                )
                yield from self._context.aws.pages(list_call(self._work))
                return
        if not (ended.is_listed_by_s3 or ended.id in self._asked or self._is_of_this_run(ended)):
            self._note(f"the objects of the job {ended.id} are not known: all objects are checked")
            yield from self._context.aws.pages(list_call(self._work))
            return
        before = ended.before if ended.is_listed_by_s3 else self._job.before
        for key in later_keys(self._context, before, self._work):
            yield {"Contents": [{"Key": key}]}

    def _found_or_created(self) -> str:
        """Return the id of the running job with this description, or of a new one.

        After a lost reply, the job may have ended already. Then it counts only if it was created in this run.
        """
        rows = self._context.aws.items(job_call("list_jobs", self._work))
        same = [live_job(row) for row in rows if row.get("Description") == self._description]
        earlier = [each for each in same if each.has_ended and not self._is_of_this_run(each)]
        for each in same:
            if each not in earlier:
                self._note(f"the job {each.id} does this already")
                return each.id
        token = self._job.token(self._work, self._description, len(earlier))
        objects = self._manifest(token)
        self._check()
        return self._created(self._job.request(self._work, self._description, token, objects))

    def _check(self) -> None:
        """Check the guard now. Raises its objection."""
        self._guard.check(after_pause=True)

    def _manifest(self, token: str) -> Json:
        """Return the member of CreateJob that names the objects. Writes a list of our own, once."""
        job, objects = self._job, self._objects
        if objects.keys:
            key = job.list_key(token)
            if key not in self._lists:
                self._lists[key] = put_list(self._context, self._work, job.report_bucket, key, objects.keys)
            return of_list(job.arn(f"{job.report_bucket}/{key}"), self._lists[key])
        if objects.inventory:
            found = objects.inventory
            return of_inventory(job.arn(f"{found.bucket}/{found.key}"), found.etag)
        return of_s3(self._work, job.arn(self._work.bucket), job.before)

    def _created(self, request: Call) -> str:
        """Return the id of the job that CreateJob returns. Its token may be that of a job of a killed run."""
        was_sent, self._is_sent = self._is_sent, True
        self._since = self._since or self._context.clock.aws_now()
        try:
            id_ = str(self._context.aws.write(request)["JobId"])
        except (Refused, Unreachable) as error:
            # A job with this token exists, although the list does not show it.
            exists = isinstance(error, Refused) and error.code == "IdempotencyException"
            self._is_sent = was_sent or exists
            raise
        self._asked.add(id_)
        return id_

    def _is_of_this_run(self, job: LiveJob) -> bool:
        """Return whether the job was created after the first CreateJob of this run was sent."""
        return self._since is not None and job.created is not None and job.created >= self._since

    def _watched(self, job: str) -> LiveJob:
        """Return the job when it has ended. The guard is checked before each time that it is read."""
        clock = self._context.clock
        checked = moved = clock.monotonic()
        confirmed = False
        for _ in polls(clock, FOREVER, LONGEST_SECONDS):
            try:
                self._check()
                checked = clock.monotonic()
                seen = _described(self._context.aws, self._work, job)
            except CfstreamError as error:
                self._note(not_yet(error))
                now = clock.monotonic()
                if now - checked > UNCHECKED_SECONDS or now - moved > self._job.patience:
                    raise
                continue
            if seen.has_ended:
                self._judge_age(seen)
                self._saw(seen)
                return seen
            if seen != self.last:
                moved = clock.monotonic()
            self._saw(seen)
            if seen.status == "Suspended" and not confirmed:
                confirmed = True
                self._confirm(job)
            if clock.monotonic() - moved > self._job.patience:
                raise self._stuck(seen)
        raise AssertionError("the polls never end")

    def _stuck(self, seen: LiveJob) -> TimedOut:
        where = f"--account-id {self._work.account} --job-id {seen.id} --region {self._work.region}"
        return TimedOut(
            f"the job {seen.id} was {seen.status} for {self._job.patience:.0f} s without progress",
            f"look for the reason: `aws s3control describe-job {where}`. Then run the same command again, with a "
            "longer wait.timeout in the spec if the job only needs more time",
        )

    def _judge_age(self, seen: LiveJob) -> None:
        """Raise if the job had ended before this run saw it: S3 may return an old job that its list does not show."""
        if self.last.id != seen.id and not self._is_of_this_run(seen):
            what = f"the job {seen.id} of an earlier run had ended, and no other job was created"
            do = "run the same command again: it starts another job if objects still lack the grant"
            raise Refused("s3:CreateJob", "JobEnded", what, do=do)

    def _confirm(self, job: str) -> None:
        """Start a job that waits for confirmation, which this run was asked not to need."""
        request = job_call("update_job_status", self._work, job, RequestedJobStatus="Ready")

        def confirm() -> None:
            self._check()
            self._context.aws.write(request)

        try:
            persist(self._context, confirm, THROTTLED, UNREACHED, LOST)
        except Refused as refused:
            if refused.code != "JobStatusException":
                raise

    def _cancel(self, job: str) -> None:
        command = cancel_command(self._work.account, self._work.region, job)
        try:
            _ask_to_cancel(self._context, self._work, job)
        except CfstreamError as error:
            why = "its cancellation was interrupted" if isinstance(error, Interrupted) else error.what
            self.remark = f"the job {job} may still be running: {why}. To cancel it: `{command}`"
            return
        self.remark = f"the job {job} is cancelled, and ends after the tasks that are in progress"
        with suppress(CfstreamError):
            if _await_end(self._context, self._work, job):
                self.remark = f"the job {job} is cancelled"

    def _cancel_unseen(self) -> None:
        """Cancel the job of a CreateJob without a reply, if it exists."""
        work, why = self._work, "the list of jobs does not show it yet"
        jobs: Mapping[str, str] = {}
        try:
            jobs = unended_jobs(self._context.aws, work.account, work.region, self._description)
        except CfstreamError as error:
            why = error.what
        for job in jobs:
            self._cancel(job)
        if not jobs:
            self.remark = (
                f"a job may have been created, and may be running: {why}. To list the jobs: "
                f"`{list_command(work.account, work.region)}`. Cancel each one with the description "
                f"{self._description!r}: `{cancel_command(work.account, work.region, 'JOB_ID')}`"
            )

    def _saw(self, seen: LiveJob) -> None:
        if (seen.id, seen.status) != (self.last.id, self.last.status):
            self._note(f"the job {seen.id} is {seen.status}")
        self.last = seen
        if seen.total:
            self._hooks.progress(AclProgress(seen.succeeded + seen.failed, seen.failed))

    def _note(self, text: str) -> None:
        self._hooks.progress(AclProgress(0, note=text))


def _unfinished(job: LiveJob, first: str) -> CfstreamError:
    """Return the error for a job that ended before all of its tasks were done. `first` is a task that failed."""
    why = f": {job.why}" if job.why else ""
    why += f"; {job.failed} of {job.succeeded + job.failed} objects failed, first {first}" if first else ""
    if job.status == "Cancelled":
        do = "run the same command again: it starts another job"
        return Refused("s3:CreateJob", "Cancelled", f"somebody cancelled the job {job.id}{why}", do=do)
    do = "fix the cause, or write engine: local; then run the same command again"
    return Refused("s3:CreateJob", job.code or "Failed", f"the job {job.id} failed{why}", do=do)
