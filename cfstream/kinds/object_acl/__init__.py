"""Grants to the OAI on each object: the recipe of 2011, and the only way if several accounts own objects.

This kind counts the objects that lack the grant; `steps/object_grants` writes the ACL of each object. Before the first
grant to an OAI, its id is written to the tag ``cfstream:acl`` of the distribution: nothing else would show later that
objects have grants to revoke. While one OAI replaces another, the tag has both ids.

All ACLs of the bucket are read, including those outside the prefix: they may be public, or have grants of a former,
wider prefix. With another ``grant.via``, a plan reads them only with ``--all-objects``, because the number of its calls
is bounded.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from cfstream.access.model import AccessModel
from cfstream.domain import ACL_TAG, LiveDistribution
from cfstream.errors import NotAuthorized, Notice, Problem, Refused, Unreachable
from cfstream.kinds.bucket_policy.observed import LivePolicy
from cfstream.kinds.object_acl.clashes import contradictions
from cfstream.kinds.object_acl.ending import grants_left, last_revokes
from cfstream.kinds.object_acl.engine import (
    ChosenEngine,
    chosen_engine,
    may_use_job,
)
from cfstream.kinds.object_acl.job_role import (
    JOB_SCOPES,
    job_problems,
    job_reads,
    job_writes,
    read_job_role,
    unchecked,
)
from cfstream.kinds.object_acl.left_jobs import about_left_jobs, read_left_jobs
from cfstream.kinds.object_acl.marking import mark
from cfstream.kinds.object_acl.model import granted, known_acls
from cfstream.kinds.object_acl.observed import (
    KIND,
    LiveGrants,
    Tally,
    all_acls,
    counted,
    former_granted,
    tally,
)
from cfstream.kinds.object_acl.remarks import (
    about_the_sample,
    about_unread_acls,
    hidden_grants,
    unknown_members,
)
from cfstream.kinds.object_acl.revoking import (
    grants_on_objects,
    in_former_buckets,
    narrow,
    without_former,
)
from cfstream.ports import Answer, Call, Reads
from cfstream.spec.model import Spec
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.calls import ANYTHING, BUCKET, OBJECTS, Needs, calls, optional
from cfstream.stack.context import StackContext
from cfstream.stack.identities import used_identity
from cfstream.stack.kind import Kind
from cfstream.stack.live_state import LiveState
from cfstream.stack.proposal import KindResults, Proposal, Relied
from cfstream.stack.readers import still_reading
from cfstream.stack.statement_ids import our_sids
from cfstream.startup.frozen import dataclass
from cfstream.steps.batch_job import BatchJob
from cfstream.steps.batch_manifest import BY_S3
from cfstream.steps.grant import Granting, ProposedGrant
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage, Step
from cfstream.values import Json, Known, digest


@dataclass(frozen=True)
class WantedGrants:
    """The permission that the OAI must have, and no other, on every object under the prefix."""

    permission: str
    prefix: str


class ObjectAclKind(Kind[WantedGrants, LiveGrants]):
    """The kind ``object-acl``."""

    name = KIND
    opens = True
    scopes = JOB_SCOPES
    dispensable = frozenset({"get_role", "simulate_principal_policy"})

    def observe_readers(self, aws: Reads, state: LiveState) -> LiveGrants:
        """Read the ACL of every object."""
        have = self.observe(aws, state, None)
        acls = all_acls(aws, state.context, state.bucket)
        return replace(have, tally=replace(have.tally, acls=acls))

    def desire(self, context: StackContext) -> WantedGrants | None:
        """Return the permission and the prefix of the spec; None if the grant is not on objects."""
        grant = context.stack.spec.grant
        if grant.via != "object-acl" or context.destroying:
            return None
        return WantedGrants(grant.permission, grant.prefix)

    def observe(self, aws: Reads, state: LiveState, want: WantedGrants | None) -> LiveGrants:
        """Read the ACL of every object, if grants are wanted now or were wanted earlier, or with ``--all-objects``.

        An object whose ACL cannot be read counts as not granted. Raises as `Reads.read`.
        """
        context, bucket, own = state.context, state.bucket, state.own
        if context.destroying:
            return grants_left(aws, state)
        used, identities = used_identity(context.stack.spec), state.identities
        grantee = identities.get(used) if used else identities.own
        user = grantee.canonical_user if grantee else ""
        found = (
            tally(aws, context, bucket, want.prefix, permission=want.permission, user=user)
            if want is not None and bucket.usable
            else _granted_before(aws, context, bucket, own)
        )
        former = former_granted(aws, context, own)
        return LiveGrants(
            bucket=bucket,
            tally=found,
            own=own,
            distributions=state.distributions,
            canonical_users={each.id: each.canonical_user for each in identities.all},
            former=former,
            left=read_left_jobs(aws, context, bucket, own, former),
            beyond=not used and found.beyond > 0 and _granted_by_us(state),
        )

    def observe_more(
        self, aws: Reads, state: LiveState, have: LiveGrants, steps: Sequence[Step]
    ) -> LiveGrants:
        """Read the role of a job and the inventory, if a grant may be made by a job. Raises as `Reads`."""
        context, bucket = state.context, have.bucket
        grant = context.stack.spec.grant
        for step in steps:
            if (
                isinstance(step, Granting)
                and isinstance(step.edit, ObjectGrants)
                and may_use_job(context, have, step.edit.grantee)
            ):
                inventory = have.inventory
                if have.tally.sampled:
                    from cfstream.kinds.object_acl.inventory_report import read_inventory

                    inventory = read_inventory(aws, context, bucket, step.edit.grantee, grant.permission)
                role = read_job_role(aws, context, bucket.region)
                return replace(have, inventory=inventory, job_role=role)
        return have

    def survey(self, aws: Reads, stacks: Sequence[LiveState]) -> None:
        """Read the roles of jobs, and the jobs. The files of an inventory are too large for a snapshot."""
        for state in stacks:
            with suppress(Refused, Unreachable):
                read_left_jobs(aws, state.context, state.bucket, state.own)
                read_job_role(aws, state.context, state.bucket.region)

    def infer(self, asked: Call, listed: Callable[[Call], Sequence[Json] | None]) -> Answer | None:  # noqa: ARG002
        """Return a refusal for the files of an inventory."""
        read = asked.operation == "get_object"
        return NotAuthorized("s3:GetObject", "NotRecorded", "a snapshot has no inventories") if read else None

    def propose(
        self, context: StackContext, want: WantedGrants | None, have: LiveGrants, results: KindResults
    ) -> Proposal:
        """Tag the distribution, grant what is missing, revoke the grants to former OAIs, and untag it."""
        if context.destroying:
            return last_revokes(context, have, results)
        if context.stack.spec.grant.via == "elsewhere":
            return _granted_elsewhere(context, have)
        identity = results.get(context.address("origin-access-identity")) if want else None
        user = results.get(context.address("origin-access-identity"), "canonical_user") if want else None
        if want is not None and (identity is None or user is None):
            return about_left_jobs(context, have.left, have.marked)
        former = tuple(each for each in have.marked if each != identity)
        steps: list[Step] = []
        engine = ChosenEngine()
        if want is not None and identity is not None and user is not None and have.tally.lacking:
            engine = chosen_engine(context, have, user, former)
            granted = _grant(context, want, have, user, engine.job)
            hazards = (*_stronger(context, want, have, results), *engine.hazards)
            steps += [*mark(context, have, former, identity), replace(granted, hazards=hazards)]
        if user is not None and have.beyond:
            steps.append(narrow(context, have, user))
        revokes, notices = without_former(context, have, former, identity)
        steps += revokes
        left = about_left_jobs(context, have.left, have.marked, steps)
        relied = Relied(context.address(KIND), digest(_counted(have.tally)), document=_counted(have.tally))
        return Proposal(
            steps=(*steps, *in_former_buckets(context, have)),
            relied_on=(relied,) if want is not None else (),
            problems=(*_problems(context, want, have, engine, steps), *left.problems),
            notices=(*engine.notices, *notices, *_notices(context, have, engine, steps), *left.notices),
            checks=left.checks,
            estimate=engine.estimate,
        )

    def add_to_model(self, context: StackContext, have: LiveGrants, model: AccessModel) -> AccessModel:
        """Add what is known about the objects' ACLs, and the identities that they may name."""
        # A list may lag behind a creation. The identity in the distribution's tags was read by its id.
        users: dict[Known, Known] = {user: id_ for id_, user in have.canonical_users.items()}
        bucket = replace(model.bucket, objects=known_acls(context, have))
        return replace(model, bucket=bucket, identities={**model.identities, **users})

    def after_step(self, model: AccessModel, step: Step, stack: str) -> AccessModel:  # noqa: ARG002
        """Return the model with the grants on objects as the step leaves them."""
        if not isinstance(step, Granting | Revoke) or not isinstance(step.edit, ObjectGrants):
            return model
        if step.edit.bucket != model.bucket.name:
            return model
        return replace(model, bucket=granted(model.bucket, step.edit))

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the reads of the ACLs. A plan that destroys reads them for each identity that may have grants.

        Other plans of a bucket policy read them only with `--all-objects`, and so does `access`.
        """
        if spec.identity == "oai" if destroying else spec.grant.via == "object-acl":
            yield from calls(OBJECTS, "s3", "get_object_acl")
        if destroying and spec.identity == "oai":
            yield from calls(BUCKET, "s3", "list_objects_v2")
        if not destroying:
            yield from optional(calls(BUCKET, "s3", "list_objects_v2"))
            yield from optional(calls(OBJECTS, "s3", "get_object_acl"))
        if spec.grant.via == "object-acl":
            yield from calls(ANYTHING, "s3control", "list_jobs")
            if spec.grant.batch and spec.grant.engine != "local" and not destroying:
                yield from job_reads(spec)

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the writes of the ACLs."""
        if spec.grant.via == "object-acl":
            yield from calls(BUCKET, "s3", "list_objects_v2")
            yield from calls(OBJECTS, "s3", "get_object_acl", "put_object_acl")
        elif destroying and spec.identity == "oai" and not (spec.oai and spec.oai.id):
            yield from calls(OBJECTS, "s3", "put_object_acl")
        if spec.grant.batch and spec.grant.engine != "local" and not destroying:
            yield from job_writes()


