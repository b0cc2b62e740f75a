"""Grant or revoke on many objects: one read and at most one write for each object, many at once.

PutObjectAcl replaces the whole ACL: owner and others' grants are sent back as they were just read (`merged_write`).
If public ACLs are ignored, S3 does not show public grants (S3 User Guide, block public access), so an ACL that is
written then loses them. Only current versions are granted; a new version of an object has a new ACL.

`plain_acls` goes through the objects of a small bucket. For more than a page of them, `StepContext.bulk` may know a
faster way with the same result. `batch_acls` has them written by a job of S3 Batch Operations, which replaces ACLs.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from cfstream.errors import CfstreamError, Interrupted, Stale
from cfstream.ports import AclHooks, AclOutcome, AclProgress, AclWork, BulkAcls, Clock, KeyLog
from cfstream.startup.frozen import dataclass
from cfstream.steps.batch_job import BatchJob, ending_advice, mark, unended_jobs
from cfstream.steps.guard import Guard
from cfstream.steps.plain_acls import PlainAcls, list_call
from cfstream.steps.step import StepContext
from cfstream.values import Account, Address, Known, resolve

RATED = 2.0
"""Seconds after which progress shows a rate."""


@dataclass(frozen=True)
class ObjectGrants:
    """Exactly `permission` for `grantee` on every object under `prefix`; None revokes its grants."""

    bucket: str
    region: str
    account: Account
    prefix: str
    grantee: Known
    """The OAI's S3 canonical user id."""
    permission: str | None
    total: int = field(default=0, compare=False)
    """How many objects the plan counted: for the progress bar."""
    beyond: str = ""
    """Objects whose keys start with it are not changed; empty: all are."""
    job: BatchJob | None = None
    """The job that writes the ACLs. None: this process does."""
    lists_jobs: bool = field(default=False, compare=False)
    """Whether the plan listed the stack's jobs: then one that began after the plan makes this step stale."""

    def asks(self) -> Any:
        """Return what the step's fingerprint covers. The plan relied on the objects' number and state already."""
        asked = {
            "bucket": self.bucket,
            "prefix": self.prefix,
            "grantee": self.grantee,
            "permission": self.permission,
        }
        asked |= {"beyond": self.beyond} if self.beyond else {}
        return asked | ({"job": self.job.asks()} if self.job else {})

    def perform(self, context: StepContext, address: Address, guard: Guard | None = None) -> None:
        """Go through all objects. An object that is as wanted is skipped, so that running again resumes.

        Raises Refused with one object's refusal after all others are done, Stale as soon as the guard objects, and
        Interrupted when the person stops it: objects in progress are finished first. Stacks of one run that write to
        the same bucket take turns: two that replace the same ACL at once undo each other's grants.
        """
        work = self.work(str(resolve(self.grantee, context.outputs)))
        log = context.key_log(f"{address.stack}-{self.bucket}")
        shown = _Shown(context, self.total)
        hooks = AclHooks(
            (lambda: guard.check(context)) if guard else None, context.clock, shown.progress, log
        )
        with context.ledger.serial(f"object ACLs of {self.bucket}"):
            if self.lists_jobs:
                self._refuse_other_jobs(work, context, address)
            outcome = self._way(work, context, address).change(work, hooks)
        shown.progress(AclProgress(outcome.done, outcome.failed))
        _judge(outcome, address, max(self.total, outcome.done), log)

    def work(self, grantee: str) -> AclWork:
        """Return what is asked for, with the canonical user id of the OAI."""
        return AclWork(
            self.bucket,
            self.region,
            self.account,
            self.prefix,
            self.beyond,
            grantee,
            self.permission,
            self.total,
        )

    def _refuse_other_jobs(self, work: AclWork, context: StepContext, address: Address) -> None:
        """Raise Stale if a job of the stack runs that this step does not wait for: it would write after this step."""
        own = self.job.description(address.stack, work) if self.job else ""
        for job, description in unended_jobs(
            context.aws, work.account, work.region, mark(address.stack)
        ).items():
            if description != own:
                raise Stale(
                    f"{address}: the job {job} of another run was created after this plan, and grants objects",
                    ending_advice(work.account, work.region, job),
                )

    def _way(self, work: AclWork, context: StepContext, address: Address) -> BulkAcls:
        if self.job is None:
            return _local_way(work, context)
        from cfstream.steps.batch_acls import BatchAcls

        return BatchAcls(context, self.job, address.stack)


def _local_way(work: AclWork, context: StepContext) -> BulkAcls:
    """Return the fast way if there is one and the list has more than one page."""
    pages = context.aws.pages(list_call(work))
    first = next(pages, {})
    bulk = context.bulk(work) if first.get("IsTruncated") else None
    return bulk or PlainAcls(context, first, pages)


class _Shown:
    """Shows progress as text: objects, rate, the time that is left, and errors that were repeated."""

    def __init__(self, context: StepContext, total: int) -> None:
        self._tell = context.progress
        self._clock: Clock = context.clock
        self._total = total
        self._began = context.clock.monotonic()

    def progress(self, progress: AclProgress) -> None:
        """Show it."""
        if progress.note:
            self._tell(progress.note, None)
            return
        total = max(self._total, progress.done)
        text = f"{progress.done} of {total} objects"
        seconds = self._clock.monotonic() - self._began
        rate = (progress.done - progress.skipped) / seconds if seconds > RATED else 0.0
        if rate >= 1 and progress.done < total:
            text += f", {rate:.0f}/s, {_duration((total - progress.done) / rate)} left"
        self._tell(text + _in_words(progress.troubles), progress.done / total if total else None)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _in_words(troubles: Mapping[str, int]) -> str:
    return "".join(f", {count} {code}" for code, count in sorted(troubles.items()) if count)


def _judge(outcome: AclOutcome, address: Address, total: int, log: KeyLog) -> None:
    """Raise what ended the pass, or the refusal of the first object that was refused."""
    stop = outcome.stopped_by
    if isinstance(stop, Interrupted):
        remark = f"; {outcome.remark}" if outcome.remark else ""
        raise Interrupted(
            f"{address}: interrupted with {outcome.done - outcome.failed} of {total} objects done{remark}",
            "run the same command again: it grants the rest",
        ) from stop
    if isinstance(stop, CfstreamError) and outcome.remark:
        stop.what = f"{stop.what}\n  {outcome.remark}"
    if stop is not None:
        raise stop
    if outcome.first is None:
        return
    key, refused = outcome.first
    listed = f" (all keys: {log.place})" if log.place else ""
    raise type(refused)(
        refused.operation,
        refused.code,
        f"{address}: {outcome.failed} of {outcome.done} objects not changed, first {key!r}{listed}: {refused.message}",
        request_id=refused.request_id,
        status=refused.status,
        do=refused.do
        or "fix the cause of the refusal, then run the same command again: the other objects are done",
    )
