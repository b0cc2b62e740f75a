"""What is read beyond what a plan of the specs at hand reads, so that changed specs, and new ones over the same
buckets, can be planned from the recording too.

Of the account: all its lists; of every distribution its config and tags; of what bears a mark of ours, or is used as
an origin access identity, its config. Of the specs' buckets: whatever any spec may want to know. Not to be foreseen,
and so not read: the ACLs of objects where no spec grants on objects, and who holds a cname that no spec has yet.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from cfstream.domain.tags import read_tags
from cfstream.errors import Refused, Unreachable
from cfstream.kinds import origin_access_control, response_headers_policy
from cfstream.kinds.bucket import encryption_key, with_encryption
from cfstream.kinds.distribution import CACHE_POLICIES, certificate
from cfstream.kinds.key_group.observed import GROUP, KEY
from cfstream.ports import Call, Reads
from cfstream.stack.bucket import bucket_call
from cfstream.stack.identities import IDENTITY
from cfstream.stack.scene import Scene
from cfstream.stack.surroundings import Surroundings
from cfstream.steps.records import plain_name

DISTRIBUTIONS = {
    "get_distribution": Call("cloudfront", "list_distributions"),
    "get_streaming_distribution": Call("cloudfront", "list_streaming_distributions"),
}
"""The lists, by how one of their rows is read."""

CONFIGS = {
    "get_cloud_front_origin_access_identity_config": (IDENTITY.listing, ""),
    "get_origin_access_control_config": (origin_access_control.CONTROL.listing, ""),
    "get_key_group_config": (GROUP.listing, "KeyGroup"),
    "get_response_headers_policy_config": (
        response_headers_policy.HEADERS_POLICY.listing,
        "ResponseHeadersPolicy",
    ),
}
"""For what may be ours: how its config is read, the list, and in which member of a row it stands."""

ZONES = Call("route53", "list_hosted_zones")

MARK = '"cfstream:'
"""How a comment begins, in JSON, that says whose something is."""


def survey(reads: Reads, scenes: Sequence[Scene]) -> None:
    """Reads it all. What is refused is as good an answer as any; raises only what `Reads` raises over credentials."""
    rows = {get: _rows(reads, listing) for get, listing in DISTRIBUTIONS.items()}
    found = [(get, row) for get, listed in rows.items() for row in listed]
    reads.together([Call("cloudfront", get, {"Id": row["Id"]}) for get, row in found])
    reads.together([read_tags(row["ARN"]) for _, row in found])
    reads.together(_configs(reads, json.dumps([row for _, row in found], default=str)))
    for listing in (KEY.listing, CACHE_POLICIES):
        _rows(reads, listing)
    certificates = _rows(reads, certificate.LISTING)
    reads.together([certificate.describe(row["CertificateArn"]) for row in certificates])
    _zones(reads, scenes)
    for scene in scenes:
        _bucket(reads, scene)


def _rows(reads: Reads, call: Call) -> Sequence[Any]:
    with suppress(Refused, Unreachable):
        return reads.items(call)
    return ()


def _configs(reads: Reads, distributions: str) -> list[Call]:
    """The calls for the configs of what is marked as some stack's, or stands in one of `distributions`."""
    return [
        Call("cloudfront", get, {"Id": one["Id"]})
        for get, (listing, member) in CONFIGS.items()
        for row in _rows(reads, listing)
        for one in [row[member] if member else row]
        if MARK in json.dumps(row, default=str)
        or (get.endswith("identity_config") and one["Id"] in distributions)
    ]


def _zones(reads: Reads, scenes: Iterable[Scene]) -> None:
    """The records of each public zone that a cname of the specs stands in."""
    names = [f".{name}" for scene in scenes for name in scene.stack.spec.cnames or ()]
    for row in _rows(reads, ZONES):
        if not row["Config"]["PrivateZone"] and any(
            name.endswith(f".{plain_name(row['Name'])}") for name in names
        ):
            zone = row["Id"].removeprefix("/hostedzone/")
            _rows(reads, Call("route53", "list_resource_record_sets", {"HostedZoneId": zone}))


def _bucket(reads: Reads, scene: Scene) -> None:
    around = Surroundings(reads, scene)
    live = with_encryption(reads, scene, around.bucket, around.own)
    if not live.usable:
        return
    reads.together(
        [
            bucket_call(scene, "get_bucket_policy", live.region),
            bucket_call(scene, "get_bucket_acl", live.region),
            bucket_call(scene, "list_objects_v2", live.region, Prefix="", FetchOwner=True),
        ]
    )
    with suppress(Refused, Unreachable):
        reads.read(Call("s3control", "get_public_access_block", {"AccountId": scene.account}, live.region))
    if live.encryption == "aws:kms" and live.key is None:
        encryption_key.read_key(reads, scene, around.own, live.key_id, live.region)
