"""Rules about tags: what AWS accepts (TagKey, TagValue, InvalidTagging), and which keys belong to cfstream."""

import re
from collections.abc import Iterator

from cfstream.spec.fault import Fault
from cfstream.spec.model import Spec
from cfstream.spec.wording import shown, too_long

MAX_TAGS = 50
"""Per distribution. Not adjustable."""

_ODD = re.compile(r"[^\w .:/=+@-]")
_OURS = "cfstream:"


def tag_faults(spec: Spec) -> Iterator[Fault]:
    """Yield every fault in the tags of `spec`."""
    tags = spec.tags or {}
    for key, value in tags.items():
        path = ("tags", key)
        if key.startswith(_OURS):
            what = f"tags that begin {shown(_OURS)} are reserved for cfstream"
            yield Fault(what, "delete it, or give it another key", path, at_key=True)
        elif key.lower().startswith("aws:"):
            yield Fault(
                'tags that begin with "aws:" are reserved for AWS', "give it another key", path, at_key=True
            )
        elif not 1 <= len(key) <= 128:
            what = too_long("the key of this tag", len(key), 128) if key else "this tag has an empty key"
            yield Fault(what, "shorten it" if key else "give it a key", path, at_key=True)
        elif odd := _ODD.search(key):
            yield Fault(f"{shown(odd.group())} is not allowed in the key of a tag", _DO, path, at_key=True)
        if len(value) > 256:
            yield Fault(too_long("the value of this tag", len(value), 256), "shorten it", path)
        elif odd := _ODD.search(value):
            yield Fault(f"{shown(odd.group())} is not allowed in the value of a tag", _DO, path)
    room = MAX_TAGS - (2 if spec.grant.via == "object-acl" else 1)
    if len(tags) > room:
        what = f"this spec has {len(tags)} tags; a distribution can have {room} besides those of cfstream"
        yield Fault(what, "delete some", ("tags",), at_key=True)


_DO = "use letters, digits, spaces and _ . : / = + - @"
