"""The steps that move host names here from another stack of the run, after all other changes are deployed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cfstream.domain import Delivery, LiveDistribution, counted, document
from cfstream.errors import Notice
from cfstream.kinds.distribution.viewers_lose import viewers_lose
from cfstream.stack.context import StackContext
from cfstream.stack.distributions import wait_for
from cfstream.stack.handover import Coming, takers
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.steps.move_alias import MoveAlias
from cfstream.steps.step import Change, Stage, Step
from cfstream.values import Json, Known, Ref, Verb, step_id

KIND = Delivery.HTTP.kind

_NOT_EXPECTED = frozenset({"Aliases", "CallerReference"})
"""What a move itself changes, and what is unknown before a distribution exists."""


def apart(context: StackContext, live: LiveDistribution | None, coming: Iterable[Coming]) -> frozenset[str]:
    """Return the names that updates of the distribution neither add nor remove."""
    return frozenset(leaving(context, live)) | {each.alias for each in coming if each.moves}


def moves(
    context: StackContext,
    live: LiveDistribution | None,
    config: Json,
    coming: Sequence[Coming],
    before: Sequence[Step],
) -> tuple[Step, ...]:
    """Return a step for each name, one after the other because each changes the ETag, and the wait for all of them.

    `config` is the distribution's config when the steps `before` are done.
    """
    fetched = [each for each in coming if each.moves]
    if not fetched:
        return ()
    target: Known = live.id if live else Ref(step_id(Verb.CREATE, context.address(KIND)))
    names = sorted(document.aliases(config))
    expected = {name: value for name, value in config.items() if name not in _NOT_EXPECTED}
    steps: list[Step] = []
    for each in fetched:
        etag = live.etag if live and not before and not steps else None
        after = sorted([*names, each.alias])
        steps.append(
            MoveAlias(
                address=context.address(KIND),
                stage=Stage.MOVE,
                because=f"{each.alias} comes from distribution:{each.giver.name}",
                line=context.stack.line("cnames"),
                changes=(Change("cnames", names, after),),
                hazards=_hazards(context, each),
                alias=each.alias,
                holder=each.holder.id,
                target=target,
                expected=expected,
                etag=etag,
            )
        )
        names = after
    holders = tuple(sorted({each.holder.id for each in fetched}))
    aliases = {"Aliases": counted(names)}
    wait = wait_for(context, Delivery.HTTP, target, aliases, "until the move is Deployed", holders)
    return (*steps, replace(wait, stage=Stage.MOVED))


def arriving_notices(coming: Sequence[Coming]) -> list[Notice]:
    """Return the stacks that this stack waits for, and how it gets their names."""
    names: dict[tuple[str, bool], list[str]] = {}
    for each in coming:
        names.setdefault((each.giver.name, each.moves), []).append(each.alias)
    return [Notice(_arrival(giver, ", ".join(found), moves=moves)) for (giver, moves), found in names.items()]


def _arrival(giver: str, names: str, *, moves: bool) -> str:
    if moves:
        return (
            f"this stack starts after {giver}, and at its end moves {names} here in one call, without a gap"
        )
    # CloudFront moves no name from a streaming distribution.
    return f"this stack starts after {giver}, which removes {names}. Nobody serves the name until this stack adds it"


def leaving(context: StackContext, live: LiveDistribution | None) -> Mapping[str, str]:
    """Return the names that stay in place until another stack of the run moves them, with that stack."""
    held = live.aliases if live else ()
    return takers(context, sorted(held))


def leaving_notices(context: StackContext, live: LiveDistribution | None) -> list[Notice]:
    """Return notices of those names."""
    return [
        Notice(f"{name} stays here until the stack {taker} of this run moves it")
        for name, taker in leaving(context, live).items()
    ]


def _hazards(context: StackContext, each: Coming) -> tuple[Hazard, ...]:
    lost = viewers_lose(each.giver, context.stack.spec)
    if not lost:
        return ()
    text = (
        f"{each.alias} moves from {each.giver.name} to {context.name}, which does not serve or accept as signed "
        f"everything that {each.giver.name} does. The specs differ in {'; '.join(map(str, lost))}"
    )
    return (Hazard(HazardName.CUTS_VIEWERS, text, lost[0].field),)
