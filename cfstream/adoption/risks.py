"""Find the risks of a live distribution, as sentences for its owner. Pure."""

from collections.abc import Iterator, Sequence

from cfstream.adoption.account import Account
from cfstream.adoption.viewers import SignedBehavior
from cfstream.domain import Delivery, LiveDistribution, document
from cfstream.domain.distribution import account_words
from cfstream.domain.tls import TLS_FROM_WEAKEST
from cfstream.spec.wording import some_of
from cfstream.stack.distribution_fields import normal_signers
from cfstream.stack.identities import users_of_identity
from cfstream.startup.frozen import dataclass

SOUND_TLS = TLS_FROM_WEAKEST.index("TLSv1.2_2018")
"""Security policies before this one accept TLS 1.1 or older (RFC 8996)."""

NAMED = 5
"""How many distributions one sentence lists. An old account may have hundreds that share an identity."""


@dataclass(frozen=True)
class Risk:
    """A risk: a name for programs, and a sentence."""

    name: str
    text: str


def risks(live: LiveDistribution, account: Account, guards: Sequence[SignedBehavior]) -> tuple[Risk, ...]:
    """Return the risks in the configuration and the account. The plan shows those of the bucket."""
    streaming = live.delivery is Delivery.RTMP
    retired = Risk("rtmp", "AWS retired RTMP at the end of 2020: nothing plays it any more")
    return (
        *((retired,) if streaming else ()),
        *_openness(live, guards),
        *_access(live, account),
        *_idle_signers(live, account, guards),
        *(() if streaming else _tls(live, guards)),
    )


def _openness(live: LiveDistribution, guards: Sequence[SignedBehavior]) -> Iterator[Risk]:
    if not live.enabled:
        return
    default, *others = guards
    if not default.viewers:
        yield Risk("public", "anyone can read without a signature")
        return
    for each in others:
        if not each.viewers:
            yield Risk("public-path", f"anyone can read {each.path} without a signature")


def _access(live: LiveDistribution, account: Account) -> Iterator[Risk]:
    """Yield the risks of how it reads the bucket: anonymously, or with an identity that others use too."""
    oai = identity_of(live)[1]
    if not any(identity_of(live)):
        text = "CloudFront reads the bucket anonymously: it can only serve objects that are public in S3"
        yield Risk("no-origin-access", text)
    others = [user for user in users_of_identity(oai, account.rows) if user != live.id] if oai else []
    if others:
        yield Risk("shared-oai", f"grants to its OAI {oai} also let {some_of(others, NAMED)} read")


def identity_of(live: LiveDistribution) -> tuple[str, str]:
    """Return the ids of its default origin's OAC and OAI; empty if there is none."""
    origin = live.default_origin
    return (str(origin.oac_id), str(origin.oai_id)) if origin else ("", "")


def _idle_signers(
    live: LiveDistribution, account: Account, guards: Sequence[SignedBehavior]
) -> Iterator[Risk]:
    """Yield signers without an active key. While a change is in progress, nothing is known about them."""
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
            who = account_words(signer)
            yield Risk("idle-signer", f"{who} has no active key pair, so this trusted signer cannot sign")
    for group in sorted({str(one) for guard in guards for one in guard.viewers.key_groups}):
        if not live.active_key_groups.get(group):
            name = account.name(group) or group
            yield Risk("idle-signer", f"the key group {name} has no active key, so it cannot sign")


def _tls(live: LiveDistribution, guards: Sequence[SignedBehavior]) -> Iterator[Risk]:
    minimum = document.own_certificate(live.config).get("MinimumProtocolVersion", "")
    if minimum in TLS_FROM_WEAKEST[:SOUND_TLS]:
        yield Risk("weak-tls", f"viewers may connect with {minimum}, which allows TLS 1.1 or older")
    plain = [
        guard.path or "default behavior"
        for guard in guards
        if guard.viewers and guard.viewer_protocol == "allow-all"
    ]
    if plain:
        yield Risk("plain-http", f"signed URLs may be sent over plain http: {', '.join(plain)}")
