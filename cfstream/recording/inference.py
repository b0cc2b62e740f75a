"""Answers to calls that a recording does not have, inferred from the answers that it has. Pure.

A call gets an answer only if the recording leaves no doubt: an id that is in no list does not exist, and the objects
under a prefix are in a complete list of a shorter prefix. A few calls that a plan can do without are refused, and the
plan then shows a notice.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cfstream.domain import Delivery
from cfstream.errors import CfstreamError, Missing, Refused
from cfstream.kinds import KINDS
from cfstream.kinds.dns_record.observed import ALL_ZONES
from cfstream.recording.heard import Heard, Pages, ReadMethod, RecordedCall
from cfstream.steps.records import plain_name

Record = Mapping[RecordedCall, Heard]

DISPENSABLE = frozenset({"get_resources"}).union(*(kind.dispensable for kind in KINDS))
"""Calls whose refusal does not make a plan fail: the first only saves time, and the others become a notice."""

DELIVERIES = {delivery.get("").operation: delivery for delivery in Delivery}
"""The deliveries, by the operation that reads a distribution."""

NOT_RECORDED = "NotRecorded"
"""The code of refusals that this module makes."""


def inferred(record: Record, asked: RecordedCall) -> Heard | None:
    """Return the answer that follows for `asked`, or None."""
    infer = INFERENCES.get(asked.operation)
    answer = infer(record, asked) if infer else None
    if answer is None and asked.service == "s3":
        answer = _of_another_region(record, asked)
    if answer is None and asked.operation in DISPENSABLE:
        said = "the snapshot does not contain it"
        return Refused("".join(word.capitalize() for word in asked.operation.split("_")), NOT_RECORDED, said)
    return answer


def _unlisted(record: Record, asked: RecordedCall) -> Heard | None:
    """Return that a distribution does not exist, if it is in no list."""
    rows = record.get(RecordedCall.of(ReadMethod.ITEMS, DELIVERIES[asked.operation].listing))
    if not isinstance(rows, list) or any(row["Id"] == asked.param("Id") for row in rows):
        return None
    resource = DELIVERIES[asked.operation].resource
    said = "The specified distribution does not exist."
    return Missing(f"Get{resource}", f"NoSuch{resource}", said, status=404)


def _zones_of_name(record: Record, asked: RecordedCall) -> Heard | None:
    """Return the zones of a name, from the list of all."""
    rows = record.get(RecordedCall.of(ReadMethod.ITEMS, ALL_ZONES))
    if not isinstance(rows, list):
        return None
    wanted = plain_name(str(asked.param("DNSName")))
    return {"HostedZones": [row for row in rows if plain_name(row["Name"]) == wanted]}


def _objects(record: Record, asked: RecordedCall) -> Heard | None:
    """Return the objects under a prefix, from a complete list of a shorter prefix."""
    prefix, owners = str(asked.param("Prefix") or ""), bool(asked.param("FetchOwner"))
    for other, heard in record.items():
        if other.operation != asked.operation or other.param("Bucket") != asked.param("Bucket"):
            continue
        if not prefix.startswith(str(other.param("Prefix") or "")) or (
            owners and not other.param("FetchOwner")
        ):
            continue
        rows = _whole(heard)
        if rows is not None:
            page = {"Contents": [row for row in rows if row["Key"].startswith(prefix)], "IsTruncated": False}
            return Pages((page,), whole=True) if asked.way is ReadMethod.PAGES else page
    return None


def _whole(heard: Heard) -> list[Any] | None:
    """Return all rows of a list of objects; None if it was not read to its end."""
    if isinstance(heard, Pages):
        return [row for page in heard.pages for row in page["Contents"]] if heard.whole else None
    if isinstance(heard, Mapping) and not heard["IsTruncated"]:
        return list(heard["Contents"])
    return None


def _of_another_region(record: Record, asked: RecordedCall) -> Heard | None:
    """Return the bucket's answer to the same call in another region: S3 redirects every call to the bucket's region."""
    found = [heard for other, heard in record.items() if replace(other, region=asked.region) == asked]
    return min(found, key=lambda heard: isinstance(heard, CfstreamError), default=None)


INFERENCES: Mapping[str, Callable[[Record, RecordedCall], Heard | None]] = {
    **dict.fromkeys(DELIVERIES, _unlisted),
    "list_hosted_zones_by_name": _zones_of_name,
    "list_objects_v2": _objects,
}
