"""Put the steps of a stack in the order in which they run, and find what each of them needs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cfstream.planning.sent_digest import sent
from cfstream.steps.stage import WAITS_FOR, Stage
from cfstream.steps.step import Step
from cfstream.values import StepId, Verb, refs_in


def ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps in the order in which they run, each with the ids of the steps that it needs.

    Law: every needed step comes before the one that needs it, in any order of `steps`.
    """
    numbered = _numbered(_in_order(steps))
    by_stage: dict[Stage, list[StepId]] = {}
    for step in numbered:
        by_stage.setdefault(step.stage, []).append(step.id)
    return tuple(replace(step, needs=_needs(step, by_stage)) for step in numbered)


def _in_order(steps: Iterable[Step]) -> list[Step]:
    """Return the steps by stage and address. Only steps with the same place are compared by what they send."""
    by_place: defaultdict[tuple[int, str, str], list[Step]] = defaultdict(list)
    for step in steps:
        by_place[step.stage.position, step.address.kind, str(step.address)].append(step)
    return [
        step
        for _, same in sorted(by_place.items())
        for step in (sorted(same, key=sent) if len(same) > 1 else same)
    ]


def _numbered(steps: Sequence[Step]) -> list[Step]:
    """Return the same steps, with #2 and so on if a verb is repeated on an address."""
    seen: Counter[tuple[Verb, str]] = Counter()
    numbered = []
    for step in steps:
        key = (step.verb, str(step.address))
        seen[key] += 1
        numbered.append(step if step.nth == seen[key] else replace(step, nth=seen[key]))
    return numbered


def _needs(step: Step, by_stage: Mapping[Stage, list[StepId]]) -> tuple[StepId, ...]:
    guarded = [needed for stage in WAITS_FOR.get(step.stage, ()) for needed in by_stage.get(stage, ())]
    # Sorted, because the order of Refs may follow the order of members in a reply of AWS.
    return tuple(dict.fromkeys([*sorted(ref.step for ref in refs_in(step.asks())), *guarded]))
