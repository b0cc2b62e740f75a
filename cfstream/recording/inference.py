"""What follows from a recording for calls that were not made while it was.

Pure. An answer comes only where what was recorded leaves no doubt: an id that is in no list is not there, a prefix of
what was listed whole is listed too. A few questions that a plan can do without are answered by a refusal, which the
plan then tells of.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cfstream.errors import CfstreamError, Missing, Refused
from cfstream.recording.heard import Asked, Heard, Pages, Way
from cfstream.recording.survey import DISTRIBUTIONS, ZONES
from cfstream.steps.records import plain_name

Record = Mapping[Asked, Heard]

DISPENSABLE = frozenset({"describe_certificate", "list_conflicting_aliases", "get_resources"})
"""Calls whose refusal no plan fails of: the first two become a notice, the third only saves time."""

NOT_RECORDED = "NotRecorded"
"""The code of a refusal that is ours."""


def inferred(record: Record, asked: Asked) -> Heard | None:
    """The answer that follows for `asked`; None where none does."""
    infer = INFERENCES.get(asked.operation)
    answer = infer(record, asked) if infer else None
    if answer is None and asked.service == "s3":
        answer = _of_another_region(record, asked)
    if answer is None and asked.operation in DISPENSABLE:
        said = "the snapshot was made before anything asked for it"
        return Refused("".join(word.capitalize() for word in asked.operation.split("_")), NOT_RECORDED, said)
    return answer


def _unlisted(record: Record, asked: Asked) -> Heard | None:
    """A distribution that is in no list is not there."""
    rows = record.get(Asked.of(Way.ITEMS, DISTRIBUTIONS[asked.operation]))
    if not isinstance(rows, list) or any(row["Id"] == asked.param("Id") for row in rows):
        return None
    resource = "Distribution" if asked.operation == "get_distribution" else "StreamingDistribution"
    said = "The specified distribution does not exist."
    return Missing(f"Get{resource}", f"NoSuch{resource}", said, status=404)


def _zones_of_name(record: Record, asked: Asked) -> Heard | None:
    """The zones of a name, out of the list of all."""
    rows = record.get(Asked.of(Way.ITEMS, ZONES))
    if not isinstance(rows, list):
        return None
    wanted = plain_name(str(asked.param("DNSName")))
    return {"HostedZones": [row for row in rows if plain_name(row["Name"]) == wanted]}


def _objects(record: Record, asked: Asked) -> Heard | None:
    """The objects under a prefix, out of a whole listing of a shorter one."""
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
            return Pages((page,), whole=True) if asked.way is Way.PAGES else page
    return None


def _whole(heard: Heard) -> list[Any] | None:
    """All rows of a listing of objects; None where it was not read to its end."""
    if isinstance(heard, Pages):
        return [row for page in heard.pages for row in page["Contents"]] if heard.whole else None
    if isinstance(heard, Mapping) and not heard["IsTruncated"]:
        return list(heard["Contents"])
    return None


def _of_another_region(record: Record, asked: Asked) -> Heard | None:
    """What a bucket answered when it was asked in another region: S3 leads every call to where the bucket is."""
    found = [heard for other, heard in record.items() if replace(other, region=asked.region) == asked]
    return min(found, key=lambda heard: isinstance(heard, CfstreamError), default=None)


INFERENCES: Mapping[str, Callable[[Record, Asked], Heard | None]] = {
    "get_distribution": _unlisted,
    "get_streaming_distribution": _unlisted,
    "list_hosted_zones_by_name": _zones_of_name,
    "list_objects_v2": _objects,
}
