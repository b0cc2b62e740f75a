"""Which cfstream stack owns each distribution: its tag ``cfstream:name``.

List rows have no tags (botocore 1.44.5, DistributionSummary). The tags of likely distributions, by bucket or alias, are
read directly. All others come from the tag index (GetResources), which lags, so what it lists is read again; and if
nothing has the stack's name, every distribution is read. A distribution that has lost its tag is found by its caller
reference: CloudFront would refuse to create the stack's distribution a second time.
"""

from collections.abc import Iterable, Mapping, Sequence

from cfstream.domain import NAME_TAG, Delivery, LiveDistribution, distribution_from_row
from cfstream.domain.tags import by_key, read_tags, tags_of
from cfstream.errors import Missing, Refused, Unreachable
from cfstream.ports import Call, Reads
from cfstream.stack.caller_reference import is_caller_reference
from cfstream.stack.scene import Scene
from cfstream.startup.frozen import dataclass
from cfstream.values import Json

INDEX = Call(
    "resourcegroupstaggingapi",
    "get_resources",
    {"TagFilters": [{"Key": NAME_TAG}], "ResourceTypeFilters": ["cloudfront"]},
)


@dataclass(frozen=True)
class ClaimedDistribution:
    """A distribution that has the stack's name, or that the spec adopts."""

    delivery: Delivery
    id: str
    adopted: bool = False


def all_distributions(aws: Reads) -> tuple[LiveDistribution, ...]:
    """Return every distribution of the account, of both deliveries, sorted by id.

    Makes two list calls. Raises as `Reads.items`.
    """
    rows = [
        distribution_from_row(delivery, row) for delivery in Delivery for row in aws.items(delivery.listing)
    ]
    return tuple(sorted(rows, key=lambda row: row.id))


def stack_names(aws: Reads, scene: Scene, rows: Sequence[LiveDistribution]) -> Mapping[str, str]:
    """Return the name of the stack that owns each distribution, by distribution id, without unowned distributions.

    `rows` are all distributions. Makes ListTagsForResource for each likely one, and GetResources. Raises as
    `Reads.read`.
    """
    likely = [row for row in rows if _likely(row, scene)]
    found = tagged(aws, likely)
    others = [row for row in rows if row not in likely]
    indexed = _indexed(aws, others)
    # The index lags, so this stack's tags are read again.
    named = [row for row in others if indexed.get(row.id) == scene.name]
    found = {**indexed, **found, **tagged(aws, named)}
    if scene.name not in found.values() and not scene.stack.spec.adopt:
        found |= tagged(aws, [row for row in others if row not in named])
    return found


def claims(
    aws: Reads, scene: Scene, rows: Sequence[LiveDistribution], names: Mapping[str, str]
) -> tuple[ClaimedDistribution, ...]:
    """Return each distribution that is the stack's: the adopted one first, then those of its delivery, by id.

    More than one is a problem, except when the stack is destroyed. If there is none, returns the distribution that
    the stack created and that has lost its name. `names` are the stacks of the distributions. Raises as `Reads.read`.
    """
    adopted = scene.stack.spec.adopt
    found = (
        [ClaimedDistribution(scene.delivery, adopted, adopted=True)]
        if adopted and _exists(aws, scene, adopted)
        else []
    )
    tagged = [
        ClaimedDistribution(row.delivery, row.id)
        for row in rows
        if names.get(row.id) == scene.name and row.id != adopted
    ]
    if not tagged and not adopted and not scene.destroying:
        return _untagged(aws, scene, [row for row in rows if row.id not in names])
    return (*found, *sorted(tagged, key=lambda each: (each.delivery is not scene.delivery, each.id)))


def tagged(aws: Reads, rows: Sequence[LiveDistribution]) -> dict[str, str]:
    """Return the name of the stack in each distribution's tags, by distribution id, without deleted distributions.

    Makes ListTagsForResource for each. Raises the refusal to read one that exists.
    """
    answers = aws.together([read_tags(row.arn) for row in rows])
    found = {}
    for row, answer in zip(rows, answers, strict=True):
        if isinstance(answer, Missing):
            continue
        if isinstance(answer, Refused):
            raise answer
        if name := tags_of(answer).get(NAME_TAG):
            found[row.id] = name
    return found


def _likely(row: LiveDistribution, scene: Scene) -> bool:
    spec = scene.stack.spec
    return spec.bucket.name in row.buckets or bool(set(row.aliases) & set(spec.cnames or ()))


def _untagged(aws: Reads, scene: Scene, rows: Iterable[LiveDistribution]) -> tuple[ClaimedDistribution, ...]:
    """Return the distribution that has the stack's caller reference, which lists do not show."""
    likely = [row for row in rows if row.delivery is scene.delivery and _likely(row, scene)]
    answers = aws.together([row.delivery.get(row.id) for row in likely])
    return tuple(
        ClaimedDistribution(row.delivery, row.id)
        for row, answer in zip(likely, answers, strict=True)
        if not isinstance(answer, Refused) and _is_made_by(scene, row.delivery, answer)
    )


def _is_made_by(scene: Scene, delivery: Delivery, reply: Json) -> bool:
    reference = reply[delivery.resource][delivery.document]["CallerReference"]
    return is_caller_reference(reference, scene.account, scene.name, delivery.kind)


def _indexed(aws: Reads, rows: Iterable[LiveDistribution]) -> dict[str, str]:
    """Return the names that the tag index lists; none if it cannot be read."""
    ids = {row.arn: row.id for row in rows}
    if not ids:
        return {}
    try:
        listed = aws.items(INDEX)
    except (Refused, Unreachable):
        return {}
    found = {}
    for row in listed:
        tags = by_key(row.get("Tags") or ())
        if row["ResourceARN"] in ids and tags.get(NAME_TAG):
            found[ids[row["ResourceARN"]]] = tags[NAME_TAG]
    return found


def _exists(aws: Reads, scene: Scene, distribution_id: str) -> bool:
    try:
        aws.read(scene.delivery.get(distribution_id))
    except Missing:
        return False
    return True
