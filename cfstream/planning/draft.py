"""Make the plan of one stack from its spec and what is live. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cfstream.domain import LiveDistribution
from cfstream.errors import Notice, Problem
from cfstream.kinds import KINDS
from cfstream.planning.access_models import live_model
from cfstream.planning.alike import joined
from cfstream.planning.aws_commands import with_reaching_fix
from cfstream.planning.guarding import concerns
from cfstream.planning.judge import Judged, OtherSteps, judge
from cfstream.planning.known_names import KnownNames
from cfstream.planning.known_outputs import outputs_of
from cfstream.planning.order import ordered
from cfstream.planning.other_owners import named_by_others
from cfstream.planning.plan import LiveSummary, StackPlan, Topology
from cfstream.planning.relied import relied_on_others
from cfstream.planning.settling import ON_ITS_WAY, settling_steps, unawaited
from cfstream.planning.unknown_members import unknown_notices, unknown_problems
from cfstream.planning.written import with_statements
from cfstream.spec.limits import notices as limit_notices
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults, Proposal, Relied
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import Step


@dataclass(frozen=True)
class Draft:
    """The proposals of all kinds for one stack, before they are judged."""

    context: StackContext
    results: KindResults
    proposals: tuple[Proposal, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for proposal in self.proposals for step in proposal.steps)

    @property
    def bucket(self) -> str:
        """The name of the stack's bucket."""
        return self.context.stack.spec.bucket.name

    @property
    def live(self) -> LiveDistribution | None:
        """The stack's own distribution."""
        return self.results.own


def draft(
    context: StackContext, wants: Mapping[str, Any], lives: Mapping[str, Any], own: LiveDistribution | None
) -> Draft:
    """Return the proposals of all kinds. Each kind gets the results of those before it.

    `own` is the stack's distribution.
    """
    results = KindResults(live=lives, wanted=wants, own=own)
    proposals: list[Proposal] = []
    for kind in KINDS:
        proposal = kind.propose(context, wants[kind.name], lives[kind.name], results)
        proposals.append(proposal)
        if proposal.brings:
            results = replace(results, brought={**results.brought, **proposal.brings})
    return Draft(context, results, tuple(proposals))


def stack_plan(proposed: Draft, drafts: Sequence[Draft]) -> StackPlan:
    """Return the plan of one stack; `drafts` are those of all stacks of the run that have steps."""
    context, results, proposals, live = proposed.context, proposed.results, proposed.proposals, proposed.live
    model = live_model(context, results)
    judged = judge(context, results, model, proposed.steps, _others(proposed, drafts))
    steps = [*judged.steps, *settling_steps(context, live, judged.steps)]
    settling = unawaited(context, live, steps)
    return StackPlan(
        name=context.name,
        spec=context.stack.path,
        spec_sha256=context.stack.spec_sha256,
        account=context.account,
        role=context.stack.spec.role or "",
        live=_summary(live),
        relied_on=_unique(proposals, relied_on_others(context, results, model)),
        problems=_problems(proposed, judged, steps),
        notices=_notices(proposed, judged, steps, settling),
        exposure=judged.exposure,
        steps=ordered(with_statements(steps)),
        settling=settling,
        after=tuple(sorted({name for proposal in proposals for name in proposal.after})),
        leaving=tuple(sorted({name for proposal in proposals for name in proposal.leaving})),
        estimate=next((each.estimate for each in proposals if each.estimate), None),
        checks=tuple(check for proposal in proposals for check in proposal.checks),
        protect=context.stack.spec.protect,
        flags=context.flags,
        distribution=context.delivery.kind,
        destroying=context.destroying,
        topology=_topology(context),
        outputs=outputs_of(context, results),
        names=KnownNames.of(results.live),
    )


def _others(one: Draft, drafts: Sequence[Draft]) -> OtherSteps:
    """Return the steps of the other stacks that change who reads the bucket of this one."""
    others = [each for each in drafts if each is not one]
    return OtherSteps(
        same_bucket=tuple(step for each in others if each.bucket == one.bucket for step in each.steps),
        other_buckets=tuple(
            step
            for each in others
            if each.bucket != one.bucket
            for step in each.steps
            if concerns(step, one.bucket)
        ),
    )


def _problems(proposed: Draft, judged: Judged, steps: Sequence[Step]) -> tuple[Problem, ...]:
    """Return the problems in their order. Their fixes reach the AWS of the plan."""
    context = proposed.context
    found = {
        *judged.problems,
        *unknown_problems(context, steps),
        *(problem for proposal in proposed.proposals for problem in proposal.problems),
    }
    named = named_by_others(context, found, deployed=proposed.live is not None)
    return tuple(with_reaching_fix(each, context.flags) for each in joined(named))


def _notices(
    proposed: Draft, judged: Judged, steps: Sequence[Step], settling: Step | None
) -> tuple[Notice, ...]:
    """Return the notices. Their fixes reach the AWS of the plan."""
    found = (*_found_notices(proposed, judged, settling), *unknown_notices(proposed.live, steps))
    return tuple(with_reaching_fix(each, proposed.context.flags) for each in found)


def _found_notices(proposed: Draft, judged: Judged, settling: Step | None) -> Iterator[Notice]:
    for opening in judged.exposure.openings:
        yield Notice(f"opening: {opening.text}", warning=True, do=opening.do)
    yield from judged.notices
    yield from (Notice(text) for text in judged.exposure.notes)
    yield from limit_notices(proposed.context.stack)
    yield from (notice for proposal in proposed.proposals for notice in proposal.notices)
    if settling:
        yield Notice(ON_ITS_WAY)


def _topology(context: StackContext) -> Topology:
    spec = context.stack.spec
    return Topology(tuple(spec.cnames or ()), spec.identity, spec.bucket.name)


def _summary(live: LiveDistribution | None) -> LiveSummary:
    return LiveSummary(live.id, live.domain_name, live.status, live.etag) if live else LiveSummary()


def _unique(proposals: Sequence[Proposal], others: Sequence[Relied]) -> tuple[Relied, ...]:
    all_of_them = (*(relied for proposal in proposals for relied in proposal.relied_on), *others)
    relied = {relied.address: relied for relied in all_of_them}
    return tuple(relied[address] for address in sorted(relied))
