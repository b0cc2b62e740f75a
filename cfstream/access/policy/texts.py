"""Convert ids and condition values to text that can be compared."""

import json
import re
from typing import Any

from cfstream.values import Joined, Ref

OPAQUE = "\ue000"
"""Encloses an id that is only known after a step of the same plan. No live value has this private-use character."""


def text_of(value: Any) -> str:
    """Return `value` as the text that conditions compare.

    An id that is not known yet equals only itself, and only wildcards match it. IAM treats true and "true" alike.
    """
    match value:
        case Ref(step, output):
            return f"{OPAQUE}{step}/{output}{OPAQUE}"
        case Joined(parts):
            return "".join(text_of(part) for part in parts)
        case bool() | int() | float():
            return json.dumps(value)
    return str(value)


def account_of(arn: str) -> str:
    """Return the account in an ARN, or "" if it has none (S3 bucket ARNs) or is not an ARN."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""


def one_partition(text: str) -> str:
    """Return an ARN in the ``aws`` partition. No request crosses partitions, so they need no comparison."""
    return _PARTITION.sub("arn:aws:", text)


_PARTITION = re.compile(r"^arn:aws-[a-z-]+:")
