"""Which cfstream stack owns each distribution: its tag ``cfstream:name``.

List rows have no tags (botocore 1.44.5, DistributionSummary). The tag index (GetResources) has those of all
distributions in pages of 100, but it lags. So a plan believes it only as long as it writes nothing: the tags of likely
distributions, by bucket or alias, are read directly before the first write. What the index lists elsewhere as this
stack's is read directly too, and if nothing has the stack's name, every distribution is. A distribution that has lost
its tag is found by its caller reference: CloudFront would refuse to create the stack's distribution a second time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

from cfstream.domain import NAME_TAG, Delivery, LiveDistribution, distribution_from_row
from cfstream.domain.distribution import aliases, buckets
from cfstream.domain.tags import by_key, read_tags, tags_of
from cfstream.errors import Missing, Refused, Unreachable
from cfstream.indexed import Indexed
from cfstream.ports import Call, ListedVersion, Reads
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.caller_reference import is_caller_reference
from cfstream.stack.context import StackContext
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


@dataclass(frozen=True)
class ListedDistributions:
    """Every distribution of the account, of both deliveries, as lists show them."""

    all: Indexed[LiveDistribution]
    """Sorted by id."""
    by_id: Mapping[str, LiveDistribution]
    stacks: Mapping[str, str]
    """The name of the stack that the tag index lists, by distribution id."""
    named: Mapping[str, Sequence[LiveDistribution]]
    """The distributions that the tag index lists under the name of a stack."""
    tags: Mapping[str, Mapping[str, str]]
    """All tags of a distribution in the tag index, by distribution id."""

    def likely(self, context: StackContext) -> dict[str, LiveDistribution]:
        """Return the distributions with an origin in the stack's bucket, or with one of its aliases, by id."""
        spec = context.stack.spec
        of_names = (self.all.having(aliases, name) for name in spec.cnames or ())
        found = chain(self.all.having(buckets, spec.bucket.name), *of_names)
        return {row.id: row for row in sorted(found, key=lambda row: row.id)}


def all_distributions(aws: Reads) -> tuple[LiveDistribution, ...]:
    """Return every distribution of the account, of both deliveries, sorted by id.

    Makes two list calls. Raises as `Reads.items`.
    """
    rows = [
        distribution_from_row(delivery, row) for delivery in Delivery for row in aws.items(delivery.listing)
    ]
    return tuple(sorted(rows, key=lambda row: row.id))


def account_distributions(lists: AccountLists) -> ListedDistributions:
    """Return every distribution of the account. Makes two list calls, and GetResources. Raises as `Reads.items`."""
    rows = all_distributions(lists.aws)
    indexed = _indexed_tags(lists.aws) if rows else {}
    tags = {row.id: indexed[row.arn] for row in rows if row.arn in indexed}
    return ListedDistributions(
        all=Indexed(rows),
        by_id={row.id: row for row in rows},
        stacks={id_: each[NAME_TAG] for id_, each in tags.items()},
        named=_grouped(rows, lambda row: (tags[row.id][NAME_TAG],) if row.id in tags else ()),
        tags=tags,
    )


def listed_version(row: LiveDistribution) -> ListedVersion | None:
    """Return the version that a list row shows; None if a cached document would not show how the deployment goes."""
    if not row.etag or row.status != "Deployed":
        return None
    return ListedVersion(row.etag, row.row["LastModifiedTime"])


def _grouped(
    rows: Iterable[LiveDistribution], keys: Callable[[LiveDistribution], Iterable[str]]
) -> dict[str, list[LiveDistribution]]:
    grouped: dict[str, list[LiveDistribution]] = {}
    for row in rows:
        for key in keys(row):
            grouped.setdefault(key, []).append(row)
    return grouped


def _indexed_tags(aws: Reads) -> Mapping[str, Mapping[str, str]]:
    """Return the tags of each resource with a stack's name, by ARN; {} if the tag index cannot be read."""
    try:
        listed = aws.items(INDEX)
    except (Refused, Unreachable):
        return {}
    found = {row["ResourceARN"]: by_key(row.get("Tags") or ()) for row in listed}
    return {arn: tags for arn, tags in found.items() if tags.get(NAME_TAG)}


def stack_names(lists: AccountLists, context: StackContext, *, confirmed: bool) -> Mapping[str, str]:
    """Return the name of the stack that owns each distribution, by distribution id, without unowned distributions.

    Makes ListTagsForResource for each likely distribution; unless `confirmed`, only for those that the tag index lacks.
    Raises as `Reads.read`.
    """
    rows = lists.of(account_distributions)
    likely, named = rows.likely(context), rows.named.get(context.name, ())
    asked = {id_: row for id_, row in likely.items() if confirmed or id_ not in rows.stacks}
    # The index lags. So it decides only if it has the name once, and where it is likely.
    if len(named) != 1 or named[0].id not in likely:
        asked |= {row.id: row for row in named}
    names = _with_read(lists.aws, rows.stacks, asked)
    if context.name not in names.values() and not context.stack.spec.adopt:
        names = _with_read(
            lists.aws, names, {id_: row for id_, row in rows.by_id.items() if id_ not in asked}
        )
    return names


def _with_read(
    aws: Reads, names: Mapping[str, str], rows: Mapping[str, LiveDistribution]
) -> Mapping[str, str]:
    """Return `names` with what the tags of `rows` say now."""
    if not rows:
        return names
    return {
        **{id_: name for id_, name in names.items() if id_ not in rows},
        **tagged(aws, list(rows.values())),
    }


def claims(
    lists: AccountLists, context: StackContext, names: Mapping[str, str]
) -> tuple[ClaimedDistribution, ...]:
    """Return each distribution that is the stack's: the adopted one first, then those of its delivery, by id.

    More than one is a problem, except when the stack is destroyed. If there is none, returns the distribution that
    the stack created and that has lost its name. `names` are the stacks of the distributions. Raises as `Reads.read`.
    """
    rows, adopted, own_name = lists.of(account_distributions), context.stack.spec.adopt, context.name
    found = (
        [ClaimedDistribution(context.delivery, adopted, adopted=True)]
        if adopted and _exists(lists.aws, context, adopted)
        else []
    )
    tagged = [
        ClaimedDistribution(rows.by_id[id_].delivery, id_)
        for id_, name in names.items()
        if name == own_name and id_ != adopted
    ]
    if not tagged and not adopted and not context.destroying:
        likely = rows.likely(context).values()
        return _untagged(lists.aws, context, [row for row in likely if row.id not in names])
    return (*found, *sorted(tagged, key=lambda each: (each.delivery is not context.delivery, each.id)))


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


def _untagged(
    aws: Reads, context: StackContext, rows: Iterable[LiveDistribution]
) -> tuple[ClaimedDistribution, ...]:
    """Return the distribution that has the stack's caller reference, which lists do not show."""
    likely = [row for row in rows if row.delivery is context.delivery]
    answers = aws.together([row.delivery.get(row.id) for row in likely])
    return tuple(
        ClaimedDistribution(row.delivery, row.id)
        for row, answer in zip(likely, answers, strict=True)
        if not isinstance(answer, Refused) and _is_made_by(context, row.delivery, answer)
    )


def _is_made_by(context: StackContext, delivery: Delivery, reply: Json) -> bool:
    reference = reply[delivery.resource][delivery.document]["CallerReference"]
    return is_caller_reference(reference, context.account, context.name, delivery.kind)


def _exists(aws: Reads, context: StackContext, distribution_id: str) -> bool:
    try:
        aws.read(context.delivery.get(distribution_id))
    except Missing:
        return False
    return True
