"""Waits for a change of an earlier run that has not reached all edges yet. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from cfstream.domain import LiveDistribution
from cfstream.planning.order import ordered
from cfstream.planning.plan import StackPlan
from cfstream.stack.context import StackContext
from cfstream.stack.distributions import settling_wait
from cfstream.steps.grant import GrantRead
from cfstream.steps.stage import Stage
from cfstream.steps.step import Step
from cfstream.values import Verb

ON_ITS_WAY = "an earlier change is still being deployed; apply waits until it is Deployed"


def settling_steps(context: StackContext, live: LiveDistribution | None, steps: Sequence[Step]) -> list[Step]:
    """Return a wait for what an earlier run changed, if steps of this plan must not run before it is in force.

    Until then, some edges may serve unsigned what live shows as signed: nothing is opened to them before.
    """
    if live is None or live.status == "Deployed":
        return []
    if any(isinstance(step, GrantRead) and step.opens and step.stage is Stage.GRANT for step in steps):
        return [settling_wait(context, live, Stage.SETTLE)]
    later = any(step.stage.position > Stage.WAIT.position for step in steps)
    return [settling_wait(context, live, Stage.WAIT)] if later and not _awaited(context, steps) else []


def unawaited(context: StackContext, live: LiveDistribution | None, steps: Sequence[Step]) -> Step | None:
    """Return a wait for what an earlier run changed, if no step of this plan waits for the distribution.

    After a run that died while it waited, the next one must not report success while edges serve the old settings.
    """
    if live is None or live.status == "Deployed" or context.destroying or _awaited(context, steps):
        return None
    (wait,) = ordered([settling_wait(context, live, Stage.WAIT)])
    return wait


def with_last_wait(plan: StackPlan, *, no_wait: bool) -> StackPlan:
    """Return the plan as it runs: with the wait for what an earlier run changed as its last step."""
    settling = () if plan.settling is None or no_wait else (plan.settling,)
    return replace(plan, steps=(*plan.steps, *settling))


def _awaited(context: StackContext, steps: Sequence[Step]) -> bool:
    """Return whether one of the steps waits for the stack's distribution."""
    return any(step.verb is Verb.WAIT and step.address == context.distribution for step in steps)
