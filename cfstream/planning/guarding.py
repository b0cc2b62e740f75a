"""The guard of each step that widens access: the models around it, as the plan expects them. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from cfstream.access.compare import compare
from cfstream.access.evaluation import Evaluation
from cfstream.access.model import AccessModel
from cfstream.domain import ObjectAcls
from cfstream.kinds import KINDS
from cfstream.planning.access_models import BY_NAME, projected
from cfstream.planning.evaluated_steps import EvaluatedSteps
from cfstream.policy_document import statements
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.create import Create
from cfstream.steps.grant import ProposedGrant
from cfstream.steps.guard import Guard, WriteModels
from cfstream.steps.modify import Modify
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Step

_DECIDING = frozenset(kind.name for kind in KINDS if kind.decides)


def guarded(seen: EvaluatedSteps, around: AccessModel, stack: str) -> Iterator[Step]:
    """Yield the steps with their guards: each grant has one, and each other step that widens access.

    `around` is the model before the first step, with the steps of the run's other stacks done.
    """
    written = False
    for number, step in enumerate(seen.steps):
        among, around = around, projected(around, step, stack)
        before, after = seen.seen[number], seen.seen[number + 1]
        if isinstance(step, ProposedGrant):
            alone, together = (
                _granting(*each, step.edit) for each in ((before.model, after.model), (among, around))
            )
            yield step.guarded(Guard(stack, alone, (together,), written=written))
        elif isinstance(step, Revoke | Modify | Create) and _opens(before, after):
            alone, together = WriteModels(before.model, after.model), WriteModels(among, around)
            yield replace(step, guard=Guard(stack, alone, (together,), written=written))
        else:
            yield step
        written = written or step.address.kind in _DECIDING


def _opens(before: Evaluation, after: Evaluation) -> bool:
    return before is not after and any(each.gained for each in compare(before, after))


def _granting(before: AccessModel, after: AccessModel, edit: PolicyEdit | ObjectGrants) -> WriteModels:
    """Return the models around a grant. They do not depend on which objects there are: new ones are granted as well."""
    return WriteModels(_without_objects(before), _without_objects(_granted(after, edit)))


def _granted(model: AccessModel, edit: PolicyEdit | ObjectGrants) -> AccessModel:
    """Return the model with a grant on objects as a statement for every key under its prefix."""
    if not isinstance(edit, ObjectGrants):
        return model
    statement = {
        "Effect": "Allow",
        "Principal": {"CanonicalUser": edit.grantee},
        "Action": "s3:GetObject",
        "Resource": f"arn:{model.partition}:s3:::{edit.bucket}/{edit.prefix}*",
    }
    live = model.bucket.policy
    policy = {"Version": "2012-10-17", **(live or {}), "Statement": [*statements(live), statement]}
    return replace(model, bucket=replace(model.bucket, policy=policy))


def _without_objects(model: AccessModel) -> AccessModel:
    return replace(model, bucket=replace(model.bucket, objects=ObjectAcls()))


def concerns(step: Step, bucket: str) -> bool:
    """Return whether a step of another stack of the run may change who reads a bucket by distributions."""
    kind = BY_NAME.get(step.address.kind)
    return kind is not None and kind.concerns(step, bucket)
