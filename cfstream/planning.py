"""The plan: what a run would do, as data. Folds the proposals of all kinds into steps in their one safe order.

Pure: nothing here reads or writes. What is live comes in, and the plan comes out; the same input gives the same bytes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from cfstream.errors import Notice, Problem, Where
from cfstream.exposure import Exposure
from cfstream.kinds.kind import Relied
from cfstream.steps.content import canonical, without_secrets
from cfstream.steps.step import Hazard, Stage, Step
from cfstream.values import Account, ETag, StepId, Verb, digest, plain, refs_in

IN_FORCE = (Stage.SETTLE, Stage.SWITCH, Stage.WAIT)

GUARDS: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.KEY_GROUPS: (Stage.NARROW,),
    Stage.MARK: (Stage.DISTRIBUTION,),
    Stage.GRANT: (Stage.DISTRIBUTION, Stage.SETTLE, Stage.MARK),
    Stage.SWITCH: (Stage.NARROW, Stage.MARK, Stage.GRANT, Stage.DELETE_RECORDS),
    Stage.WAIT: (Stage.KEY_GROUPS, Stage.POLICIES, Stage.DISTRIBUTION, Stage.SWITCH),
    Stage.LATE_GRANT: (Stage.MARK, *IN_FORCE),
    Stage.MOVE: (Stage.GRANT, *IN_FORCE, Stage.LATE_GRANT),
    Stage.MOVED: (Stage.MOVE,),
    Stage.DNS: (*IN_FORCE, Stage.MOVE, Stage.MOVED),
    Stage.REVOKE_REMEMBERED: IN_FORCE,
    Stage.DELETE_DISTRIBUTION: (Stage.IDENTITY, Stage.DELETE_RECORDS, *IN_FORCE, Stage.REVOKE_REMEMBERED),
    Stage.REVOKE: (Stage.GRANT, *IN_FORCE, Stage.LATE_GRANT, Stage.DELETE_DISTRIBUTION),
    Stage.UNMARK: (Stage.GRANT, *IN_FORCE, Stage.LATE_GRANT, Stage.REVOKE),
    Stage.FORGET: (Stage.GRANT, *IN_FORCE, Stage.LATE_GRANT, Stage.REVOKE, Stage.UNMARK),
    Stage.DELETE_KEY_GROUPS: (*IN_FORCE, Stage.DELETE_DISTRIBUTION),
    Stage.DELETE_KEYS: (Stage.KEY_GROUPS, *IN_FORCE, Stage.DELETE_KEY_GROUPS),
    Stage.DELETE_POLICIES: (*IN_FORCE, Stage.DELETE_DISTRIBUTION),
    Stage.DELETE_IDENTITY: (*IN_FORCE, Stage.DELETE_DISTRIBUTION, Stage.REVOKE),
}
"""What a step of a stage waits for: guarded before readable, the successor working before the old one goes."""


@dataclass(frozen=True)
class LiveSummary:
    """What is live of a stack's distribution, for the head of its plan; all None when there is none."""

    distribution_id: str | None = None
    domain_name: str | None = None
    status: str | None = None
    etag: ETag | None = None


@dataclass(frozen=True)
class Road:
    """What the spec puts between viewers and objects: the names that a picture of the plan needs."""

    hosts: tuple[str, ...] = ()
    identity: str = "none"
    """``oac``, ``oai`` or ``none``."""
    bucket: str = ""


