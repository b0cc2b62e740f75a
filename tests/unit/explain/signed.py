"""A signer, and a distribution that trusts its key."""

from datetime import timedelta
from functools import cache

from cfstream.explain.guards import GuardedBehavior, Guards, TrustedKey
from cfstream.sign import Signer
from cfstream.sign.keys import Hash
from cfstream.spec.keys import der_digest
from tests.world.signing import private_pem, public_pem, rsa_key

NOW = 1_900_000_000
HOUR = timedelta(hours=1)
URL = "https://media.example.com/hls/master.m3u8"
LECTURES, CLIPS, FRESH, FOREIGN = "K1LECTURES", "K2CLIPS", "K3FRESH", "K4FOREIGN"


@cache
def signer(key_id: str = LECTURES, digest: Hash = "SHA1", name: str = "") -> Signer:
    """Return a signer with the key of this id."""
    return Signer(private_pem(rsa_key(name or key_id)), key_id, hash=digest, now=lambda: float(NOW))


def trusted(key_id: str, group: str, *, active: bool = True) -> TrustedKey:
    """Return a key as AWS lists it."""
    pem = public_pem(rsa_key(key_id)).decode() + "\n"
    return TrustedKey(key_id, key_id[2:].lower(), group, pem, der_digest(pem), active)


@cache
def guards() -> Guards:
    """Return a distribution with a public behavior, one of another group, and its own."""
    own = (trusted(LECTURES, "lectures"), trusted(FRESH, "lectures", active=False))
    return Guards(
        id="E1UGDLB9XZBD79",
        domain_name="d111111abcdef8.cloudfront.net",
        aliases=("media.example.com", "*.video.example.com"),
        behaviors=(
            GuardedBehavior("/posters/*"),
            GuardedBehavior(
                "clips/*", groups=("clips",), keys=(trusted(CLIPS, "clips"),), viewer_protocol="https-only"
            ),
            GuardedBehavior("", groups=("lectures",), keys=own, viewer_protocol="redirect-to-https"),
        ),
        ipv6=True,
    )
