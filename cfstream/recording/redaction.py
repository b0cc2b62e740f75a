"""Redact answers before they are recorded: keep what a plan may read, and remove secrets.

Secrets are the members of recorded replies that botocore's models mark as sensitive, except two that a plan compares
and shows: comments, and the id of a bucket's KMS key. Shared secrets, in custom origin headers and in conditions of
policies, become digests, as in saved plans. People's names are removed too (S3's DisplayName is often an e-mail
address). Of listed objects, only keys and owners are kept: no plan reads the rest, and it changes with every upload.
"""

from collections.abc import Mapping
from typing import Any

from cfstream.ports import Call
from cfstream.secret_values import without_secrets

NAMES_OF_PEOPLE = frozenset({"DisplayName"})

OF_OBJECTS = ("Key", "Owner")
"""The members that are kept of a row of ListObjectsV2."""


def redacted(call: Call, answer: Any) -> Any:
    """Return a reply, or the rows of a list, as it may be recorded. Law: repeating it changes nothing."""
    return without_secrets(
        _without_names(_of_objects(answer) if call.operation == "list_objects_v2" else answer)
    )


def _of_objects(page: Any) -> Any:
    if not isinstance(page, Mapping):
        return [_of_object(row) for row in page]
    rows = [_of_object(row) for row in page.get("Contents") or ()]
    return {"Contents": rows, "IsTruncated": bool(page.get("IsTruncated"))}


def _of_object(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in OF_OBJECTS if name in row}


def _without_names(value: Any) -> Any:
    match value:
        case Mapping():
            return {name: _without_names(item) for name, item in value.items() if name not in NAMES_OF_PEOPLE}
        case list() | tuple():
            return [_without_names(item) for item in value]
    return value
