"""The account's distributions of both deliveries, and which of them belongs to the stack.

List rows have neither tags nor caller references (botocore 1.44.5, DistributionSummary). Bucket and aliases only order
the candidates; the tag decides.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from cfstream.domain import (
    NAME_TAG,
    Delivery,
    LiveDistribution,
    distribution_from_reply,
    distribution_from_row,
    items,
)
from cfstream.errors import Missing, Problem, Refused
from cfstream.kinds.kind import Scene
from cfstream.ports import Call, Reads
from cfstream.steps.step import Stage
from cfstream.steps.wait import Deployed, Wait
from cfstream.values import Json, Known

Claim = tuple[Delivery, str]
"""A distribution that carries the stack's name or is adopted: its delivery and its id."""


def all_distributions(aws: Reads) -> tuple[LiveDistribution, ...]:
    """Return every distribution of the account, of both deliveries, sorted by id.

    Makes two list calls. Raises as `Reads.items`.
    """
    rows = [
        distribution_from_row(delivery, row) for delivery in Delivery for row in aws.items(delivery.listing)
    ]
    return tuple(sorted(rows, key=lambda row: row.id))


def find(aws: Reads, scene: Scene) -> LiveDistribution | None:
    """Return the stack's distribution: it carries the tag ``cfstream:name``, or the spec adopts it.

    Makes the list calls, ListTagsForResource for the candidates, and one Get. Raises as `Reads.read`. The lowest id
    wins if several distributions carry the name; `claims` returns all of them.
    """
    found = claims(aws, scene)
    return read_distribution(aws, *found[0]) if found else None


def claims(aws: Reads, scene: Scene) -> tuple[Claim, ...]:
    """Return each distribution of the stack's delivery that is ours by tag or adoption. More than one is a problem."""
    adopted = scene.stack.spec.adopt
    if adopted:
        return ((scene.delivery, adopted),) if _exists(aws, scene.delivery, adopted) else ()
    rows = [row for row in all_distributions(aws) if row.delivery is scene.delivery]
    likely = [row for row in rows if _likely(row, scene)]
    found = _tagged(aws, scene.name, likely)
    if not found:
        unlikely = [row for row in rows if row not in likely]
        found = _tagged(aws, scene.name, _accelerated(aws, scene.name, unlikely)) or _tagged(
            aws, scene.name, unlikely
        )
    return tuple((row.delivery, row.id) for row in found)


def tags_of(reply: Json) -> dict[str, str]:
    """Return the tags in a reply to ListTagsForResource."""
    return {tag["Key"]: tag.get("Value", "") for tag in items(reply.get("Tags"))}


def settling_wait(scene: Scene, live: LiveDistribution, stage: Stage) -> Wait:
    """Return the wait for a change of an earlier run, before the steps after `stage` that rely on it."""
    because = "an earlier change is still on its way to the edges"
    return replace(wait_for(scene, live.delivery, live.id, live.config, because), stage=stage)


def wait_for(scene: Scene, delivery: Delivery, distribution_id: Known, config: Json, because: str) -> Wait:
    """Return the wait until a distribution shows `config` and is Deployed."""
    return Wait(
        address=scene.address(delivery.kind),
        stage=Stage.WAIT,
        because=because,
        line=scene.stack.line("wait"),
        until=Deployed(delivery.get(distribution_id), delivery.resource, config),
        seconds=scene.stack.spec.wait.timeout.total_seconds(),
    )


def held_aliases(rows: Iterable[LiveDistribution], ours: str | None) -> dict[str, LiveDistribution]:
    """Return which distribution of the account, other than ours, holds each alias."""
    return {alias: row for row in rows if row.id != ours for alias in row.aliases}


def alias_problems(
    scene: Scene, rows: Sequence[LiveDistribution], ours: str | None, coming: Container[str] = ()
) -> list[Problem]:
    """Return a problem for each cname that another distribution of the account holds, except those `coming`."""
    held = held_aliases(rows, ours)
    return [
        scene.stack.problem(
            f"{alias} is an alias of the {held[alias].delivery.words} {held[alias].id}",
            "take it off there first, plan this together with the spec that gives it up, or put "
            f"`adopt: {held[alias].id}` into the spec to take that one over",
            "cnames",
            number,
        )
        for number, alias in enumerate(scene.stack.spec.cnames or ())
        if alias in held and alias not in coming
    ]


def _likely(row: LiveDistribution, scene: Scene) -> bool:
    spec = scene.stack.spec
    return spec.bucket.name in row.buckets or bool(set(row.aliases) & set(spec.cnames or ()))


def _tagged(aws: Reads, name: str, rows: Sequence[LiveDistribution]) -> list[LiveDistribution]:
    answers = aws.together([tags_call(row.arn) for row in rows])
    found = []
    for row, answer in zip(rows, answers, strict=True):
        if isinstance(answer, Missing):
            continue
        if isinstance(answer, Refused):
            raise answer
        if tags_of(answer).get(NAME_TAG) == name:
            found.append(row)
    return found


def tags_call(arn: str) -> Call:
    """Return the call that reads the tags of a distribution."""
    return Call("cloudfront", "list_tags_for_resource", {"Resource": arn})


def _accelerated(aws: Reads, name: str, rows: Sequence[LiveDistribution]) -> list[LiveDistribution]:
    """Return the `rows` that the tag index lists under this name. It lags, so it saves time and never decides."""
    if len(rows) < 20:
        return []
    call = Call(
        "resourcegroupstaggingapi",
        "get_resources",
        {"TagFilters": [{"Key": NAME_TAG, "Values": [name]}], "ResourceTypeFilters": ["cloudfront"]},
    )
    try:
        arns = {row["ResourceARN"] for row in aws.items(call)}
    except Refused:
        return []
    return [row for row in rows if row.arn in arns]


def _exists(aws: Reads, delivery: Delivery, distribution_id: str) -> bool:
    try:
        aws.read(delivery.get(distribution_id))
    except Missing:
        return False
    return True


def read_distribution(aws: Reads, delivery: Delivery, distribution_id: str) -> LiveDistribution:
    """Return one distribution, whole, with its tags. Makes one Get and ListTagsForResource; raises as `Reads.read`."""
    reply = aws.read(delivery.get(distribution_id))
    tags = aws.read(tags_call(reply[delivery.resource]["ARN"]))
    return distribution_from_reply(delivery, reply, tags_of(tags))
