"""Compare two specs: what viewers lose whose host name moves from one stack to the other. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cfstream.kinds.distribution.http_fields import HTTP_FIELDS
from cfstream.kinds.distribution.meaning import managed_fields
from cfstream.spec.model import Spec
from cfstream.spec.wording import as_written
from cfstream.steps.differences import change

_SAME_RESPONSES = frozenset(
    {
        "certificate",
        "minimum_tls",
        "unlisted_behaviors",
        *(each.name for each in HTTP_FIELDS if not each.changes_responses),
    }
)
"""Fields under ``http`` that do not change what a viewer gets for a URL, or whether a web page may play it.

All other fields must be equal for a host name to move without the hazard ``cuts-viewers``.
"""

_SIGNERS = ("key_groups", "trusted_signers")


class LostField(NamedTuple):
    """A field with its values in the two specs; None if a spec does not have it."""

    field: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is not None and self.after is not None:
            return f"{self.field}: {change(self.before, self.after)}"
        return f"{self.field}: {_written(self.before)} -> {_written(self.after)}"


def _written(value: Any) -> str:
    return "absent" if value is None else as_written(value)


def viewers_lose(old: Spec, new: Spec) -> tuple[LostField, ...]:
    """Return the fields by which viewers of the old stack get less from the new one; empty if they get the same.

    They get the same if both stacks have the same bucket and the same rules for paths and pages, and the new one has no
    smaller grant and accepts every signer of the old one.
    """
    was, will = managed_fields(old, like=new), managed_fields(new)
    fields = [*_of_signers(was, will), *_of_bucket(was, will)]
    fields += [name for name in {**was, **will} if _changes_responses(name, was, will)]
    return tuple(LostField(name, was.get(name), will.get(name)) for name in fields)


def _of_signers(was: Mapping[str, Any], will: Mapping[str, Any]) -> Iterator[str]:
    if will["public"]:
        return
    if was["public"]:
        yield "public"
    elif any(set(was.get(name, ())) - set(will.get(name, ())) for name in _SIGNERS):
        yield from (name for name in _SIGNERS if was.get(name) != will.get(name))


def _of_bucket(was: Mapping[str, Any], will: Mapping[str, Any]) -> Iterator[str]:
    if was["bucket"] != will["bucket"]:
        yield "bucket"
    if not was["grant.prefix"].startswith(will["grant.prefix"]):
        yield "grant.prefix"
    if not will["enabled"]:
        yield "enabled"


def _changes_responses(name: str, was: Mapping[str, Any], will: Mapping[str, Any]) -> bool:
    """Return whether a field under ``http`` differs, and viewers get something else because of it."""
    above, _, field = name.rpartition(".")
    if not name.startswith("http.") or was.get(name) == will.get(name) or field in _SAME_RESPONSES:
        return False
    # The keys of a group are the same in both stacks: an account has one group of a name.
    if ".key_groups[" in name:
        return False
    # A behavior that only one spec has is in the list of the behaviors.
    return not above.startswith("http.behaviors[") or any(
        above == f"http.behaviors[{path}]" for path in _common(was, will)
    )


def _common(was: Mapping[str, Any], will: Mapping[str, Any]) -> set[str]:
    return set(was.get("http.behaviors", ())) & set(will.get("http.behaviors", ()))
