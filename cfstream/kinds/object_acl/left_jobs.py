"""Jobs of S3 Batch Operations that earlier runs left: no plan may write while one runs that the plan does not watch.

A run that is killed leaves its job running. The job goes on to grant what the spec asked for at that time, and no guard
checks who can read. So a plan that does not wait for this very job has a problem, whatever its spec asks for now.
"""

from collections.abc import Iterator, Sequence

from cfstream.domain import ACL_TAG, LiveDistribution
from cfstream.errors import NotAuthorized, Problem
from cfstream.ports import Reads
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.scene import Scene
from cfstream.startup.frozen import dataclass
from cfstream.steps.batch_job import ending_advice, mark, unended_jobs
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.step import Step


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
    """Why the jobs cannot be listed; empty if they were listed."""
    listed: bool = False
    """Whether they were listed: only then is there a reason to list them again before a write."""


def read_left_jobs(
    aws: Reads,
    scene: Scene,
    bucket: LiveBucket,
    own: LiveDistribution | None,
    former: Sequence[tuple[str, str]] = (),
) -> LeftJobs:
    """Return the stack's jobs that have not ended.

    Makes ListJobs for each region, if the spec grants on objects or the distribution's tag shows that cfstream did.
    Raises as `Reads.items`, unless ListJobs is not allowed.
    """
    tagged = own is not None and bool(own.tag(ACL_TAG))
    if not tagged and scene.stack.spec.grant.via != "object-acl":
        return LeftJobs()
    regions = dict.fromkeys([*(() if bucket.missing else (bucket.region,)), *(each for _, each in former)])
    try:
        found = tuple(
            LeftJob(id_, region, description)
            for region in regions
            for id_, description in unended_jobs(aws, scene.account, region, mark(scene.name)).items()
        )
    except NotAuthorized as refused:
        return LeftJobs(denied=refused.what)
    return LeftJobs(found, listed=bool(regions))


def left_job_problems(
    scene: Scene, left: LeftJobs, identities: Sequence[str], steps: Sequence[Step] = ()
) -> Iterator[Problem]:
    """Yield a problem for each job that no step waits for, and for a list that is not allowed.

    `identities` are the origin access identities to which objects have grants. Without `batch`, the spec never started
    a job: then a list that is not allowed is no problem.
    """
    if left.denied and scene.stack.spec.grant.batch is not None:
        what = f"the jobs of earlier runs cannot be listed: {left.denied}"
        do = "allow s3:ListJobs on *. A job that still runs would grant objects, and nothing would check who can read"
        yield scene.stack.problem(what, do, "grant")
    joined = {_joins(scene, step) for step in steps}
    for job in left.found:
        if (job.region, job.description) in joined:
            joined.remove((job.region, job.description))  # a step waits for one job
            continue
        to = ", ".join(identities) or "the stack's origin access identity"
        what = f"the job {job.id} of an earlier run still grants objects to {to}"
        yield scene.stack.problem(what, ending_advice(scene.account, job.region, job.id), "grant")


def _joins(scene: Scene, step: Step) -> tuple[str, str] | None:
    """Return the region and the description of the job that a step starts or waits for."""
    edit = getattr(step, "edit", None)
    if not isinstance(edit, ObjectGrants) or edit.job is None or not isinstance(edit.grantee, str):
        return None
    return edit.region, edit.job.description(scene.name, edit.work(edit.grantee))
