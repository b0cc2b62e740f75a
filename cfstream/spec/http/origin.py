"""The fields under ``http`` about the bucket's origin."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from cfstream.spec.fields import fault
from cfstream.spec.section import NEVER_GUESSED, AlsoCalled, Fields
from cfstream.spec.wording import shown, too_long

OriginShieldRegion = Literal[
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "sa-east-1",
    "me-central-1",
    "",
]
"""The regions that have Origin Shield (Developer Guide, "Use Amazon CloudFront Origin Shield")."""


def _origin_path(path: str) -> str:
    if not path:
        return path
    if odd := re.search(r"[^A-Za-z0-9_.~/-]", path):
        what = f"{shown(odd.group())} is not allowed in an origin path: it has only letters, digits, - _ . ~ and /"
        raise fault(what, "move the objects under a prefix without other characters")
    right = f"/{path.strip('/')}".rstrip("/")
    if path != right:
        what = f"{shown(path)} is not an origin path: it must begin with /, and not end with /"
        raise fault(what, f"write {right}" if right else 'write "", or a path like /v2')
    if len(path) > 255:
        raise fault(too_long("the origin path", len(path), 255), "shorten it")
    return path


OriginPath = Annotated[
    str,
    AfterValidator(_origin_path),
    WithJsonSchema({"type": "string", "pattern": r"^(?:|(/[A-Za-z0-9_.~-]+)+)$", "examples": ["/v2"]}),
]


class OriginFields(Fields):
    """How CloudFront requests objects from the bucket."""

    @property
    def prefix(self) -> str:
        """The prefix of all keys that URLs lead to, like ``v2/``; empty if every key has a URL."""
        return f"{self.origin_path[1:]}/" if self.origin_path else ""

    origin_path: OriginPath | None = Field(
        default=None,
        description="CloudFront puts this before the path of each request, so viewers only reach objects under it: "
        'with /v2, a request for /a.mp4 reads the object v2/a.mp4. "": nothing. Absent: not managed.',
    )
    origin_shield: Annotated[OriginShieldRegion | None, AlsoCalled("origin_shield_region"), NEVER_GUESSED] = (
        Field(
            default=None,
            description="Region of Origin Shield, a further cache in front of the bucket, at extra cost. Choose the "
            'region with the lowest latency to the bucket. "": off. Absent: not managed.',
        )
    )
