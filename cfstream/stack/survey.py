"""Reads for a snapshot. A refusal is recorded too."""

import json
from collections.abc import Container, Sequence
from contextlib import suppress
from typing import Any

from cfstream.domain import Delivery, LiveDistribution, distribution_from_row
from cfstream.domain.tags import read_tags
from cfstream.errors import Refused, Unreachable
from cfstream.ports import Call, Reads
from cfstream.stack.owned import OwnedKind

MARK = '"cfstream:'
"""The start of a comment with the mark of a stack, in JSON."""


def listed(aws: Reads, call: Call) -> Sequence[Any]:
    """Return the rows of a list; none if AWS refuses to list them."""
    with suppress(Refused, Unreachable):
        return aws.items(call)
    return ()


def survey_owned(aws: Reads, owned: OwnedKind, used: Container[str] = ()) -> None:
    """Read the document of each resource that some stack owns, and of those in `used`."""
    rows = [(row, owned.of_row(row)["Id"]) for row in listed(aws, owned.listing)]
    aws.together(
        [owned.get_config(id_) for row, id_ in rows if MARK in json.dumps(row, default=str) or id_ in used]
    )


def survey_distributions(aws: Reads, delivery: Delivery) -> None:
    """Read each distribution of one delivery, and its tags."""
    rows = listed(aws, delivery.listing)
    aws.together([delivery.get(row["Id"]) for row in rows])
    aws.together([read_tags(row["ARN"]) for row in rows])


def listed_distributions(aws: Reads) -> tuple[LiveDistribution, ...]:
    """Return the distributions of both deliveries, as far as AWS lists them."""
    return tuple(
        distribution_from_row(delivery, row) for delivery in Delivery for row in listed(aws, delivery.listing)
    )
