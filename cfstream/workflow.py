"""The road as code: observe, propose, order, apply. Everything else in the house hangs on these few functions.

::

    specs ──▶ Stack ──desire──▶ wanted ─┐
                                        ├─propose──▶ steps ──ordered──▶ Plan ──walk──▶ Report
    AWS ───────observe────────▶ live ───┘
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
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
from cfstream.domain import LiveDistribution
from cfstream.errors import Notice, Problem, Stale
from cfstream.kinds import KINDS
from cfstream.kinds.all_acls import read_acls
from cfstream.kinds.distributions import settling_wait
from cfstream.kinds.kind import Landscape, Proposal, Relied, Scene
from cfstream.kinds.policy_grants import LivePolicy
from cfstream.kinds.unknown_members import unknown_notices, unknown_problems
from cfstream.outputs import freshly_read, known_outputs, not_yet_deleted, outputs_of
from cfstream.planning import LiveSummary, Plan, Road, StackPlan, in_turn, ordered, without_circles
from cfstream.planning.answers import stack_access
from cfstream.planning.guarding import guarded
from cfstream.planning.judge import judge
from cfstream.planning.relied import relied_on_others
from cfstream.ports import Reads, World
from cfstream.spec.limits import notices as limit_notices
from cfstream.spec.load import Stack
from cfstream.steps.content import differences
from cfstream.steps.grant import Grant
from cfstream.steps.ledger import Ledger
from cfstream.steps.step import Stage, Step
from cfstream.values import Json, StepId, Verb, digest, plain

if TYPE_CHECKING:
    from cfstream.proving.finding import Proof, StackProof
    from cfstream.proving.prove import Means

READERS = 8
"""Stacks and kinds observed at the same time; the door in has a limit of its own for calls."""

UNDER_WAY = 32
"""Stacks applied at the same time. Most of them wait for Deployed; those that write take turns."""

ON_ITS_WAY = "an earlier change is still on its way to the edges; apply waits until it is Deployed"


class Mismatch(Stale):
    """A saved plan does not hold any more: nothing was written."""


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
    drafts = [_draft(*row) for row in zip(scenes, wants, lives, strict=True)]
    plans = [_plan_stack(draft, _beside(draft, drafts)) for draft in drafts]
    return Plan(world.account, without_circles(plans))


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


def check_saved(saved: Json, plan: Plan) -> None:
    """Returns when the saved plan is the one that would be made now. Raises Mismatch, saying what moved, otherwise.

    The spec counts to the letter: also a change of it that changes no step is one that nobody has read.
    """
    moved = [*_account_moved(saved, plan), *_stacks_moved(saved, plan)]
    if saved.get("fingerprint") == plan.fingerprint and not moved:
        return
    lines = "".join(f"\n  {line}" for line in moved or ["the steps come out differently now"])
    raise Mismatch(
        f"the saved plan does not hold any more, and nothing was written{lines}",
        "run cfstream plan again with --out, and read the difference before applying",
    )


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


@dataclass(frozen=True)
class _Draft:
    """What the kinds propose for one stack, before anything is judged."""

    scene: Scene
    land: Landscape
    proposals: tuple[Proposal, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for proposal in self.proposals for step in proposal.steps)

    @property
    def live(self) -> LiveDistribution | None:
        """The stack's own distribution."""
        return self.land.observed(LivePolicy).own


def _draft(scene: Scene, wants: Mapping[str, Any], lives: Mapping[str, Any]) -> _Draft:
    """Return the kinds' proposals, each seeing what those before it brought."""
    land = Landscape(live=lives, wanted=wants)
    proposals: list[Proposal] = []
    for kind in KINDS:
        proposal = kind.propose(scene, wants[kind.name], lives[kind.name], land)
        proposals.append(proposal)
        land = replace(land, brought={**land.brought, **proposal.brings})
    return _Draft(scene, land, tuple(proposals))


def _beside(draft: _Draft, drafts: Sequence[_Draft]) -> tuple[Step, ...]:
    """Return the steps of the other stacks that share the bucket: they decide who can read it, too."""
    bucket = draft.scene.stack.spec.bucket.name
    return tuple(
        step
        for other in drafts
        if other is not draft and other.scene.stack.spec.bucket.name == bucket
        for step in other.steps
    )


