"""Lists what a deletion by id leaves behind: resources that it referred to, and grants."""

from collections.abc import Iterator

from cfstream.domain import LiveDistribution, bucket_of
from cfstream.inventory.lookup import Found
from cfstream.stack.identities import IDENTITY
from cfstream.values import Known


def remains(found: Found) -> str:
    """Return a sentence that lists what still exists after `found` is deleted. Pure."""
    if found.kind == IDENTITY.kind:
        return "its grants in bucket policies and on objects stay, without effect"
    named = ", ".join(dict.fromkeys(_named(found.distribution)))
    return f"these still exist: {named}"


def _named(live: LiveDistribution) -> Iterator[str]:
    for origin in live.origins:
        yield from _if_any("origin access control", origin.oac_id)
        yield from _if_any("origin access identity", origin.oai_id)
    for behavior in (live.default, *live.named):
        for group in behavior.signers.key_groups:
            yield f"key group {group}"
        yield from _if_any("response headers policy", behavior.response_headers_policy)
    for origin in live.origins:
        yield from _if_any("grants in bucket", bucket_of(origin.domain_name))
    for alias in live.aliases:
        yield f"DNS records of {alias}"


def _if_any(kind: str, name: Known | None) -> Iterator[str]:
    if name:
        yield f"{kind} {name}"
