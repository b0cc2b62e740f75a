"""Find the outputs of a stack that are known before any step runs. Pure."""

from typing import Any

from cfstream.kinds.bucket_policy.observed import LivePolicy
from cfstream.kinds.dns_record import records_of
from cfstream.stack.proposal import Landscape
from cfstream.stack.scene import Scene
from cfstream.values import Known


def outputs_of(scene: Scene, land: Landscape) -> dict[str, Any]:
    """Return the outputs of the contract that are known. An output that a step will bring is its Ref."""
    if scene.destroying:
        return {}
    distribution = land.brought.get(scene.distribution, {})
    identity = land.brought.get(scene.address("origin-access-identity"), {})
    target = distribution.get("domain_name")
    return {
        "distribution_id": distribution.get("id"),
        "domain_name": target,
        "oai_id": identity.get("id"),
        "s3_canonical_user_id": identity.get("canonical_user"),
        "oac_id": land.get(scene.address("origin-access-control")),
        "key_group_ids": _members(land, "key-group"),
        "public_key_ids": _members(land, "public-key"),
        "dns_records": records_of(scene, land.observed(LivePolicy).own, target),
    }


def _members(land: Landscape, kind: str) -> dict[str, Known]:
    return {
        address.member: brought["id"]
        for address, brought in sorted(land.brought.items())
        if address.kind == kind and "id" in brought
    }
