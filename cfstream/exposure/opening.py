"""A way in that is not ours and that no spec asks for, and what closes it: the same words in the plan and in `verify`.

The bucket's own blocks are the first thing to look at, for with them on no statement and no ACL opens anything.
"""

from dataclasses import dataclass
from enum import StrEnum

from cfstream.domain import Block
from cfstream.kinds.bucket import LiveBucket


class Sort(StrEnum):
    """What makes the opening; the value is the part of the bucket under which `verify` tells it."""

    POLICY = "policy"
    ACLS = "ACLs"
    DISTRIBUTION = "distributions"


@dataclass(frozen=True, order=True)
class Opening:
    """One way in for anyone, as a phrase, and what to do about it."""

    text: str
    sort: Sort
    do: str


_CLOSE = {
    Sort.POLICY: "take that statement out of the bucket's policy, or narrow it",
    Sort.ACLS: "set those ACLs to private",
    Sort.DISTRIBUTION: "give that distribution signers, or take its access to the bucket away",
}


def closing(sort: Sort, bucket: LiveBucket) -> str:
    """What closes an opening of that sort; of a statement or an ACL also the bucket's blocks, as far as they are off.

    The statement is named first: RestrictPublicBuckets, as long as the policy is public, cuts off other accounts too
    (S3 User Guide, "Blocking public access to your Amazon S3 storage"), and nobody says whether an OAI counts as one.
    """
    if sort is Sort.DISTRIBUTION or bucket.block.complete:
        return _CLOSE[sort]
    state = "off" if bucket.block == Block() else "not all on"
    return (
        f"{_CLOSE[sort]}; then block public access, which is {state} for the bucket {bucket.name}:"
        f"\n`{block_command(bucket.name)}`"
    )


def block_command(bucket: str) -> str:
    """The command that blocks all public access to a bucket."""
    settings = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
    return (
        f"aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration {settings}"
    )
