"""Read timestamps of replies with the standard library: 1 µs each, instead of 50 µs with botocore's parser.

A list of distributions has a timestamp in each row.
"""

from datetime import datetime
from typing import Any


def parse(value: Any) -> datetime:
    """Return the time that a reply contains. Only ISO 8601 with a time zone is read here, anything else by botocore."""
    if isinstance(value, str):
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if time.tzinfo is not None:
                return time
    # Imported here because `sessions` imports botocore without awscrt.
    from botocore.utils import parse_timestamp

    parsed: datetime = parse_timestamp(value)
    return parsed
