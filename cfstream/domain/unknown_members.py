"""Members of AWS's replies that the installed botocore does not know.

botocore drops them when it parses a reply, so an update that sends the document back would remove them
(aws-sdk-js-v3#4637: an update by an older SDK removed the OAC of every origin).
"""

from collections.abc import Iterable
from typing import Final

from cfstream.values import Json

UNKNOWN: Final = "UnknownMembers"
"""The member under which a reply lists their dotted paths, if it has any."""
UPDATE_BOTO3: Final = "pip install --upgrade boto3"


def unknown_members(reply: Json, document: str) -> tuple[str, ...]:
    """Return the paths of unknown members inside the document at this dotted path of a reply."""
    inside = f"{document}."
    return tuple(path.removeprefix(inside) for path in reply.get(UNKNOWN, ()) if path.startswith(inside))


def would_be_lost(subject: object, members: Iterable[str]) -> str:
    """Return the sentence that explains why a document must not be written."""
    return (
        f"{subject} has settings that the installed boto3 does not know, and an update would remove them: "
        f"{', '.join(members)}"
    )
