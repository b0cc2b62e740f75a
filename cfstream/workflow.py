"""The road as code: observe, propose, order, apply. Everything else in the house hangs on these few functions.

::

    specs ──▶ Stack ──desire──▶ wanted ─┐
                                        ├─propose──▶ steps ──ordered──▶ Plan ──walk──▶ Report
    AWS ───────observe────────▶ live ───┘
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cfstream.access.report import StackAccess
from cfstream.applying import (
    EXIT_CODE,
    PRECEDENCE,
    Report,
    StackOutcome,
    StackReport,
    Telling,
    Terms,
    blocked,
    held_up,
    stale,
    walk,
)
from cfstream.kinds import KINDS, bucket
from cfstream.kinds.bucket_policy.observed import LivePolicy
from cfstream.kinds.object_acl.all_acls import read_acls
from cfstream.outputs import freshly_read, known_outputs, not_yet_deleted
from cfstream.planning import Plan, StackPlan, in_turn, without_circles
from cfstream.planning.answers import stack_access
from cfstream.planning.draft import Draft, beside, draft, stack_plan
from cfstream.planning.saved import Mismatch
from cfstream.ports import Reads, World
from cfstream.spec.load import Stack
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.proposal import Landscape
from cfstream.stack.scene import Scene
from cfstream.steps.ledger import Ledger
from cfstream.values import StepId

if TYPE_CHECKING:
    from cfstream.proving.finding import Proof, StackProof
    from cfstream.proving.prove import Means

READERS = 8
"""Stacks and kinds observed at the same time; the door in has a limit of its own for calls."""

UNDER_WAY = 32
"""Stacks applied at the same time. Most of them wait for Deployed; those that write take turns."""


def make_plan(stacks: Sequence[Stack], world: World, *, destroying: bool = False) -> Plan:
    """The plan of all stacks, or of their end. Reads only. Raises Refused, Unreachable or NoCredentials."""
    reads = world.reads()
    scenes = [replace(scene, destroying=destroying) for scene in scenes_of(stacks, world)]
    with ThreadPoolExecutor(READERS) as pool:
        wants = [{kind.name: kind.desire(scene) for kind in KINDS} for scene in scenes]
        futures = [
            {kind.name: pool.submit(kind.observe, reads, scene, want[kind.name]) for kind in KINDS}
            for scene, want in zip(scenes, wants, strict=True)
        ]
        lives = [{name: future.result() for name, future in row.items()} for row in futures]
    drafts = [_with_encryption(reads, draft(*row)) for row in zip(scenes, wants, lives, strict=True)]
    plans = [stack_plan(each, beside(each, drafts)) for each in drafts]
    return Plan(world.account, without_circles(plans))


def _with_encryption(reads: Reads, drafted: Draft) -> Draft:
    """Return the draft that knows how the bucket encrypts, if that matters: a plan with nothing to do asks less."""
    if not drafted.looks_at_encryption:
        return drafted
    scene, land = drafted.scene, drafted.land
    seen = land.observed(LiveBucket)
    live = {**land.live, bucket.KIND: bucket.with_encryption(reads, scene, seen)}
    return draft(scene, land.wanted, live)


def apply_plan(
    plan: Plan,
    world: World,
    *,
    tell: Telling,
    allow: frozenset[str] = frozenset(),
    no_wait: bool = False,
    interrupted: Callable[[], bool] = lambda: False,
) -> Report:
    """Does what the plan says, stacks side by side, and reports. Never raises for what a step meets: that is reported.

    `allow` names the hazards that may be; with `no_wait` what needs a wait is left for a later run.
    """
    ledger, terms = Ledger(), Terms(allow, no_wait, interrupted)
    with ThreadPoolExecutor(UNDER_WAY) as pool:
        reported: dict[str, Future[StackReport]] = {}
        # Whoever waits for another stack is handed out after it, so that there is always one that does not wait.
        for stack in in_turn(plan.stacks):
            before = [reported[name] for name in stack.after if name in reported]
            reported[stack.name] = pool.submit(_apply_stack, stack, world, ledger, terms, tell, before=before)
        reports = tuple(reported[stack.name].result() for stack in plan.stacks)
    codes = {report.exit_code for report in reports}
    return Report(reports, next(code for code in PRECEDENCE if code in {*codes, 0}))


def prove_stacks(stacks: Sequence[Stack], world: World, means: "Means") -> "Proof":
    """What is proved of each stack, side by side. Reads AWS and asks viewers' addresses; changes nothing.

    Raises Refused, Unreachable, NoCredentials, or CannotSign.
    """
    # Planning has no use for what signs, and loading that takes a tenth of its time.
    from cfstream.proving import Proof, prove

    reads = world.reads()
    scenes = scenes_of(stacks, world)
    with ThreadPoolExecutor(READERS) as pool:
        return Proof(tuple(pool.map(lambda scene: prove(reads, scene, means), scenes)))


def access_of(stacks: Sequence[Stack], world: World, key: str | None = None) -> tuple[StackAccess, ...]:
    """Return who can read each stack's bucket now, or one object of it. Reads what `verify` reads of AWS.

    Raises Refused, Unreachable or NoCredentials.
    """
    reads = world.reads()
    with ThreadPoolExecutor(READERS) as pool:
        return tuple(pool.map(lambda scene: _access(reads, scene, key), scenes_of(stacks, world)))


def _access(reads: Reads, scene: Scene, key: str | None) -> StackAccess:
    names = ("bucket-policy", "object-acl", "key-group", "origin-access-control")
    live = {kind.name: kind.observe(reads, scene, None) for kind in KINDS if kind.name in names}
    policy: LivePolicy = live["bucket-policy"]
    acls = read_acls(reads, scene, policy.bucket).objects
    return stack_access(scene, Landscape(live=live), acls, key)


def provable(stacks: Sequence[Stack], report: Report) -> tuple[Stack, ...]:
    """The stacks that are as their specs say now, and Deployed: what is asked of the others would prove nothing."""
    well = (StackOutcome.APPLIED, StackOutcome.UNCHANGED)
    names = {
        each.name
        for each in report.stacks
        if each.outcome in well and each.outputs.get("status") == "Deployed"
    }
    return tuple(stack for stack in stacks if stack.spec.name in names)


def with_proof(report: Report, proof: "Proof") -> Report:
    """The report in which a stack that is not as it should be at its addresses is ``exposed``.

    What could not be proved changes nothing.
    """
    broken = {stack.name: stack for stack in proof.stacks if stack.broken}
    reports = tuple(
        _exposed(stack, broken[stack.name]) if stack.name in broken else stack for stack in report.stacks
    )
    codes = {stack.exit_code for stack in reports}
    return Report(reports, next(code for code in PRECEDENCE if code in {*codes, 0}))


def stale_report(plan: Plan, moved: Mismatch) -> Report:
    """The report of a saved plan that does not hold any more: what is live of each stack, and no step tried."""
    reports = [(stack, stale(stack, moved.what)) for stack in plan.stacks]
    told = tuple(replace(report, outputs=_outputs(stack, report, {})) for stack, report in reports)
    return Report(told, EXIT_CODE[StackOutcome.STALE])


def scenes_of(stacks: Sequence[Stack], world: World) -> list[Scene]:
    """A scene for each stack, by name."""
    all_specs = tuple(stack.spec for stack in stacks)
    return [
        Scene(
            stack=stack,
            account=world.account,
            partition=world.partition,
            region=world.region,
            now=world.clock.now(),
            real_aws=world.real_aws,
            beside=all_specs,
            flags=world.flags,
        )
        for stack in sorted(stacks, key=lambda stack: stack.spec.name)
    ]


def _apply_stack(
    plan: StackPlan,
    world: World,
    ledger: Ledger,
    terms: Terms,
    tell: Telling,
    *,
    before: Sequence[Future[StackReport]],
) -> StackReport:
    refused = blocked(plan, terms.allow) or held_up(plan, [each.result() for each in before])
    if refused is not None:
        report = replace(refused, outputs=_outputs(plan, refused, {}))
    else:
        settling = () if plan.settling is None or terms.no_wait else (plan.settling,)
        whole = replace(plan, steps=(*plan.steps, *settling))
        tell.entered(whole)
        report, brought = walk(whole, world, ledger, terms, tell)
        outputs = _outputs(plan, report, brought)
        if report.outcome is not StackOutcome.UNCHANGED:
            outputs |= freshly_read(world.aws, plan, outputs)
        if not plan.steps and report.outcome is StackOutcome.APPLIED:
            report = replace(report, outcome=StackOutcome.UNCHANGED)
        report = replace(report, outputs=outputs)
    report = replace(report, destroying=plan.destroying)
    tell.left(report)
    return report


def _outputs(
    plan: StackPlan, report: StackReport, brought: Mapping[StepId, Mapping[str, str]]
) -> dict[str, Any]:
    if plan.destroying:
        return not_yet_deleted(plan, report.steps)
    return known_outputs(plan, brought, plan.live)


def _exposed(report: StackReport, proof: "StackProof") -> StackReport:
    told = [f"{finding.where} {finding.part}".strip() + f": {finding.why}" for finding in proof.broken]
    return replace(
        report,
        outcome=StackOutcome.EXPOSED,
        exit_code=EXIT_CODE[StackOutcome.EXPOSED],
        why="verify: " + "; ".join(dict.fromkeys(told)),
    )
