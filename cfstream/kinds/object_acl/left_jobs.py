"""Jobs of S3 Batch Operations that earlier runs left: no plan may write while one runs that the plan does not watch.

A run that is killed leaves its job running. The job continues to grant what the spec asked for then, and no guard
checks who can read. So a plan that does not wait for this very job has a problem, whatever its spec asks for now.

If S3 Control cannot be reached, a plan shows that as a notice, and `UnlistedJobs` lists jobs before the first write.
The tag ``cfstream:acl`` is written before the first job is created: without it, no job can run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field

from cfstream.domain import ACL_TAG, LiveDistribution
from cfstream.errors import CfstreamError, NotAuthorized, Notice, Refused, Throttled, Unreachable
from cfstream.ports import Reads
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import Proposal
from cfstream.startup.frozen import dataclass
from cfstream.steps.batch_job import ending_advice, mark, unended_jobs
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import Step
from cfstream.values import Account


@dataclass(frozen=True)
class LeftJob:
    """A job of the stack that has not ended."""

    id: str
    region: str
    description: str


@dataclass(frozen=True)
class LeftJobs:
    """The jobs of the stack that have not ended, in the regions of its bucket and of its former buckets."""

    found: tuple[LeftJob, ...] = ()
    denied: str = ""
    """Why the jobs may not be listed; empty if they may."""
    unread: str = ""
    """Why the jobs could not be listed now, although one may run; empty if they were listed, or none can run."""
    regions: tuple[str, ...] = ()
    """Where jobs were listed, or must be listed before a write. Empty if no job can run."""


def read_left_jobs(
    aws: Reads,
    context: StackContext,
    bucket: LiveBucket,
    own: LiveDistribution | None,
    former: Sequence[tuple[str, str]] = (),
) -> LeftJobs:
    """Return the stack's jobs that have not ended.

    Makes ListJobs for each region, if the spec grants on objects or the distribution's tag shows that cfstream did.
    """
    tagged = own is not None and bool(own.tag(ACL_TAG))
    if not tagged and context.stack.spec.grant.via != "object-acl":
        return LeftJobs()
    usual = () if bucket.missing else (bucket.region,)
    regions = tuple(dict.fromkeys([*usual, *(each for _, each in former)]))
    try:
        return LeftJobs(tuple(_left_jobs(aws, context.account, context.name, regions)), regions=regions)
    except NotAuthorized as refused:
        return LeftJobs(denied=refused.what)
    except (Refused, Unreachable) as error:
        # An emulator without S3 Control has no jobs. An untagged distribution never had a grant on an object.
        if not tagged or not (context.real_aws or isinstance(error, Throttled | Unreachable)):
            return LeftJobs()
        return LeftJobs(unread=error.what, regions=regions)


def _left_jobs(aws: Reads, account: Account, stack: str, regions: Sequence[str]) -> Iterator[LeftJob]:
    for region in regions:
        for id_, description in unended_jobs(aws, account, region, mark(stack)).items():
            yield LeftJob(id_, region, description)


def about_left_jobs(
    context: StackContext, left: LeftJobs, identities: Sequence[str], steps: Sequence[Step] = ()
) -> Proposal:
    """Return a problem for each job that no step waits for, and for a list that is not allowed.

    If the jobs could not be listed, returns a notice, and the check before the first write.

    `identities` are the origin access identities to which objects have grants. Without `batch`, the spec never started
    a job: then a list that is not allowed is not a problem.
    """
    unlisted = UnlistedJobs(
        context.name,
        context.account,
        left.regions,
        ", ".join(identities) or "the stack's origin access identity",
        tuple(filter(None, (_joins(context, step) for step in steps))),
        _in_sandbox(context),
    )
    problems = tuple(context.stack.problem(what, do, "grant") for what, do in unlisted.complaints(left.found))
    if left.denied and context.stack.spec.grant.batch is not None:
        what = f"the jobs of earlier runs cannot be listed: {left.denied}"
        do = f"allow s3:ListJobs on *. {DANGER}"
        problems = (context.stack.problem(what, do, "grant"), *problems)
    if not left.unread:
        return Proposal(problems=problems)
    text = f"the jobs of earlier runs could not be listed: {left.unread}. Before anything is written, they are listed"
    return Proposal(problems=problems, notices=(Notice(text, warning=True),), checks=(unlisted,))


DANGER = "A job that still runs would grant objects, and nothing would check who can read"


@dataclass(frozen=True)
class UnlistedJobs:
    """A `WriteCheck` that no job runs which the plan does not wait for."""

    stack: str
    account: Account
    regions: tuple[str, ...]
    reader: str
    """The user that such a job grants objects to."""
    joined: tuple[tuple[str, str], ...] = field(default=())
    """Region and description of each job that a step starts or waits for."""
    in_sandbox: bool = False

    def before_writing(self, aws: Reads) -> None:
        """Implement `WriteCheck`. Makes ListJobs for each region."""
        try:
            found = tuple(_left_jobs(aws, self.account, self.stack, self.regions))
        except CfstreamError as error:
            what = f"the jobs of earlier runs cannot be listed, so nothing was written: {error.what}"
            raise CfstreamError(what, f"make sure that S3 Control can be reached. {DANGER}") from error
        for what, do in self.complaints(found):
            raise CfstreamError(f"{what}, so nothing was written", do)

    def complaints(self, found: Sequence[LeftJob]) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with each job that no step waits for, and what to do."""
        joined = list(self.joined)
        for job in found:
            if (job.region, job.description) in joined:
                joined.remove((job.region, job.description))  # a step waits for one job
                continue
            what = f"the job {job.id} of an earlier run still grants objects to {self.reader}"
            yield what, ending_advice(self.account, job.region, job.id, in_sandbox=self.in_sandbox)


def _in_sandbox(context: StackContext) -> bool:
    return "--sandbox" in context.flags.split()


def _joins(context: StackContext, step: Step) -> tuple[str, str] | None:
    """Return the region and the description of the job that a step starts or waits for."""
    edit = getattr(step, "edit", None)
    if not isinstance(edit, ObjectGrants) or edit.job is None or not isinstance(edit.grantee, str):
        return None
    return edit.region, edit.job.description(context.name, edit.work(edit.grantee))
