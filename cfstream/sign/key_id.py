"""The id that a signature names: that of a public key (``K…``), or of an account's key pair (``APKA…``)."""

import re

from cfstream.sign.refusal import CannotSign

_KEY_ID = re.compile(r"[A-Za-z0-9]{2,64}")
_GROUP_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def checked(key_id: str) -> str:
    """The id, if it can be one. Raises CannotSign."""
    if is_group_id(key_id):
        raise CannotSign(
            f"{key_id} is the id of a key group, and a signature names one key of it",
            "give the id of the public key, which begins with K: cfstream show SPEC",
        )
    if not _KEY_ID.fullmatch(key_id):
        raise CannotSign(
            f"{key_id[:60]!r} is no id of a key",
            "give one like K2JCJMDEHXQW5F, or APKA… for a trusted signer",
        )
    return key_id


def is_group_id(text: str) -> bool:
    """Whether this is the id of a key group, which people take for that of a key."""
    return _GROUP_ID.fullmatch(text) is not None
