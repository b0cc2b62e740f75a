"""From rtmp to http: a stack of its own beside the old one, and then the host names, from one spec to the other.

A streaming distribution cannot become a distribution, and a host name belongs to one of them at a time. So there are
two stages: the new stack comes up under CloudFront's own name, where it can be tried, and then the names move.
"""

from dataclasses import dataclass

from cfstream.errors import WrongUsage
from cfstream.migration.edits import identity_to_oac, to_bucket_policy
from cfstream.spec.edit import Manuscript, Value, drop, insert, replace
from cfstream.spec.model import Spec
from cfstream.spec.stack import Stack

MAX_NAME = 32
"""Characters of a stack's name."""

_STAYS = ("cnames", "dns", "adopt")
"""Fields that stay with the old stack: they name what only one of the two can have."""


@dataclass(frozen=True)
class HandedOver:
    """Both specs after the names have moved."""

    old: Manuscript
    new: Manuscript
    names: tuple[str, ...]


def name_beside(spec: Spec) -> str:
    """A name for the new stack."""
    return f"{spec.name[: MAX_NAME - len('-http')]}-http"


def stack_beside(stack: Stack, name: str) -> str:
    """The text of a spec for the same bucket over http, with the old one's comments, without host names.

    Raises CannotEdit, and WrongUsage for a stack that is http already.
    """
    spec = stack.spec
    if spec.delivery == "http":
        raise WrongUsage(
            f"{spec.name} is an http stack already", "cfstream migrate --check says what else there is"
        )
    manuscript = Manuscript(_alone(stack.document.text))
    manuscript = replace(replace(manuscript, ("name",), name), ("delivery",), "http")
    for field in _STAYS:
        if field in stack.document.root.fields:
            manuscript = drop(manuscript, (field,))
    return identity_to_oac(to_bucket_policy(manuscript, spec), spec).text


def hand_over(old: Manuscript, old_spec: Spec, new: Manuscript, new_spec: Spec) -> HandedOver:
    """The host names of the old stack go to the new one, and with them the zone of their records.

    An edit that was made half is completed. Raises CannotEdit.
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
    """A document's text as that of a whole file."""
    first, end, rest = text.partition("\n")
    return rest if end and first.rstrip() == "---" else text
