"""The keys whose signatures a behavior accepts at the edge, as PEM by key id."""

from collections.abc import Iterable, Mapping
from typing import Any

from cfstream.sandbox.cloudfront.state import CloudFrontState
from cfstream.sandbox.edge.hosts import EdgeSite

Json = dict[str, Any]


def of_behavior(state: CloudFrontState, site: EdgeSite, behavior: Json) -> Mapping[str, str] | None:
    """Return the keys of the active groups and signers of a cache behavior; None if no signature is needed."""
    groups, signers = behavior["TrustedKeyGroups"], behavior["TrustedSigners"]
    if not groups["Quantity"] and not signers["Quantity"]:
        return None
    at_edge = site.at_edge
    ids = [key for group in groups.get("Items", ()) for key in at_edge.key_groups.get(group, ())]
    found = {key: at_edge.keys[key] for key in ids if key in at_edge.keys}
    return {**found, **_of_signers(state, site, signers.get("Items", ()))}


def of_streaming(state: CloudFrontState, site: EdgeSite) -> Mapping[str, str] | None:
    """Return the keys of the active signers of a streaming distribution; None if no signature is needed."""
    signers = site.config["TrustedSigners"]
    return _of_signers(state, site, signers.get("Items", ())) if signers["Quantity"] else None


def _of_signers(state: CloudFrontState, site: EdgeSite, signers: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for signer in signers:
        account = state.account if signer == "self" else signer
        for key_pair in site.at_edge.signers.get(signer, ()):
            half = state.key_pairs.public_half(account, key_pair)
            if half:
                found[key_pair] = half
    return found
