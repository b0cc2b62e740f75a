"""Condition keys that describe the request rather than the requester, and the actions that have them.

Source: Service Authorization Reference, "Condition keys for Amazon S3"; IAM User Guide, "AWS global condition context
keys".
"""

from collections.abc import Callable
from dataclasses import replace

from cfstream.access.policy.actions import Action, ResourceType
from cfstream.access.policy.context import ABSENT, CHOSEN, UNKNOWN, Value
from cfstream.access.reader import May

_ANY_ACTION = frozenset(
    {
        "aws:referer",
        "aws:useragent",
        "s3:authtype",
        "s3:signatureage",
        "s3:signatureversion",
        "s3:tlsversion",
        "s3:x-amz-content-sha256",
    }
)
_LISTING = ("s3:prefix", "s3:delimiter", "s3:max-keys")
_STORED = ("s3:existingobjecttag",)
"""Tags of the object. Only objects have them, and policies cannot list them all."""
_WRITING = ("s3:x-amz-", "s3:requestobjecttag", "s3:object-lock-", "aws:requesttag/", "aws:tagkeys")


def request_value(key: str, action: Action, *, chooses: bool) -> Value:
    """Return the value of a key that the requester's class does not fix.

    `chooses`: the requester writes the request, and so chooses its headers and parameters. A key that the action
    does not have is absent: ``s3:prefix`` on GetObject.
    """
    free = CHOSEN if chooses else UNKNOWN
    if key == "aws:securetransport":
        return replace(free, within=("true", "false"), optional=False)
    if key in _ANY_ACTION:
        return free
    for keys, has_key, value in _BY_ACTION:
        if key.startswith(keys):
            return (value or free) if has_key(action) else ABSENT
    return UNKNOWN


def _on_object(action: Action) -> bool:
    return action.on is ResourceType.OBJECT


_BY_ACTION: tuple[tuple[tuple[str, ...], Callable[[Action], bool], Value | None], ...] = (
    (_LISTING, lambda action: action.may is May.LIST, None),
    (("s3:versionid",), _on_object, None),
    (_STORED, _on_object, UNKNOWN),
    (_WRITING, lambda action: action.may in (May.WRITE, May.MANAGE), None),
)
