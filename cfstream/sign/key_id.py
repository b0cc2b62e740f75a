"""The key id in a signature: that of a public key (``K…``), or of an account's key pair (``APKA…``)."""

import re

from cfstream.sign.refusal import CannotSign

_KEY_ID = re.compile(r"[A-Za-z0-9]{2,64}")
_GROUP_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def checked(key_id: str) -> str:
    """Return the id if it has a valid form. Raises CannotSign."""
    if is_group_id(key_id):
        raise CannotSign(
            f"{key_id} is the id of a key group, but a signature needs the id of a key",
            "use the id of a public key in the group, which starts with K; cfstream show lists them",
        )
    if not _KEY_ID.fullmatch(key_id):
        raise CannotSign(
            f"{key_id[:60]!r} is not a valid key id",
            "use an id like K2JCJMDEHXQW5F, or APKA… for a trusted signer",
        )
    return key_id


def is_group_id(text: str) -> bool:
    """Return whether this is the id of a key group, which is often confused with that of a key."""
    return _GROUP_ID.fullmatch(text) is not None
