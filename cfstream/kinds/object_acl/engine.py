"""Choose what writes the grants on objects, this machine or a job of S3 Batch Operations, by an estimate. Pure.

A job replaces whole ACLs. So it is only chosen if all ACLs are known, from reads or from an inventory, and name nobody
but the owner, or if the spec asks for a job: then its grant has the hazard `replaces-acls`.
"""

from dataclasses import field
from typing import TYPE_CHECKING

from cfstream.errors import Notice
from cfstream.indexed import having
from cfstream.kinds.object_acl.job_objects import NOT_ALL, job_objects, others_named, unread_list
from cfstream.kinds.object_acl.observed import LiveGrants
from cfstream.kinds.object_acl.sample import MOST_READ
from cfstream.spec.model import Spec
from cfstream.stack.context import StackContext, names_of_buckets
from cfstream.stack.grant_estimate import Engine, EngineEstimate, GrantEstimate
from cfstream.startup.frozen import dataclass
from cfstream.steps.batch_job import BatchJob
from cfstream.steps.batch_manifest import JobObjects
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.values import Known

if TYPE_CHECKING:
    from datetime import datetime

LOCAL_RATE = 300
"""Objects per second with boto3, and with awscrt: medians of `benchmarks`, on two cores."""
FAST_RATE = 2500
JOB_RATE = 1000
"""Objects per second of a job, and the minutes before it begins. AWS publishes neither: assumptions."""
JOB_START_MINUTES = 10
POLLS_PER_MINUTE = 12
TO_KNOW_ALL = "to know all ACLs, add --all-objects, or write grant.batch.inventory"
MANY = 1_000_000
"""From this number on, and if the number is not known, the plan recommends a grant in the bucket's policy first."""


