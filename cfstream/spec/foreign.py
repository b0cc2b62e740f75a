"""Recognise a YAML file of another tool in a folder of specs, to report it once and not field by field."""

from cfstream.spec.fault import Fault
from cfstream.spec.model import Spec
from cfstream.spec.source import EXTENSION, Document, Scalar
from cfstream.spec.unknown_keys import meant_here
from cfstream.spec.wording import shown, some_of

SHARED = frozenset(
    {
        "version",
        "name",
        "account",
        "role",
        "comment",
        "enabled",
        "protect",
        "public",
        "logging",
        "dns",
        "wait",
        "tags",
    }
)
"""Fields of a spec whose names files of other tools have too."""

TELLING = frozenset(Spec.model_fields) - SHARED
"""Fields that only a spec has."""


def foreign(document: Document) -> Fault | None:
    """Return the fault of a document that is not a spec; None if it may be one.

    It has keys that no spec has, and neither ``version: 1`` nor a field that only a spec has, nor a misspelt one.
    """
    keys = [key for key in document.root.fields if not key.startswith(EXTENSION)]
    others = [key for key in keys if key not in Spec.model_fields]
    version = document.root.fields.get("version")
    if isinstance(version, Scalar) and version.value == 1:
        return None
    if not others or TELLING & {*keys, *(meant_here(key, ()) for key in others)}:
        return None
    what = f"this is not a spec: it has {some_of([shown(key) for key in others], 3)}, and no bucket, key_groups or http"
    return Fault(what, "name only the specs, or move it out of their directory", (others[0],), at_key=True)
