"""The outputs of a stack: ids, domain name, status and ETag, before, while and after steps run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cfstream.applying import Report, StackReport, StepOutcome, StepReport, stale
from cfstream.domain import Delivery
from cfstream.errors import CfstreamError
from cfstream.kinds import KINDS
from cfstream.planning import LiveSummary, Plan, StackKey, StackPlan
from cfstream.planning.saved import Mismatch
from cfstream.ports import Reads, Role, World
from cfstream.stack.kind import own_id
from cfstream.stack.placement import session_name
from cfstream.steps.delete import Delete
from cfstream.steps.modify import Modify
from cfstream.steps.move_alias import MoveAlias
from cfstream.values import Json, StepId, plain, refs_in, resolve

UNKNOWN: Mapping[str, Any] = {"status": None, "etag": None}
"""The outputs that every write of the distribution changes, if they could not be read after it."""


def outputs_after(
    plan: StackPlan, report: StackReport, brought: Mapping[StepId, Mapping[str, str]]
) -> dict[str, Any]:
    """Return the outputs of a stack, with the results of its steps."""
    if plan.destroying:
        return not_yet_deleted(plan, report.steps)
    return known_outputs(plan, brought, plan.live)


def stale_report(plan: Plan, moved: Mismatch) -> Report:
    """Return the report of a stale saved plan: the live outputs of each stack, and no step tried."""
    reports = [(stack, stale(stack, moved.what)) for stack in plan.stacks]
    return Report.of(replace(report, outputs=outputs_after(stack, report, {})) for stack, report in reports)


def known_outputs(
    plan: StackPlan, brought: Mapping[StepId, Mapping[str, str]], live: LiveSummary
) -> dict[str, Any]:
    """Return the outputs with the results of the steps; None for outputs that no step has returned."""

    def known(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: known(item) for name, item in value.items()}
        if isinstance(value, list):
            return [known(item) for item in value]
        missing = [ref for ref in refs_in(value) if ref.output not in brought.get(ref.step, {})]
        return None if missing else plain(resolve(value, brought))

    filled: dict[str, Any] = known(plan.outputs or {})
    return {**filled, "status": live.status, "etag": None if plan.leaving else live.etag}


def freshly_read(
    aws: Reads, plan: StackPlan, outputs: Json, last: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the current status and ETag of the distribution; None for both if they cannot be read.

    Those of the plan are from before the steps, and may be wrong now. There is no ETag if another stack takes a host
    name from this one later in the run: that changes it, and `read_again` reads it.

    `last` are the outputs of the last step. If that waited for the distribution, its last poll has read both.
    """
    if not outputs["distribution_id"]:
        return {}
    if last and {*last} == {"status", "etag"}:
        found = {**last}
    else:
        delivery = Delivery.of_kind(plan.distribution)
        try:
            reply = aws.read(delivery.get(outputs["distribution_id"]))
        except CfstreamError:
            return {**UNKNOWN}
        found = {"status": reply[delivery.resource]["Status"], "etag": reply["ETag"]}
    return {**found, "etag": None} if plan.leaving else found


def read_again(plan: Plan, report: Report, world: World) -> Report:
    """Return the report with the status and ETag of distributions that steps of other stacks have changed.

    A stack is read when its own steps are done. Another one may change its distribution after that: it takes a host
    name, or changes the keys of a group that this one uses. Reads only these distributions.
    """
    done = {
        (each.account, step.id)
        for each in report.stacks
        for step in each.steps
        if step.outcome is not StepOutcome.NOT_TRIED
    }
    written = {
        (stack.account, step.call.params.get("Id")): stack.name
        for stack in plan.stacks
        for step in stack.steps
        if isinstance(step, Modify) and (stack.account, step.id) in done
    }
    by_key = {stack.key: stack for stack in plan.stacks}

    def current(each: StackReport) -> StackReport:
        stack = by_key[each.key]
        used = {(stack.account, _id_of(relied.document)) for relied in stack.relied_on}
        others = {written[id_] for id_ in used & written.keys()} - {stack.name}
        if each.destroying or not (stack.leaving or others):
            return each
        try:
            own = world.assume(Role(stack.role, session_name([stack.name]))) if stack.role else world
        except CfstreamError:
            return replace(each, outputs={**each.outputs, **UNKNOWN})
        found = freshly_read(own.aws, replace(stack, leaving=()), each.outputs)
        return replace(each, outputs={**each.outputs, **found})

    return _with_given_names(plan, replace(report, stacks=tuple(map(current, report.stacks))))


def _with_given_names(plan: Plan, report: Report) -> Report:
    """Return the report with the host names that each stack has given to another one."""
    done = {
        (each.key, step.id)
        for each in report.stacks
        for step in each.steps
        if step.outcome is StepOutcome.DONE
    }
    taken = names_taken(plan, lambda stack, step: (stack.key, step.id) in done)
    return replace(
        report,
        stacks=tuple(replace(each, gives={}, gave=taken.get(each.key, {})) for each in report.stacks),
    )


def names_taken(
    plan: Plan, counts: Callable[[StackPlan, MoveAlias], bool]
) -> Mapping[StackKey, Mapping[str, str]]:
    """Return the host names that other stacks take from each stack, with these stacks. `counts` selects the moves."""
    takers = {
        (stack.account, step.alias): stack.name
        for stack in plan.stacks
        for step in stack.steps
        if isinstance(step, MoveAlias) and counts(stack, step)
    }
    return {
        stack.key: {
            name: takers[stack.account, name] for name in stack.leaving if (stack.account, name) in takers
        }
        for stack in plan.stacks
    }


def _id_of(document: Any) -> Any:
    """Return the id of a resource that a plan relies on; None if it has none."""
    return document.get("id") if isinstance(document, Mapping) else None


def not_yet_deleted(plan: StackPlan, reports: Sequence[StepReport]) -> dict[str, Any]:
    """Return the outputs of a stack that is being destroyed: what is not deleted yet."""
    done = {report.id for report in reports if report.outcome is StepOutcome.DONE}
    left = [step for step in plan.steps if step.id not in done]
    ids = {step.address: str(step.call.params["Id"]) for step in left if isinstance(step, Delete)}
    distribution = own_id(ids, plan.distribution)
    there = distribution is not None
    return {
        "distribution_id": distribution,
        "domain_name": plan.live.domain_name if there else None,
        "status": plan.live.status if there else None,
        "etag": plan.live.etag if there else None,
        **{name: value for kind in KINDS for name, value in kind.left(ids, left).items()},
    }
