"""Migrate from rtmp to http: create a second stack beside the old one, then move the host names between the specs.

A streaming distribution cannot become a distribution, and a host name can only belong to one of them. So there are two
stages: the new stack starts with CloudFront's own name, where you can test it, and then the host names move.
"""

from cfstream.migration.edits import identity_to_oac, to_bucket_policy
from cfstream.spec.edit import EditableDocument, Value, drop, insert, replace
from cfstream.spec.model import Spec
from cfstream.spec.stack import Stack
from cfstream.startup.frozen import dataclass

MAX_NAME = 32
"""The longest stack name, in characters."""

_STAYS = ("cnames", "dns", "adopt")
"""Fields that stay with the old stack, because only one of the two can have them."""


@dataclass(frozen=True)
class HandedOver:
    """Both specs after the host names have moved."""

    old: EditableDocument
    new: EditableDocument
    names: tuple[str, ...]


def name_beside(spec: Spec) -> str:
    """Return a name for the new stack."""
    return f"{spec.name[: MAX_NAME - len('-http')]}-http"


def stack_beside(stack: Stack, name: str) -> str:
    """Return the text of a spec for the bucket of an rtmp stack over http, with the old comments, without host names.

    Raises CannotEdit.
    """
    spec = stack.spec
    editable = EditableDocument(_alone(stack.document.text))
    editable = replace(replace(editable, ("name",), name), ("delivery",), "http")
    for field in _STAYS:
        if field in stack.document.root.fields:
            editable = drop(editable, (field,))
    return identity_to_oac(to_bucket_policy(editable, spec), spec).text


def hand_over(old: EditableDocument, old_spec: Spec, new: EditableDocument, new_spec: Spec) -> HandedOver:
    """Move the host names of the old stack, and the zone of their records, to the new one.

    Completes an edit that was interrupted. Raises CannotEdit.
    """
    names = tuple(old_spec.cnames or ())
    coming: list[Value] = [
        *(new_spec.cnames or ()),
        *(name for name in names if name not in (new_spec.cnames or ())),
    ]
    if new_spec.cnames is None:
        new = insert(new, (), "cnames", coming, after="bucket")
    elif len(coming) > len(new_spec.cnames):
        new = replace(new, ("cnames",), coming)
    if old_spec.dns and new_spec.dns is None:
        new = insert(new, (), "dns", {"route53": old_spec.dns.route53}, after="cnames")
    return HandedOver(replace(old, ("cnames",), []), new, names)


def _alone(text: str) -> str:
    """Return a document's text as the text of a separate file."""
    first, end, rest = text.partition("\n")
    return rest if end and first.rstrip() == "---" else text