@dataclass(frozen=True)
class StackPlan:
    """The plan of one stack. `steps` stand in the order in which they run."""

    name: str
    spec: str
    spec_sha256: str
    live: LiveSummary = LiveSummary()
    relied_on: tuple[Relied, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    exposure: Exposure = field(default_factory=Exposure)
    steps: tuple[Step, ...] = ()
    after: tuple[str, ...] = ()
    """The stacks of the run that must be done before this one begins."""
    settling: Step | None = None
    """The wait for what an earlier run changed, where no step waits: apply makes it last, and it is no change."""
    leaving: tuple[str, ...] = ()
    """What another stack of the run takes off this one, which has no step for it itself."""
    protect: bool = False
    distribution: str = "distribution"
    """The kind of the stack's distribution, which names its address."""
    destroying: bool = False
    """Whether all that is the stack's is to go."""
    road: Road = Road()
    outputs: Mapping[str, Any] | None = None
    """What is known of ids before any step runs: the outputs of a stack with nothing to do. Values may be Refs."""

    @property
    def in_sync(self) -> bool:
        """Whether live is as the spec says: nothing to do, here or from another stack, and nothing in the way."""
        return not self.steps and not self.problems and not self.leaving

    @property
    def hazards(self) -> tuple[tuple[Hazard, StepId], ...]:
        """Every hazard with the id of its step, in the order of the steps."""
        return tuple((hazard, step.id) for step in self.steps for hazard in step.hazards)


@dataclass(frozen=True)
class Plan:
    """The plans of all stacks of a run, sorted by name."""

    account: Account
    stacks: tuple[StackPlan, ...]

    @property
    def in_sync(self) -> bool:
        return all(stack.in_sync for stack in self.stacks)

    @property
    def summary(self) -> dict[Verb, int]:
        """How many steps of each verb there are; every verb is in it."""
        return count(step.verb for stack in self.stacks for step in stack.steps)

    @cached_property
    def fingerprint(self) -> str:
        """What a saved plan is held to: the SHA-256 of account, what was relied on, and the steps.

        Not in it: ETags, reasons and line numbers. It can be computed from the JSON form of the plan alone.
        """
        return digest(
            {
                "account": self.account,
                "relied_on": [
                    {"address": str(relied.address), "sha256": relied.sha256}
                    for stack in self.stacks
                    for relied in stack.relied_on
                ],
                "steps": [sealed(step) for stack in self.stacks for step in stack.steps],
            }
        )


def in_turn(stacks: Sequence[StackPlan]) -> tuple[StackPlan, ...]:
    """The stacks, each behind those that must be done before it, as far as they are in the run."""
    named = {stack.name: stack for stack in stacks}
    graph = {name: [each for each in stack.after if each in named] for name, stack in named.items()}
    return tuple(named[name] for name in TopologicalSorter(graph).static_order())


def without_circles(stacks: Sequence[StackPlan]) -> tuple[StackPlan, ...]:
    """The stacks; those that wait for each other in a circle have that as a problem, and wait no more."""
    try:
        in_turn(stacks)
    except CycleError as error:
        circle = sorted(set(error.args[1]))
        told = [_in_circle(stack, circle) if stack.name in circle else stack for stack in stacks]
        return without_circles(told)
    return tuple(stacks)


def _in_circle(stack: StackPlan, circle: Sequence[str]) -> StackPlan:
    line = next((step.line for step in stack.steps if step.stage is Stage.MOVE), 0)
    what = f"{' and '.join(circle)} give cnames to each other, and none of them can be the first"
    problem = Problem(
        Where(stack.spec, line), what, "let the names go one way in this run, and the other in the next"
    )
    return replace(stack, problems=(*stack.problems, problem), after=())


def count(verbs: Iterable[Verb]) -> dict[Verb, int]:
    """How often each verb stands in `verbs`, zero included."""
    counted = Counter(verbs)
    return {verb: counted[verb] for verb in Verb}


def ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps in the order in which they run, each with the ids of those that it needs.

    Law: every needed step stands before the one that needs it, whatever order `steps` came in.
    """
    in_order = sorted(steps, key=_position)
    numbered = _numbered(in_order)
    by_stage: dict[Stage, list[StepId]] = {}
    for step in numbered:
        by_stage.setdefault(step.stage, []).append(step.id)
    return tuple(replace(step, needs=_needs(step, by_stage)) for step in numbered)


def _position(step: Step) -> tuple[int, str, str, str]:
    return (int(step.stage), step.address.kind, str(step.address), sent(step))


def _numbered(steps: Sequence[Step]) -> list[Step]:
    """The same steps, with #2 and so on where a verb comes again on the same address."""
    seen: Counter[tuple[Verb, str]] = Counter()
    numbered = []
    for step in steps:
        key = (step.verb, str(step.address))
        seen[key] += 1
        numbered.append(replace(step, nth=seen[key]))
    return numbered


def _needs(step: Step, by_stage: Mapping[Stage, list[StepId]]) -> tuple[StepId, ...]:
    guarded = [needed for stage in GUARDS.get(step.stage, ()) for needed in by_stage.get(stage, ())]
    # Sorted, for where a Ref stands may follow the order in which a reply of AWS has its members.
    return tuple(dict.fromkeys([*sorted(ref.step for ref in refs_in(step.asks())), *guarded]))


def sent(step: Step) -> str:
    """The digest of what a step sends, the same in whatever order AWS listed what it is made from."""
    return digest(canonical(without_secrets(plain(step.asks()))))


def sealed(step: Step) -> dict[str, Any]:
    """What of a step the fingerprint covers, as the JSON form of the plan spells it.

    ``sends`` is the digest of the whole document that the step writes, unmanaged fields included.
    """
    return {
        "id": step.id,
        "verb": str(step.verb),
        "address": str(step.address),
        "needs": list(step.needs),
        "changes": [
            {"field": change.field, "before": plain(change.before), "after": plain(change.after)}
            for change in step.changes
        ],
        "sends": sent(step),
    }
