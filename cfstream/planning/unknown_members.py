"""The problems and notices about live settings that the installed boto3 does not know."""

from collections.abc import Sequence

from cfstream.domain import LiveDistribution
from cfstream.domain.unknown_members import UPDATE_BOTO3, would_be_lost
from cfstream.errors import Notice, Problem
from cfstream.stack.context import StackContext
from cfstream.steps.modify import Modify
from cfstream.steps.step import Step


def unknown_problems(context: StackContext, steps: Sequence[Step]) -> list[Problem]:
    """Return a problem for each step that would send back a document without the settings that boto3 does not know."""
    return [
        context.stack.problem(
            would_be_lost(step.address, step.unknown), f"{UPDATE_BOTO3}, then plan again", "name"
        )
        for step in steps
        if isinstance(step, Modify) and step.unknown
    ]


def unknown_notices(live: LiveDistribution | None, steps: Sequence[Step]) -> list[Notice]:
    """Return a notice of the distribution's unknown settings, if the plan does not change it."""
    if live is None or not live.unknown_members:
        return []
    if any(isinstance(step, Modify) and step.unknown for step in steps):
        return []
    members = ", ".join(live.unknown_members)
    text = (
        f"{live.id} has settings that the installed boto3 does not know, and they are not compared: {members}"
    )
    return [Notice(text, do=UPDATE_BOTO3)]
