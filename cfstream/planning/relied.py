"""What a plan relies on beside its own resources: the other distributions that read the bucket. Pure."""

from typing import Any

from cfstream.access.partition import leads_to
from cfstream.domain import Distribution
from cfstream.planning.worlds import live_world
from cfstream.stack.proposal import Landscape, Relied
from cfstream.stack.scene import Scene
from cfstream.values import Address, digest, plain


def relied_on_others(scene: Scene, land: Landscape) -> tuple[Relied, ...]:
    """Return what access uses of each other distribution that reads the bucket, by distribution id.

    A saved plan is stale if one of them gets other origins, behaviors or signers, or starts to read the bucket.
    """
    world = live_world(scene, land)
    return tuple(
        Relied(
            Address(each.delivery.kind, scene.name, str(plain(each.id))),
            digest(_used(each)),
            content=_used(each),
        )
        for each in world.distributions
        if each.id != world.own and any(leads_to(world, origin) for origin in each.origins)
    )


def _used(distribution: Distribution) -> Any:
    return {
        "enabled": distribution.enabled,
        "origins": [
            {
                "domain": each.domain_name,
                "path": each.path,
                "oai": plain(each.oai_id),
                "oac": plain(each.oac_id),
            }
            for each in distribution.origins
        ],
        "behaviors": [
            {
                "path": each.path,
                "target": each.target,
                "trusted_signers": list(each.signers.accounts),
                "key_groups": [plain(group) for group in each.signers.key_groups],
            }
            for each in distribution.behaviors
        ],
    }