def _plan_stack(draft: _Draft, beside: Sequence[Step]) -> StackPlan:
    scene, land, proposals, live = draft.scene, draft.land, draft.proposals, draft.live
    judged = judge(scene, land, draft.steps, beside)
    steps = [*judged.steps, *_settling(scene, live, judged.steps)]
    steps = [guarded(live, step, steps) for step in steps]
    settling = _unawaited(scene, live, steps)
    on_its_way = (Notice(ON_ITS_WAY),) if settling else ()
    warnings = tuple(
        Notice(f"opening: {opening.text}", warning=True, do=opening.do)
        for opening in judged.exposure.openings
    )
    return StackPlan(
        name=scene.name,
        spec=scene.stack.path,
        spec_sha256=scene.stack.spec_sha256,
        live=_summary(live),
        relied_on=_unique(proposals, relied_on_others(scene, land)),
        problems=_sorted_problems(proposals, (*judged.problems, *unknown_problems(scene, steps))),
        notices=(
            *warnings,
            *judged.notices,
            *(Notice(text) for text in judged.exposure.notes),
            *limit_notices(scene.stack),
            *(notice for proposal in proposals for notice in proposal.notices),
            *on_its_way,
            *unknown_notices(live, steps),
        ),
        exposure=judged.exposure,
        steps=ordered(steps),
        settling=settling,
        after=tuple(sorted({name for proposal in proposals for name in proposal.after})),
        leaving=tuple(sorted({name for proposal in proposals for name in proposal.leaving})),
        protect=scene.stack.spec.protect,
        distribution=scene.delivery.kind,
        destroying=scene.destroying,
        road=_road(scene),
        outputs=outputs_of(scene, land),
    )


def _road(scene: Scene) -> Road:
    spec = scene.stack.spec
    return Road(tuple(spec.cnames or ()), spec.identity, spec.bucket.name)


def _settling(scene: Scene, live: LiveDistribution | None, steps: Sequence[Step]) -> list[Step]:
    """A wait for what an earlier run changed, where steps of this plan must not come before it is in force.

    Until then some edges may serve unsigned what live shows as signed: nothing is opened to them before.
    """
    if live is None or live.status == "Deployed":
        return []
    if any(isinstance(step, Grant) and step.opens and step.stage is Stage.GRANT for step in steps):
        return [settling_wait(scene, live, Stage.SETTLE)]
    later = any(step.stage.position > Stage.WAIT.position for step in steps)
    return [settling_wait(scene, live, Stage.WAIT)] if later and not _awaited(scene, steps) else []


def _unawaited(scene: Scene, live: LiveDistribution | None, steps: Sequence[Step]) -> Step | None:
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


def _summary(live: LiveDistribution | None) -> LiveSummary:
    return LiveSummary(live.id, live.domain_name, live.status, live.etag) if live else LiveSummary()


def _unique(proposals: Sequence[Proposal], others: Sequence[Relied]) -> tuple[Relied, ...]:
    all_of_them = (*(relied for proposal in proposals for relied in proposal.relied_on), *others)
    relied = {relied.address: relied for relied in all_of_them}
    return tuple(relied[address] for address in sorted(relied))


def _sorted_problems(proposals: Sequence[Proposal], more: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted({*more, *(problem for proposal in proposals for problem in proposal.problems)}))


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


def _account_moved(saved: Json, plan: Plan) -> list[str]:
    if saved.get("account") == plan.account:
        return []
    return [f"it was made for account {saved.get('account')}, and these credentials are of {plan.account}"]


def _stacks_moved(saved: Json, plan: Plan) -> list[str]:
    before = {stack["name"]: stack for stack in saved.get("stacks", [])}
    now = {stack.name: stack for stack in plan.stacks}
    lines = [f"{name}: not in the specs any more" for name in sorted(before.keys() - now.keys())]
    lines += [f"{name}: not in the saved plan" for name in sorted(now.keys() - before.keys())]
    for name in sorted(before.keys() & now.keys()):
        lines += _stack_moved(before[name], now[name])
    return lines


def _stack_moved(before: Json, now: StackPlan) -> list[str]:
    lines = []
    if before.get("spec_sha256") != now.spec_sha256:
        lines.append(f"{now.spec}: the spec, or a file that it names, was changed")
    relied = {relied["address"]: relied for relied in before.get("relied_on", [])}
    contents = before.get("relied_content", {})
    for current in now.relied_on:
        address = str(current.address)
        if address in relied and relied[address]["sha256"] != current.sha256:
            told = _moved(relied[address]["sha256"], contents.get(address), current)
            lines += [f"{address}: {line}" for line in told]
    addresses = {str(relied.address) for relied in now.relied_on}
    lines += [f"{address}: gone" for address in sorted(relied.keys() - addresses)]
    lines += [f"{address}: new" for address in sorted(addresses - relied.keys())]
    return lines


def _moved(sha256: str, content: Any, now: Relied) -> tuple[str, ...]:
    """What moved, from what, to what: by field where the content is known, else by digest."""
    nothing = digest(None)
    if nothing in (sha256, now.sha256):
        return ("there -> gone" if now.sha256 == nothing else "not there -> there",)
    told = differences(content, plain(now.content)) if content is not None else ()
    return told or (f"{sha256[:19]}… -> {now.sha256[:19]}…",)
