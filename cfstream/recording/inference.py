"""Answers to calls that a recording does not have, inferred from the answers that it has. Pure.

A call gets an answer only if the recording leaves no doubt: an id that is in no list does not exist, and the objects
under a prefix are in a complete list of a shorter prefix. A few calls that a plan can do without are refused, and the
plan then shows a notice.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cfstream.errors import CfstreamError, Refused
from cfstream.kinds import KINDS
from cfstream.ports import Call
from cfstream.recording.recorded import Pages, ReadMethod, Recorded, RecordedCall

Record = Mapping[RecordedCall, Recorded]

DISPENSABLE = frozenset({"get_resources"}).union(*(kind.dispensable for kind in KINDS))
"""Calls whose refusal does not make a plan fail: the first only saves time, and the others become a notice."""

NOT_RECORDED = "NotRecorded"
"""The code of refusals that this module makes."""


def inferred(record: Record, asked: RecordedCall) -> Recorded | None:
    """Return the answer that follows for `asked`, or None."""
    answer = _objects(record, asked) if asked.operation == "list_objects_v2" else _by_kinds(record, asked)
    if answer is None and asked.service == "s3":
        answer = _of_another_region(record, asked)
    if answer is None and asked.operation in DISPENSABLE:
        reason = "the snapshot does not contain it"
        return Refused(
            "".join(word.capitalize() for word in asked.operation.split("_")), NOT_RECORDED, reason
        )
    return answer


def _by_kinds(record: Record, asked: RecordedCall) -> Recorded | None:
    """Return the answer that a kind infers from the recorded lists."""

    def listed(call: Call) -> list[Any] | None:
        rows = record.get(RecordedCall.of(ReadMethod.ITEMS, call))
        return rows if isinstance(rows, list) else None

    call = Call(asked.service, asked.operation, json.loads(asked.params), asked.region)
    answers = (kind.infer(call, listed) for kind in KINDS)
    return next((answer for answer in answers if answer is not None), None)


def _objects(record: Record, asked: RecordedCall) -> Recorded | None:
    """Return the objects under a prefix, from a complete list of a shorter prefix."""
    prefix, owners = str(asked.param("Prefix") or ""), bool(asked.param("FetchOwner"))
    for other, recorded in record.items():
        if other.operation != asked.operation or other.param("Bucket") != asked.param("Bucket"):
            continue
        if not prefix.startswith(str(other.param("Prefix") or "")) or (
            owners and not other.param("FetchOwner")
        ):
            continue
        rows = _whole(recorded)
        if rows is not None:
            page = {"Contents": [row for row in rows if row["Key"].startswith(prefix)], "IsTruncated": False}
            return Pages((page,), whole=True) if asked.way is ReadMethod.PAGES else page
    return None


def _whole(recorded: Recorded) -> list[Any] | None:
    """Return all rows of a list of objects; None if it was not read to its end."""
    if isinstance(recorded, Pages):
        return [row for page in recorded.pages for row in page["Contents"]] if recorded.whole else None
    if isinstance(recorded, Mapping) and not recorded["IsTruncated"]:
        return list(recorded["Contents"])
    return None


def _of_another_region(record: Record, asked: RecordedCall) -> Recorded | None:
    """Return the bucket's answer to the same call in another region: S3 redirects every call to the bucket's region."""
    found = [recorded for other, recorded in record.items() if replace(other, region=asked.region) == asked]
    return min(found, key=lambda recorded: isinstance(recorded, CfstreamError), default=None)
