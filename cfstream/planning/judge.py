"""Judge the steps of a stack by who can read: which grants run late, the hazards, and the openings. Pure.

Every step that changes who can read is projected on the observed model. So the plan knows who can read after each of
its steps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cfstream.access.evaluate import evaluate
from cfstream.access.evaluation import Evaluation
from cfstream.access.expected import shared
from cfstream.access.missing_objects import missing_object_warnings
from cfstream.access.model import AccessModel
from cfstream.access.partition import MOST_CELLS
from cfstream.access.route import MERGED
from cfstream.access.warnings import viewer_warnings
from cfstream.errors import Notice, Problem
from cfstream.planning.access_models import former_model, projected_all
from cfstream.planning.aws_commands import with_reaching_fix
from cfstream.planning.evaluated_steps import EvaluatedSteps, evaluate_steps, exposed
from cfstream.planning.expected import expected
from cfstream.planning.exposure import Exposure, declared_public, exposure
from cfstream.planning.guarding import guarded
from cfstream.planning.hazard_lines import placed
from cfstream.planning.hazards import (
    cutting_hazards,
    moving_hazards,
    opening_hazards,
    unique,
    widening_hazard,
)
from cfstream.planning.order import ordered
from cfstream.planning.staging import Stager, ordered_by_stage, widened
from cfstream.policy_document.document import statements
from cfstream.stack.context import StackContext
from cfstream.stack.former_buckets import other_objects
from cfstream.stack.proposal import KindResults
from cfstream.stack.statement_ids import our_sids
from cfstream.startup.frozen import dataclass
from cfstream.steps.grant import Granting
from cfstream.steps.hazards import Hazard
from cfstream.steps.revoke import Revoke
from cfstream.steps.stage import Stage
from cfstream.steps.step import Step
from cfstream.values import Json, StepId, Verb


@dataclass(frozen=True)
class Judged:
    """A stack's steps in their order with their hazards, and who can read before and after them."""

    steps: tuple[Step, ...]
    exposure: Exposure
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class OtherSteps:
    """The steps of the run's other stacks that decide who reads the bucket of this one."""

    same_bucket: tuple[Step, ...] = ()
    """All steps of the stacks that share the bucket."""
    other_buckets: tuple[Step, ...] = ()
    """Only those that may change who reads the bucket."""


NO_OTHERS = OtherSteps()
"""A run with one stack."""


def judge(
    context: StackContext,
    results: KindResults,
    live: AccessModel,
    proposed: Sequence[Step],
    others: OtherSteps = NO_OTHERS,
) -> Judged:
    """Return the proposed steps, judged. `live` is the model before the first one."""
    stager = Stager(live, ordered_by_stage(proposed), context.name)
    steps = ordered(stager.staged())
    alone = evaluate_steps(live, steps, context.name)
    hazards = _joined(_hazards(alone), _widening(context, alone))
    move = _move(former_model(context, results, live), alone, context)
    if move is not None:
        hazards = _joined(hazards, {move.switch: move.hazards})
    before, after = alone.before, alone.after
    problems = list(_unsafe(context, alone))
    around = projected_all(live, ordered(others.same_bucket))
    if others.same_bucket:
        together = evaluate_steps(around, steps, context.name)
        hazards = _joined(hazards, _hazards(together))
        before, after = evaluate(live, together.after.model)
    guarding = guarded(alone, projected_all(around, ordered(others.other_buckets)), context.name)
    wanted, (before, after) = shared(expected(context, after.model), before, after)
    shown = exposure(before, after, wanted, move.former if move else None)
    return Judged(
        steps=tuple(_with_hazards(context, step, hazards.get(step.id, ())) for step in guarding),
        exposure=replace(
            shown,
            openings=tuple(with_reaching_fix(each, context.flags) for each in shown.openings),
            declared=declared_public(before, context.stack.spec),
        ),
        problems=tuple(problems),
        notices=(*_merged(after), *_warnings(context, after), *([move.notice] if move else [])),
    )


def _with_hazards(context: StackContext, step: Step, more: tuple[Hazard, ...]) -> Step:
    """Return the step with all its hazards. One that disables a distribution names the hosts that end itself."""
    if step.verb is Verb.DISABLE:
        own = {each.name for each in step.hazards}
        more = tuple(each for each in more if each.name not in own)
    return replace(step, hazards=tuple(placed(context.stack, each) for each in (*step.hazards, *more)))