def _problems(
    context: StackContext,
    want: WantedGrants | None,
    have: LiveGrants,
    engine: ChosenEngine,
    steps: Sequence[Step],
) -> Iterator[Problem]:
    """Yield why the grants cannot be made or revoked."""
    if want is not None:
        role, objects = (have.job_role, engine.job.objects) if engine.job else (None, BY_S3)
        yield from contradictions(context)
        yield from job_problems(context, role, objects)
    if steps:
        yield from unknown_members(context, have)


def _notices(
    context: StackContext, have: LiveGrants, engine: ChosenEngine, steps: Sequence[Step]
) -> Iterator[Notice]:
    """Yield what could not be checked, and what the ACLs that were read do not show."""
    yield from unchecked(have.job_role if engine.job else None)
    if have.bucket.effective.ignore_acls and any(isinstance(each, Granting | Revoke) for each in steps):
        yield hidden_grants(have)
    yield from about_the_sample(have)
    yield from about_unread_acls(context, have)


def _granted_elsewhere(context: StackContext, have: LiveGrants) -> Proposal:
    left = about_left_jobs(context, have.left, have.marked)
    return replace(left, notices=(*left.notices, *about_unread_acls(context, have)))


def _granted_before(
    aws: Reads, context: StackContext, bucket: LiveBucket, own: LiveDistribution | None
) -> Tally:
    """Return what all ACLs grant, if the tag shows that objects have grants, or the user asks for all objects.

    Otherwise nothing is read. Without these grants, the plan would show that nobody can read now, and report access
    that exists already as new.
    """
    marked = own is not None and bool(own.tag(ACL_TAG))
    if not (marked or context.all_objects) or not bucket.usable or not bucket.acls_count:
        return Tally()
    return Tally(acls=all_acls(aws, context, bucket))


