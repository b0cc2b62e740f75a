"""Decide what a spec should migrate to, and why."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from cfstream.spec.model import Spec
    from cfstream.spec.source import Step


class Target(StrEnum):
    """A target of `cfstream migrate`."""

    OAC = "oac"
    BUCKET_POLICY = "bucket-policy"
    KEY_GROUPS = "key-groups"
    HTTP = "http"


RETIRED = "AWS retired RTMP at the end of 2020 and deleted all streaming distributions"
REPLACED = (
    "This stack has no cnames: if an http stack has replaced it and nobody uses it, run cfstream destroy with this "
    "spec, then delete the spec"
)
"""`cfstream migrate` leaves ``cnames: []`` in the old spec when the host names have moved."""
LEGACY = "an origin access identity cannot read buckets with SSE-KMS or in regions opened since December 2022"
"""Developer Guide, "Restrict access to an Amazon S3 origin"."""
OPEN = "CloudFront reads the bucket anonymously: everything that it can read is public"
ONE_BY_ONE = (
    "each object needs its own grant, and an object that is uploaded without one is refused to all viewers"
)
ROOT_ONLY = "trusted signers need key pairs that only an account's root user can create"
"""Developer Guide, "Specify signers that can create signed URLs and signed cookies"."""

EXISTS = "an existing one: referenced, never changed"
REMARKS: Mapping[str, str] = {
    "oai": EXISTS,
    "origin_access": "CloudFront reads the bucket anonymously; to fix it, use cfstream migrate FILE --to oac",
    "grant": "the existing grant outside this stack stays; this stack grants nothing",
    "trusted_signers": "the legacy form; to replace it, use cfstream migrate FILE --to key-groups",
}
"""Comments that `import` writes beside fields that can be migrated. A migration removes them."""


@dataclass(frozen=True)
class Advice:
    """One migration that a spec should have. `path` is the field to migrate."""

    to: Target
    why: str
    path: "tuple[Step, ...]"


def advice(spec: "Spec") -> tuple[Advice, ...]:
    """Return the migrations that this spec should have, in order; none for a current spec.

    A migration that is part of another one is not listed: `oac` includes `bucket-policy`, and `http` includes both.
    """
    if spec.delivery == "rtmp":
        why = f"{RETIRED}. {REPLACED}" if spec.cnames == () else RETIRED
        return (Advice(Target.HTTP, why, ("delivery",)),)
    found = []
    if spec.identity == "oai":
        by_objects = f"; {ONE_BY_ONE}" if spec.grant.via == "object-acl" else ""
        found.append(Advice(Target.OAC, LEGACY + by_objects, ("oai",)))
    elif spec.identity == "none":
        found.append(Advice(Target.OAC, OPEN, ("origin_access",)))
    places = signing_places(spec)
    if places:
        found.append(Advice(Target.KEY_GROUPS, ROOT_ONLY, places[0]))
    return tuple(found)


def wants(spec: "Spec", to: Target) -> bool:
    """Return whether this migration would change the spec."""
    if to is Target.BUCKET_POLICY:
        return spec.grant.via != "bucket-policy"
    return any(each.to == to for each in advice(spec))


def signing_places(spec: "Spec") -> "list[tuple[Step, ...]]":
    """Return the path of each non-empty list of trusted signers, the default behavior's first."""
    places: list[tuple[Step, ...]] = [("trusted_signers",)] if spec.trusted_signers else []
    return places + [
        ("http", "behaviors", number, "trusted_signers")
        for number, behavior in enumerate(spec.http.behaviors)
        if behavior.trusted_signers
    ]
