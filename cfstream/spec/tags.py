"""Rules about tags: what AWS accepts (TagKey, TagValue, InvalidTagging), and which keys belong to cfstream."""

import re
from collections.abc import Iterator

from cfstream.spec.fault import Fault
from cfstream.spec.model import Spec
from cfstream.spec.wording import shown

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
            what = f"the key of a tag has 1 to 128 characters, and this one has {len(key)}"
            yield Fault(what, "shorten it" if key else "give it a key", path, at_key=True)
        elif odd := _ODD.search(key):
            yield Fault(f"the key of a tag cannot contain {shown(odd.group())}", _DO, path, at_key=True)
        if len(value) > 256:
            yield Fault(
                f"the value of a tag has at most 256 characters, and this one has {len(value)}",
                "shorten it",
                path,
            )
        elif odd := _ODD.search(value):
            yield Fault(f"the value of a tag cannot contain {shown(odd.group())}", _DO, path)
    room = MAX_TAGS - (2 if spec.grant.via == "object-acl" else 1)
    if len(tags) > room:
        what = f"a distribution can have {room} tags besides cfstream's own, and this spec has {len(tags)}"
        yield Fault(what, "delete some", ("tags",), at_key=True)


_DO = "use letters, digits, spaces and _ . : / = + - @"
