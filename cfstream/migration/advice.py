"""What a spec should migrate to, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cfstream.spec.model import Spec
    from cfstream.spec.source import Step


class Target(StrEnum):
    """What a spec can be migrated to."""

    OAC = "oac"
    BUCKET_POLICY = "bucket-policy"
    KEY_GROUPS = "key-groups"
    HTTP = "http"


RETIRED = "AWS retired RTMP at the end of 2020, and deleted the streaming distributions that there were"
LEGACY = (
    "an origin access identity reads no bucket with SSE-KMS, and none in a region opened since December 2022"
)
"""Developer Guide, "Restrict access to an Amazon S3 origin"."""
OPEN = "CloudFront reads the bucket as anyone would: what it may read, everybody may"
ONE_BY_ONE = (
    "each object needs a grant of its own, and one that is uploaded without is refused to every viewer"
)
ROOT_ONLY = "trusted signers need key pairs that only the root user of an account can make"
"""Developer Guide, "Specify signers that can create signed URLs and signed cookies"."""

EXISTS = "one that exists: referred to, never changed"
REMARKS: Mapping[str, str] = {
    "oai": EXISTS,
    "origin_access": "CloudFront reads the bucket as anyone would; cfstream migrate --to oac mends it",
    "grant": "whoever lets CloudFront read the bucket goes on doing so: this stack grants nothing",
    "trusted_signers": "the legacy form; cfstream migrate --to key-groups replaces it",
}
"""What `import` writes beside fields that can be migrated; when they have been, it is not true any more."""


@dataclass(frozen=True)
class Advice:
    """One migration that a spec should have. `path` is the field that it is about."""

    to: Target
    why: str
    path: "tuple[Step, ...]"


def advice(spec: "Spec") -> tuple[Advice, ...]:
    """Each migration that this spec should have, the first one to do first; none for a spec of today's means.

    What comes along with another one is not named by itself: `oac` brings `bucket-policy`, and `http` brings both.
    """
    if spec.delivery == "rtmp":
        return (Advice(Target.HTTP, RETIRED, ("delivery",)),)
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
    """Whether there is something in the spec that this migration would change."""
    if to is Target.BUCKET_POLICY:
        return spec.grant.via != "bucket-policy"
    return any(each.to == to for each in advice(spec))


def signing_places(spec: "Spec") -> "list[tuple[Step, ...]]":
    """The path of each list of trusted signers that names somebody, the default behavior's first."""
    places: list[tuple[Step, ...]] = [("trusted_signers",)] if spec.trusted_signers else []
    return places + [
        ("http", "behaviors", number, "trusted_signers")
        for number, behavior in enumerate(spec.http.behaviors)
        if behavior.trusted_signers
    ]
