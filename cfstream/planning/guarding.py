"""The distributions that a grant is checked against just before it is written. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from cfstream.domain import LiveDistribution
from cfstream.steps.grant import Grant
from cfstream.steps.guard import Guard
from cfstream.steps.stage import Stage
from cfstream.steps.step import Step
from cfstream.steps.wait import Deployed, Wait


def guarded(live: LiveDistribution | None, step: Step, steps: Sequence[Step]) -> Step:
    """Return a grant that opens something with its guard: the signers of the distribution decide who reads by it.

    Before the update the distribution must be as the plan saw it. After an update of the same plan, or its creation, it
    must have what the plan wrote.
    """
    if not isinstance(step, Grant) or not step.opens:
        return step
    if live is not None and step.stage.position < Stage.SWITCH.position:
        read, document = live.delivery.get_config(live.id), live.delivery.document
        address = replace(step.address, kind=live.delivery.kind, member="")
        return replace(step, guards=(Guard(address, read, document, live.config),))
    written = _written(steps)
    return step if written is None else replace(step, guards=(written,))


def _written(steps: Sequence[Step]) -> Guard | None:
    """Return the guard for what the plan writes to the distribution: what its wait waits for."""
    for step in steps:
        if isinstance(step, Wait) and isinstance(step.until, Deployed):
            content = f"{step.until.resource}.{step.until.resource}Config"
            return Guard(step.address, step.until.read, content, step.until.config, planned=True)
    return None