def _granted_by_us(state: LiveState) -> bool:
    """Return whether grants to the stack's own identity are those of the stack, and nothing reads with them."""
    mine, own = state.identities.own, state.own
    if mine is None or own is None or mine.id not in own.tag_words(ACL_TAG):
        return False
    # If others read with this OAI, the grants may be theirs.
    still = still_reading(state.context, state.distributions, own, state.bucket.name)
    return mine.id not in still.by_oai


def _counted(tally: Tally) -> Json:
    content = {"objects": tally.total, "granted": tally.granted, "sha256": tally.sha256}
    return {**content, "sampled": True} if tally.sampled else content


def _stronger(
    context: StackContext, want: WantedGrants, have: LiveGrants, results: KindResults
) -> tuple[Hazard, ...]:
    """Return a hazard if the identity has less now: FULL_CONTROL also allows it to change ACLs."""
    policy = results.seen(LivePolicy)
    ours = our_sids(context, policy.document if policy else None)
    if want.permission != "FULL_CONTROL" or not (have.tally.otherwise or ours):
        return ()
    many = counted(have.tally.otherwise or have.tally.total)
    return (Hazard(HazardName.WIDENS_GRANT, f"the identity gets FULL_CONTROL instead of less: {many}"),)


def _grant(
    context: StackContext, want: WantedGrants, have: LiveGrants, user: Known, job: BatchJob | None
) -> ProposedGrant:
    tally = have.tally
    objects = f"{tally.total} sampled objects" if tally.sampled else f"{tally.total} objects"
    by = f"; a job of S3 Batch Operations grants it {job.objects}" if job else ""
    total = len(job.objects.keys) if job else 0
    total = total or (0 if tally.sampled else tally.total)
    return ProposedGrant(
        address=context.address(KIND),
        stage=Stage.GRANT,
        because=f"{tally.lacking} of {objects} without exactly {want.permission} for the identity{by}",
        line=context.stack.line("grant"),
        changes=(
            Change(
                "grant.permission",
                f"{want.permission} on {tally.granted} of {objects}",
                f"{want.permission} on {tally.total} of {objects}",
            ),
        ),
        edit=replace(
            grants_on_objects(context, have, user, want.prefix, want.permission), total=total, job=job
        ),
    )
