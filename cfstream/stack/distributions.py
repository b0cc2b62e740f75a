"""One distribution, the wait for it, and the distributions that hold its aliases."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace

from cfstream.domain import Delivery, LiveDistribution, distribution_from_reply
from cfstream.domain.distribution import aliases
from cfstream.domain.tags import read_tags, tags_of
from cfstream.errors import Missing, Problem, TakenName
from cfstream.indexed import having
from cfstream.ports import Call, ListedVersion, Reads
from cfstream.stack.context import StackContext, names
from cfstream.stack.shown import ListEntry, Shown
from cfstream.steps.step import Stage
from cfstream.steps.wait import Deployed, WaitUntil
from cfstream.values import Json, Known


def settling_wait(context: StackContext, live: LiveDistribution, stage: Stage) -> WaitUntil:
    """Return the wait for a change of an earlier run, before the steps after `stage` that rely on it."""
    because = "an earlier change is still being deployed"
    return replace(wait_for(context, live.delivery, live.id, live.config, because), stage=stage)


def wait_for(
    context: StackContext,
    delivery: Delivery,
    distribution_id: Known,
    config: Json,
    because: str,
    others: tuple[str, ...] = (),
) -> WaitUntil:
    """Return the wait until a distribution shows `config` and is Deployed, and the `others` are Deployed too."""
    return WaitUntil(
        address=context.address(delivery.kind),
        stage=Stage.WAIT,
        because=because,
        line=context.stack.line("wait"),
        until=Deployed(delivery.get(distribution_id), delivery.resource, config, others),
        seconds=context.stack.spec.wait.timeout.total_seconds(),
    )


def held_aliases(
    rows: Iterable[LiveDistribution], wanted: Iterable[str] | None, ours: str | None
) -> dict[str, LiveDistribution]:
    """Return the distribution that holds each of these names as an alias, except the one with the id `ours`."""
    return {name: row for name in wanted or () for row in having(rows, aliases, name) if row.id != ours}


def alias_problems(
    context: StackContext,
    rows: Sequence[LiveDistribution],
    ours: str | None,
    stacks: Mapping[str, str],
    coming: Container[str] = (),
) -> list[Problem]:
    """Return a problem for each cname that another distribution of the account holds, except those `coming`.

    `stacks` are the names of the stacks that own distributions, by distribution id.
    """
    held = held_aliases(rows, context.stack.spec.cnames, ours)
    return [
        replace(
            context.stack.problem(
                f"the {held[alias].delivery.words} {held[alias].id}{_of_stack(owner)} has {alias} among its aliases",
                _release(context, alias, held[alias].id, owner),
                "cnames",
                number,
            ),
            taken=TakenName(f"the cname {alias}", owner),
        )
        for number, alias in enumerate(context.stack.spec.cnames or ())
        if alias in held and alias not in coming
        for owner in [stacks.get(held[alias].id, "")]
    ]


def _of_stack(owner: str) -> str:
    return f" of the stack {owner}" if owner else ""


def _release(context: StackContext, alias: str, holder: str, owner: str) -> str:
    """Return how a name gets free, without a gap if a stack owns its holder."""
    given = next((spec for spec in having(context.beside, names, owner) if spec.name != context.name), None)
    if given is not None and given.cnames is None:
        return (
            f"the spec of {owner} is in this run, but does not manage cnames: write `cnames: []` there, or the names "
            "that it keeps; then the name moves without a gap"
        )
    if owner and owner != context.name:
        return (
            f"remove {alias} from `cnames` in the spec of {owner}, and name both specs in one command; then the name "
            "moves without a gap"
        )
    return f"remove it there first, or write `adopt: {holder}` to take over that distribution"


def read_distribution(
    aws: Reads,
    delivery: Delivery,
    distribution_id: str,
    tags: Mapping[str, str] | None = None,
    version: ListedVersion | None = None,
) -> LiveDistribution:
    """Return one distribution with its config and its tags.

    Makes one Get, unless a cache has this `version`, and ListTagsForResource unless `tags` are given. Raises as
    `Reads.read`.
    """
    reply = aws.read(replace(delivery.get(distribution_id), version=version))
    if tags is None:
        tags = tags_of(aws.read(read_tags(reply[delivery.resource]["ARN"])))
    return distribution_from_reply(delivery, reply, tags)


def infer_unlisted(
    delivery: Delivery, asked: Call, listed: Callable[[Call], Sequence[Json] | None]
) -> Missing | None:
    """Return that a distribution does not exist, if it is in no list."""
    rows = listed(delivery.listing) if asked.operation == delivery.get("").operation else None
    if rows is None or any(row["Id"] == asked.params["Id"] for row in rows):
        return None
    what = "The specified distribution does not exist."
    return Missing(f"Get{delivery.resource}", f"NoSuch{delivery.resource}", what, status=404)


def distribution_shown(delivery: Delivery) -> Shown:
    """Return how commands find the distributions of one delivery by id."""
    return Shown(delivery.kind, delivery.operation_noun, delivery.resource, deployed=True)


def distribution_entries(
    delivery: Delivery, rows: Iterable[LiveDistribution], owners: Mapping[str, str]
) -> list[ListEntry]:
    """Return the lines of `list` for the distributions of one delivery."""
    return [
        ListEntry(
            kind=delivery.kind,
            id=row.id,
            owner=owners.get(row.id),
            comment=row.comment,
            status=row.status,
            enabled=row.enabled,
            domain_name=row.domain_name,
            cnames=row.aliases,
            origins=tuple(origin.domain_name for origin in row.origins),
        )
        for row in rows
        if row.delivery is delivery
    ]