@dataclass(frozen=True)
class Estimate:
    """What a grant on objects takes, by either engine."""

    objects: int
    lacking: int
    at_least: bool = False
    """Whether there may be many more objects: only a sample was read."""
    by: JobObjects = JobObjects()
    """How a job would get its objects."""

    @property
    def local_calls(self) -> int:
        """One list for 1,000 objects, one read for each, and one write for each that lacks the grant."""
        return self._pages + self.objects + self.lacking

    @property
    def local_minutes(self) -> int:
        return _minutes(self.objects, LOCAL_RATE)

    @property
    def fast_minutes(self) -> int:
        """The minutes of the local engine with the extra `fast`."""
        return _minutes(self.objects, FAST_RATE)

    @property
    def job_calls(self) -> int:
        """The calls of this machine: the lists of jobs and objects, CreateJob, and DescribeJob until the job ends."""
        before = self._pages if self.by.keys or self.by.inventory else 1
        return 2 + before + bool(self.by.keys) + POLLS_PER_MINUTE * self.job_minutes + self._pages

    @property
    def job_minutes(self) -> int:
        return JOB_START_MINUTES + _minutes(self.in_job, JOB_RATE)

    @property
    def in_job(self) -> int:
        """The number of objects in the job."""
        return len(self.by.keys) or self.objects

    @property
    def _pages(self) -> int:
        return -(-self.objects // 1000)

    @property
    def job_is_faster(self) -> bool:
        """Whether a job is faster than the local engine without the extra, so that all machines choose the same."""
        return self.job_minutes < self.local_minutes

    @property
    def job_dollars(self) -> float:
        """The price of the job without its requests, from a report of 2025 and unconfirmed. It decides nothing."""
        return 0.25 + self.in_job / 1_000_000

    def shown(self, engine: Engine, because: str) -> GrantEstimate:
        """Return the estimate as a plan shows it, with the engine that it uses."""
        local = EngineEstimate("local", self.objects, self.local_calls, self.local_minutes, self.fast_minutes)
        job = EngineEstimate(
            "s3-batch", self.in_job, self.job_calls, self.job_minutes, dollars=round(self.job_dollars, 2)
        )
        return GrantEstimate(self.objects, self.lacking, self.at_least, engine, because, (local, job))


@dataclass(frozen=True)
class ChosenEngine:
    """What writes the grants, and what a plan shows about that."""

    job: BatchJob | None = None
    """None: this machine writes them."""
    hazards: tuple[Hazard, ...] = ()
    notices: tuple[Notice, ...] = field(default=())
    estimate: GrantEstimate | None = None


def chosen_engine(
    context: StackContext, have: LiveGrants, user: Known, former: tuple[str, ...]
) -> ChosenEngine:
    """Return the engine for a grant to `user`. `former` are other identities to which objects have grants."""
    grant, tally = context.stack.spec.grant, have.tally
    objects = job_objects(context, have, user)
    estimate = _estimate(have, objects)
    impossible, remedy = _impossible(context, have, former)
    others = others_named(have, grant.prefix, user, objects)
    why, by_job = _decided(have, estimate, grant.engine, impossible, others)
    notices = [*_by_policy(context, have, estimate)]
    shown = None
    if tally.total > MOST_READ or tally.sampled or {"engine", "batch"} & grant.model_fields_set:
        engine: Engine = "s3-batch" if by_job else "local"
        because = f"{why}{_as_of(context, have)}"
        shown = estimate.shown(engine, because)
        text = f"The grant uses the engine {engine}: {because}"
        is_refused = bool(impossible) and grant.engine == "s3-batch"
        do = _to_know_all(have, others) if grant.batch and grant.engine != "local" else ""
        notices.append(Notice(text, warning=is_refused, do=remedy if is_refused else do))
    if not by_job:
        return ChosenEngine(notices=tuple(notices), estimate=shown)
    text = f"a job replaces whole ACLs, and may remove grants to others: {others}"
    hazards = (Hazard(HazardName.REPLACES_ACLS, text),) if others else ()
    return ChosenEngine(
        _job(context, have, objects),
        hazards,
        (*notices, *unread_list(context, have, user, objects), _unread_acls(context, have)),
        shown,
    )


def _unread_acls(context: StackContext, have: LiveGrants) -> Notice:
    """Return the warning of the ACLs that a job replaces although nothing has read them.

    S3 dates an object of a multipart upload when the upload begins ("CreateMultipartUpload" in the API reference).
    """
    read = (
        "the inventory's list was made"
        if have.inventory and have.inventory.until is not None
        else "the ACLs were read"
    )
    where = f"{have.bucket.name}/{context.stack.spec.grant.prefix}"
    return Notice(
        f"The job replaces the whole ACL of each object in {where}. Grants to others are lost if an object is "
        f"overwritten before the job reaches it, if a multipart upload began before {read} and completes after that, "
        f"or if an ACL changes after {read}",
        warning=True,
        do=f"until the job ends, let nobody write objects or ACLs in {where}; or write engine: local",
    )


def _to_know_all(have: LiveGrants, others: str) -> str:
    if others == NOT_ALL:
        return TO_KNOW_ALL
    return have.inventory.do if have.inventory else ""


def _decided(
    have: LiveGrants, estimate: Estimate, engine: str, impossible: str, others: str
) -> tuple[str, bool]:
    """Return the reason for the engine, and whether it is a job."""
    if engine == "local":
        return "the spec says so", False
    if impossible:
        return impossible, False
    if engine == "s3-batch":
        return "the spec says so", True
    if have.tally.sampled and others:  # the number of objects is not known either
        return others, False
    if not estimate.job_is_faster:
        return "a job would not be faster", False
    return (others, False) if others else ("all ACLs name only the bucket's owner", True)


def may_use_job(context: StackContext, have: LiveGrants, user: Known) -> bool:
    """Return whether a job that grants to `user` may be chosen once its role and an inventory are read."""
    grant = context.stack.spec.grant
    is_faster = _estimate(have, job_objects(context, have, user)).job_is_faster
    wanted = grant.engine == "s3-batch" or have.tally.sampled or is_faster
    return grant.via == "object-acl" and grant.batch is not None and grant.engine != "local" and wanted


def _estimate(have: LiveGrants, objects: JobObjects) -> Estimate:
    tally, inventory = have.tally, have.inventory
    if inventory is not None and inventory.objects:
        return Estimate(inventory.objects, inventory.lacking, by=objects)
    if not tally.sampled:
        return Estimate(tally.total, tally.lacking, by=objects)
    return Estimate(MOST_READ, round(MOST_READ * tally.lacking / max(tally.total, 1)), at_least=True)


def _known_until(context: StackContext, have: LiveGrants) -> "datetime | None":
    """Return the time until which the inventory shows all objects; None without an inventory."""
    seconds = have.inventory.until if have.inventory else None
    if seconds is None or context.now is None:
        return None
    return context.now.fromtimestamp(seconds, context.now.tzinfo)


def _as_of(context: StackContext, have: LiveGrants) -> str:
    """Return the age of what an inventory shows."""
    until = _known_until(context, have)
    if until is None:
        return ""
    day = until.isoformat(timespec="minutes").replace("+00:00", "Z")
    return f" (as of {day}; newer objects are granted by this machine)"


def _impossible(context: StackContext, have: LiveGrants, former: tuple[str, ...]) -> tuple[str, str]:
    """Return why no job can make this grant, and how to fix that; empty if one can."""
    if context.stack.spec.grant.batch is None:
        return "grant.batch is not set", "add grant.batch with role and report_bucket, or write engine: auto"
    if context.now is None:
        return "the time is not known", "plan with AWS, not with a snapshot"
    if former:
        why = f"objects have grants to {', '.join(former)}, which a job would remove too early"
        return why, "apply, and write engine: auto until those grants are revoked"
    others = having(context.beside, names_of_buckets, have.bucket.name)
    sharing = [each.name for each in others if _shares(context.stack.spec, each)]
    if sharing:
        why = f"{', '.join(sharing)} grants on the same objects, and a job would remove that"
        return why, "write other prefixes in these specs, or engine: local"
    if have.bucket.owner:
        return "", ""
    why = f"the owner of {have.bucket.name} is not known, because its ACL cannot be read"
    return why, f"allow s3:GetBucketAcl on {have.bucket.name}, or write engine: local"


def _shares(own: Spec, other: Spec) -> bool:
    mine, theirs = own.grant.prefix, other.grant.prefix
    return (
        other.name != own.name
        and other.grant.via == "object-acl"
        and (mine.startswith(theirs) or theirs.startswith(mine))
    )


def _job(context: StackContext, have: LiveGrants, objects: JobObjects) -> BatchJob | None:
    spec = context.stack.spec
    batch = spec.grant.batch
    if batch is None:
        return None
    # S3 shows whole seconds. So all that was written before this time was listed by the plan, and its ACL was read.
    before = context.now.replace(microsecond=0) if context.now else None
    until = _known_until(context, have)
    before = min(before, until) if before and until else before
    patience = spec.wait.timeout.total_seconds()
    return BatchJob(
        batch.role, batch.report_bucket, batch.report_prefix, have.bucket.owner, before, patience, objects
    )


def _by_policy(context: StackContext, have: LiveGrants, estimate: Estimate) -> tuple[Notice, ...]:
    """Return the advice to grant by the bucket's policy, for a large number of objects of the bucket's owner.

    The number of objects is not known if the ACLs of a sample were read.
    """
    if not (estimate.objects >= MANY or estimate.at_least) or any(each.owner for each in have.acls.classes):
        return ()
    many = f"{'more than ' if estimate.at_least else ''}{estimate.objects:,}"
    text = (
        f"{have.bucket.name} has {many} objects. One statement of the bucket's policy grants the same "
        "with one write, also for objects that are uploaded later"
    )
    return (Notice(text, do=f"{context.command('migrate')} --to bucket-policy"),)


def _minutes(objects: int, rate: int) -> int:
    return max(1, -(-objects // (rate * 60)))