def _hazards(seen: EvaluatedSteps) -> dict[StepId, tuple[Hazard, ...]]:
    """Return the hazards of each step: what it opens or closes until the end of the plan."""
    found: dict[StepId, tuple[Hazard, ...]] = {}
    for step, before, after in seen.changes():
        hazards = (
            *opening_hazards(before, after, net=(seen.before, seen.after)),
            *cutting_hazards(before, after, net=(seen.before, seen.after)),
        )
        if hazards:
            found[step.id] = hazards
    return found


def _widening(context: StackContext, seen: EvaluatedSteps) -> dict[StepId, tuple[Hazard, ...]]:
    """Return the hazard of the step that widens, if CloudFront may read more for the stack at the end than it may now.

    That is the last grant; without one it is the last change of the distribution or its identity, because a statement
    of others may let the new identity read more.
    Only what is live counts: another stack of the run that shares the identity grants nothing yet. A statement for a
    distribution that no longer exists is not a grant to the new one.
    """
    changing = [step for step, *_ in seen.changes() if not isinstance(step, Revoke)]
    last = next((step for step in reversed(seen.steps) if isinstance(step, Granting)), None) or next(
        reversed(changing), None
    )
    if last is None:
        return {}
    live = seen.before.model
    sids = our_sids(context, live.bucket.policy)
    ours = replace(live, bucket=replace(live.bucket, policy=_narrowed(live.bucket.policy, sids)))
    granted = live.own is not None and bool(sids)
    found = widened(live, seen.after.model, granted=granted, ours=ours)
    return {last.id: tuple(widening_hazard(context.stack.spec.grant.prefix, found))}


def _narrowed(policy: Json | None, sids: frozenset[str]) -> Json | None:
    """Return the policy without what others allow by it; what they deny stays."""
    kept = [each for each in statements(policy) if each.get("Sid") in sids or each.get("Effect") == "Deny"]
    return {**policy, "Statement": kept} if policy and kept else None


@dataclass(frozen=True)
class Move:
    """The step with which the distribution leaves its former bucket, and what that means for viewers."""

    switch: StepId
    former: Evaluation
    """Who can read the former bucket before the plan."""
    hazards: tuple[Hazard, ...]
    notice: Notice


def _move(former: AccessModel | None, seen: EvaluatedSteps, context: StackContext) -> Move | None:
    """Return the move to another bucket; None if the plan has none."""
    switch = next(
        (each for each in seen.steps if each.stage is Stage.SWITCH and each.verb is not Verb.DISABLE), None
    )
    if former is None or switch is None:
        return None
    left = projected_all(former, seen.steps, context.name)
    (was,) = evaluate(former)
    return Move(
        switch.id,
        was,
        moving_hazards(former, left, seen.after.model),
        other_objects(context.name, former.bucket.name, context.stack.spec.bucket.name),
    )


def _joined(
    one: dict[StepId, tuple[Hazard, ...]], other: dict[StepId, tuple[Hazard, ...]]
) -> dict[StepId, tuple[Hazard, ...]]:
    return {step: unique((*one.get(step, ()), *other.get(step, ()))) for step in {**one, **other}}


def _unsafe(context: StackContext, seen: EvaluatedSteps) -> Iterator[Problem]:
    """Yield a problem if somebody could read between two steps but neither before nor after the plan."""
    for step, _, during in seen.changes():
        found = exposed(seen.before, during, seen.after, present=True)
        if found is not None:
            cell, reader = found
            yield context.stack.problem(
                f"{reader.prose} could read /{cell.witness} after the step {step.id} and before the end of this plan",
                "make the change in two runs: first only that of grant, then the rest",
                "grant",
            )
            return


def _merged(after: Evaluation) -> Iterator[Notice]:
    if after.merged:
        text = f"there are more than {MOST_CELLS} groups of paths; the others are judged together ({MERGED})"
        yield Notice(text)


def _warnings(context: StackContext, after: Evaluation) -> Iterator[Notice]:
    own = after.model.own_distribution
    if own is None:
        return
    if context.stack.spec.identity != "none":
        yield from viewer_warnings(own)
    yield from missing_object_warnings(after.model, own)
