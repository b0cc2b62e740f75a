"""Render a plan as the document that `--format json` prints and `--out` saves: the contract with other programs.

Keys may be added and never change their meaning; `format_version` is the version of the contract.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from cfstream import __version__
from cfstream.planning import LiveSummary, Plan, StackPlan, sealed
from cfstream.planning.exposure import Exposure
from cfstream.render.access import row_document
from cfstream.render.errors import problem_document
from cfstream.render.estimate import estimate_document
from cfstream.render.hazards import NONE_ALLOWED, Allowed
from cfstream.render.notices import notice_document
from cfstream.render.readers import before_and_after
from cfstream.steps.hazards import Hazard
from cfstream.steps.step import Step
from cfstream.values import plain

if TYPE_CHECKING:
    from cfstream.render.documents import (
        ExposureDocument,
        HazardDocument,
        LiveDocument,
        PlanDocument,
        StackDocument,
        StepDocument,
    )


def plan_document(plan: Plan, allowed: Allowed = NONE_ALLOWED) -> "PlanDocument":
    """Return the plan as plain dicts and lists, with keys in the order of the contract.

    The hazards in `allowed` are marked. The fingerprint does not cover the marks.
    """
    document: PlanDocument = {
        "format_version": 1,
        "cfstream_version": __version__,
        "account": plan.account,
        "in_sync": plan.in_sync,
        "fingerprint": plan.fingerprint,
        "summary": dict(plan.summary),
        "stacks": [_stack(stack, allowed) for stack in plan.stacks],
    }
    if plan.snapshot:
        document["snapshot"] = {
            "file": plan.snapshot.file,
            "taken": plan.snapshot.taken,
            "age_seconds": plan.snapshot.age_seconds,
            "text": plan.snapshot.whole,
        }
    return document


def saved_document(
    plan: Plan,
    specs: Sequence[str],
    folder: str,
    only: Collection[str] | None = None,
    *,
    all_objects: bool = False,
) -> dict[str, Any]:
    """Return the plan as it is saved, with the specs it was made from and their `folder`, relative to the file.

    `only` are the names of the stacks that were chosen; None if all were. `all_objects` means that the ACLs of all
    objects were read, however many there are.
    """
    document = plan_document(plan)
    stacks = [
        {**each, "relied_content": _contents(stack)}
        for each, stack in zip(document["stacks"], plan.stacks, strict=True)
    ]
    chosen = {} if only is None else {"only": sorted(only)}
    read = {"all_objects": True} if all_objects else {}
    return {**document, "stacks": stacks, "specs": list(specs), "folder": folder, **chosen, **read}


def _contents(stack: StackPlan) -> dict[str, Any]:
    """Return the documents that the plan was made from, to report what changed."""
    known = (relied for relied in stack.relied_on if relied.content is not None)
    return {str(relied.address): plain(relied.content) for relied in known}


def _stack(stack: StackPlan, allowed: Allowed) -> "StackDocument":
    document: StackDocument = {
        "name": stack.name,
        "account": stack.account,
        "spec": stack.spec,
        "spec_sha256": stack.spec_sha256,
        "in_sync": stack.in_sync,
        "live": _live(stack.live),
        "relied_on": [
            {"address": str(relied.address), "etag": relied.etag, "sha256": relied.sha256}
            for relied in stack.relied_on
        ],
        "problems": [problem_document(problem) for problem in stack.problems],
        "notices": [notice_document(notice) for notice in stack.notices],
        "hazards": [
            _hazard(hazard, step, allowed=allowed.covers(stack, hazard)) for hazard, step in stack.hazards
        ],
        "exposure": _exposure(stack.exposure),
        "steps": [_step(step) for step in stack.steps],
    }
    if stack.role:
        document["role"] = stack.role
    if stack.estimate:
        document["grant_estimate"] = estimate_document(stack.estimate)
    if stack.after:
        document["after"] = list(stack.after)
    return document


def _hazard(hazard: Hazard, step: str, *, allowed: bool) -> "HazardDocument":
    document: HazardDocument = {"name": hazard.name, "step": step, "text": hazard.text}
    if allowed:
        document["allowed"] = True
    return document


def _live(live: LiveSummary) -> "LiveDocument":
    return {
        "distribution_id": live.distribution_id,
        "domain_name": live.domain_name,
        "status": live.status,
        "etag": live.etag,
    }


def _exposure(exposure: Exposure) -> "ExposureDocument":
    before, after = before_and_after(exposure)
    return {
        "before": list(before),
        "after": list(after),
        "openings": [opening.text for opening in exposure.openings],
        "access": [row_document(row) for row in exposure.access],
    }


def _step(step: Step) -> "StepDocument":
    covered = sealed(step)
    return {
        "id": step.id,
        "verb": step.verb,
        "address": str(step.address),
        "because": step.because,
        "if_match": step.if_match,
        "needs": covered["needs"],
        "spec_line": step.line or None,
        "changes": covered["changes"],
        "sends": covered["sends"],
    }
