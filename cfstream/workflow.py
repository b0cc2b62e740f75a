"""The flow: observe, propose, order, apply. Commands and programs call these functions.

::

    specs ──▶ Stack ──desire──▶ wanted ─┐
                                        ├─propose──▶ steps ──ordered──▶ Plan ──walk──▶ Report
    AWS ───────observe────────▶ live ───┘
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from cfstream.access.report import StackAccess
from cfstream.applying import (
    Report,
    Run,
    StackEnded,
    StackReport,
    Tell,
    Terms,
    held_up,
    left_out,
    not_begun,
    quiet,
    walk,
)
from cfstream.inventory.readers import readers_observed
from cfstream.kinds import KINDS
from cfstream.outputs import freshly_read, outputs_after
from cfstream.planning import Plan, StackPlan, in_turn, without_circles
from cfstream.planning.answers import stack_access
from cfstream.planning.blocking import blocked
from cfstream.planning.draft import Draft, draft, stack_plan
from cfstream.ports import Reads, World
from cfstream.spec.load import Stack
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.scene import Scene
from cfstream.stack.surroundings import Surroundings

if TYPE_CHECKING:
    from cfstream.proving.finding import Proof
    from cfstream.proving.prove import Means

READERS = 8
"""Stacks and kinds observed at the same time; calls have a limit of their own (`aws`)."""

UNDER_WAY = 32
"""Stacks applied at the same time. Most of them wait for Deployed; those that write take turns."""


def make_plan(
    stacks: Sequence[Stack],
    world: World,
    *,
    destroying: bool = False,
    only: Collection[str] | None = None,
) -> Plan:
    """Return the plan of all stacks; with `destroying`, the plan that deletes them. Reads only.

    With `only`, the plan of the stacks with these names. The others still count for what specs declare. Raises Refused,
    Unreachable or NoCredentials.
    """
    scenes = [
        replace(scene, destroying=destroying)
        for scene in scenes_of(stacks, world)
        if only is None or scene.name in only
    ]
    lists = AccountLists(world.reads(), world.clock.now(), len(scenes))
    with ThreadPoolExecutor(READERS) as pool:
        drafts = _confirmed(
            pool, _drafts(pool, [Surroundings(lists, scene, confirmed=False) for scene in scenes])
        )
    return Plan(world.account, without_circles([stack_plan(each, drafts) for each in drafts]))


def _drafts(
    pool: ThreadPoolExecutor, surroundings: Sequence[Surroundings]
) -> list[tuple[Surroundings, Draft]]:
    """Observe the stacks, and return each one's surroundings with its draft."""
    wants = [{kind.name: kind.desire(around.scene) for kind in KINDS} for around in surroundings]
    _read_first(pool, surroundings)
    futures = [
        {kind.name: pool.submit(kind.observe, around.aws, around, want[kind.name]) for kind in KINDS}
        for around, want in zip(surroundings, wants, strict=True)
    ]
    lives = [{name: future.result() for name, future in row.items()} for row in futures]
    return [
        (around, _observed_more(draft(around.scene, want, live, around.own), around))
        for around, want, live in zip(surroundings, wants, lives, strict=True)
    ]


def _confirmed(pool: ThreadPoolExecutor, drafted: Sequence[tuple[Surroundings, Draft]]) -> list[Draft]:
    """Return the drafts. A stack that will be written is observed again if index or cache were wrong."""
    writing = [around for around, each in drafted if each.steps]
    fresh = [replace(around, confirmed=True) for around in writing]
    changed = {
        new.scene.name: new
        for old, new, known in zip(writing, fresh, pool.map(_owners, fresh), strict=True)
        if known != _owners(old)
    }
    again = {around.scene.name: each for around, each in _drafts(pool, list(changed.values()))}
    return [again.get(each.scene.name, each) for _, each in drafted]


def _owners(around: Surroundings) -> tuple[object, ...]:
    """Return the owners of distributions, and the stack's own one with its document."""
    return around.stacks, around.own, around.own.config if around.own else None


def _read_first(pool: ThreadPoolExecutor, surroundings: Sequence[Surroundings]) -> None:
    """Read what every kind of each stack starts from. Raises the first refusal."""
    reads = [pool.submit(read) for each in surroundings for read in (each.read_s3, each.read_cloudfront)]
    for future in reads:
        future.result()


def _observed_more(drafted: Draft, around: Surroundings) -> Draft:
    """Return the draft with what matters only because something will be written: other plans read less."""
    live = drafted.land.live
    more = {
        kind.name: kind.observe_more(around.aws, around, live[kind.name], drafted.steps) for kind in KINDS
    }
    return draft(drafted.scene, drafted.land.wanted, more, around.own) if more != live else drafted


def apply_plan(
    plan: Plan,
    world: World,
    *,
    tell: Tell = quiet,
    allow: frozenset[str] = frozenset(),
    no_wait: bool = False,
    fail_fast: bool = False,
    interrupted: Callable[[], bool] = lambda: False,
) -> Report:
    """Apply the plan, stacks side by side, and report. An error of a step is reported and never raised.

    `allow` names the hazards that are allowed. With `no_wait`, steps that need a wait are left for a later run. With
    `fail_fast`, no step begins after a stack has failed.
    """
    run = Run(world, tell, Terms(allow, no_wait, fail_fast, interrupted))
    with ThreadPoolExecutor(UNDER_WAY) as pool:
        reported: dict[str, Future[StackReport]] = {}
        # A stack that waits for another one is submitted after it, so one of those that run never waits.
        for stack in in_turn(plan.stacks):
            before = [reported[name] for name in stack.after if name in reported]
            reported[stack.name] = pool.submit(_apply_stack, stack, run, before)
        return Report.of(reported[stack.name].result() for stack in plan.stacks)


def prove_stacks(stacks: Sequence[Stack], world: World, means: "Means") -> "Proof":
    """Return the proof of each stack. Reads AWS and sends viewers' requests; changes nothing.

    Raises Refused, Unreachable, NoCredentials, or CannotSign.
    """
    # Planning does not sign, and the import of what signs takes a tenth of its time.
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
    scene = replace(scene, asked_key=key)
    return stack_access(
        scene, readers_observed(reads, Surroundings(AccountLists(reads, scene.now), scene)), key
    )


def scenes_of(stacks: Sequence[Stack], world: World) -> list[Scene]:
    """Return a scene for each stack, sorted by name."""
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
            all_objects=world.all_objects,
        )
        for stack in sorted(stacks, key=lambda stack: stack.spec.name)
    ]


def _apply_stack(plan: StackPlan, run: Run, before: Sequence[Future[StackReport]]) -> StackReport:
    """Apply one stack after those `before` it, and report."""
    report = _left_out(plan, run, [each.result() for each in before])
    if report is None and run.failed:
        report = not_begun(plan, run.failed[0])
    if report is None:
        report, brought = walk(plan, run)
        outputs = outputs_after(plan, report, brought)
        if report.steps:
            outputs |= freshly_read(run.world.aws, plan, outputs)
    else:
        outputs = outputs_after(plan, report, {})
    report = replace(report, outputs=outputs, destroying=plan.destroying)
    if run.terms.fail_fast and not report.outcome.is_as_specified:
        run.failed.append(report)
    run.tell(StackEnded(report))
    return report


def _left_out(plan: StackPlan, run: Run, before: Sequence[StackReport]) -> StackReport | None:
    """Return the report of a stack that must not be applied; None for any other."""
    why = blocked(plan, run.terms.allow)
    return left_out(plan, why) if why else held_up(plan, before)
