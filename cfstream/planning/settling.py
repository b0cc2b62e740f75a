"""Waits for what an earlier run changed and that has not reached all edges yet. Pure."""

from collections.abc import Sequence

from cfstream.domain import LiveDistribution
from cfstream.planning.order import ordered
from cfstream.stack.distributions import settling_wait
from cfstream.stack.scene import Scene
from cfstream.steps.grant import Grant
from cfstream.steps.stage import Stage
from cfstream.steps.step import Step
from cfstream.values import Verb

ON_ITS_WAY = "an earlier change is still on its way to the edges; apply waits until it is Deployed"


def settling_steps(scene: Scene, live: LiveDistribution | None, steps: Sequence[Step]) -> list[Step]:
    """A wait for what an earlier run changed, where steps of this plan must not come before it is in force.

    Until then some edges may serve unsigned what live shows as signed: nothing is opened to them before.
    """
    if live is None or live.status == "Deployed":
        return []
    if any(isinstance(step, Grant) and step.opens and step.stage is Stage.GRANT for step in steps):
        return [settling_wait(scene, live, Stage.SETTLE)]
    later = any(step.stage.position > Stage.WAIT.position for step in steps)
    return [settling_wait(scene, live, Stage.WAIT)] if later and not _awaited(scene, steps) else []


def unawaited(scene: Scene, live: LiveDistribution | None, steps: Sequence[Step]) -> Step | None:
    """A wait for what an earlier run changed, where no step of this plan waits for the distribution.

    A run that died while it waited must not be followed by one that says it is done while edges serve what was before.
    """
    if live is None or live.status == "Deployed" or scene.destroying or _awaited(scene, steps):
        return None
    (wait,) = ordered([settling_wait(scene, live, Stage.WAIT)])
    return wait


def _awaited(scene: Scene, steps: Sequence[Step]) -> bool:
    """Whether one of the steps waits for the stack's distribution."""
    return any(step.verb is Verb.WAIT and step.address == scene.distribution for step in steps)
