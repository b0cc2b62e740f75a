"""What is risky about a live distribution, in words for its owner. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cfstream.adoption.account import Account
from cfstream.adoption.viewers import Guard
from cfstream.domain import Delivery, LiveDistribution, document
from cfstream.inventory.entries import users_of_identity
from cfstream.kinds.distribution.config import TLS_FROM_WEAKEST
from cfstream.spec.wording import some_of
from cfstream.stack.distribution_fields import normal_signers

SOUND_TLS = TLS_FROM_WEAKEST.index("TLSv1.2_2018")
"""What is before it lets viewers in with TLS 1.1 or older (RFC 8996)."""

NAMED = 5
"""Distributions that are named in one sentence; an old account may have hundreds that read by one identity."""


@dataclass(frozen=True)
class Risk:
    """One of them: a name for programs, and a sentence."""

    name: str
    text: str


def risks(live: LiveDistribution, account: Account, guards: Sequence[Guard]) -> tuple[Risk, ...]:
    """Every risk that the config and the account show; what the bucket lets in is for the plan to tell."""
    streaming = live.delivery is Delivery.RTMP
    retired = Risk("rtmp", "AWS retired RTMP at the end of 2020, and nothing plays it any more")
    return (
        *((retired,) if streaming else ()),
        *_openness(live, guards),
        *_access(live, account),
        *_idle_signers(live, account, guards),
        *(() if streaming else _tls(live, guards)),
    )


def _openness(live: LiveDistribution, guards: Sequence[Guard]) -> Iterator[Risk]:
    if not live.enabled:
        return
    default, *others = guards
    if not default.viewers:
        yield Risk("public", "anyone may watch without a signature")
        return
    for each in others:
        if not each.viewers:
            yield Risk("public-path", f"anyone may read what matches {each.path} without a signature")


def _access(live: LiveDistribution, account: Account) -> Iterator[Risk]:
    """How it reads the bucket: not at all by name, or by an identity that others read with."""
    oai = identity_of(live)[1]
    if not any(identity_of(live)):
        text = "CloudFront reads the bucket as anyone would: what it serves is public in S3, or dark"
        yield Risk("no-origin-access", text)
    others = [user for user in users_of_identity(oai, account.rows) if user != live.id] if oai else []
    if others:
        yield Risk("shared-oai", f"what lets its OAI {oai} read lets {some_of(others, NAMED)} read as well")


def identity_of(live: LiveDistribution) -> tuple[str, str]:
    """The ids of the OAC and of the OAI that its default origin is read with; empty where there is none."""
    origin = live.default_origin
    return (str(origin.oac_id), str(origin.oai_id)) if origin else ("", "")


def _idle_signers(live: LiveDistribution, account: Account, guards: Sequence[Guard]) -> Iterator[Risk]:
    """Signers without a key in force; while a change is under way nothing is known of them."""
    if live.status != "Deployed":
        return
    active = {
        signer
        for name, keys in live.active_signers.items()
        if keys
        for signer in normal_signers([name], account.number)
    }
    for signer in sorted({one for guard in guards for one in guard.viewers.accounts}):
        if signer not in active:
            yield Risk(
                "idle-signer", f"the trusted signer {signer} has no active key pair, and can sign nothing"
            )
    for group in sorted({str(one) for guard in guards for one in guard.viewers.key_groups}):
        if not live.active_key_groups.get(group):
            name = account.groups.get(group, group)
            yield Risk("idle-signer", f"the key group {name} has no active key, and can sign nothing")


def _tls(live: LiveDistribution, guards: Sequence[Guard]) -> Iterator[Risk]:
    minimum = document.own_certificate(live.config).get("MinimumProtocolVersion", "")
    if minimum in TLS_FROM_WEAKEST[:SOUND_TLS]:
        yield Risk("weak-tls", f"viewers may connect by {minimum}, which lets TLS 1.1 or older in")
    plain = [
        guard.path or "everything else"
        for guard in guards
        if guard.viewers and guard.viewer_protocol == "allow-all"
    ]
    if plain:
        yield Risk("plain-http", f"signed URLs may travel over plain http: {', '.join(plain)}")
