"""Measures signing: the bare signature, cfstream's signer and botocore's, with the same backend.

They sign alternately, so that other load affects all of them equally.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from time import perf_counter, time

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cfstream.sign import Caching, Signer

KEY_ID = "K2JCJMDEHXQW5F"
EXPIRES = datetime(2100, 1, 1, tzinfo=UTC)
FOLDER = "https://media.example.com/lectures/"
URLS = [f"{FOLDER}2026/{number}/lecture.mp4" for number in range(100)]
VIEWERS = 10_000
SHARE = 100
"""Ways without a cache sign for one viewer in so many, and their seconds are multiplied."""
MINUTE = timedelta(minutes=1)


class Signers:
    """A key, and the ways to sign with it."""

    def __init__(self, kind: str) -> None:
        self.key = generate_private_key(65537, 2048) if kind == "RSA" else generate_ec_key(SECP256R1())
        self.pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.botocore = CloudFrontSigner(KEY_ID, self.bare)
        self.policy = self.botocore.build_policy(URLS[0], EXPIRES).encode()

    def bare(self, policy: bytes) -> bytes:
        """Return the signature of a policy, made by nothing but cryptography."""
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(policy, PKCS1v15(), SHA1())
        return self.key.sign(policy, ECDSA(SHA1()))

    def cfstream(self, caching: Caching | None, now: Callable[[], float] = time) -> Signer:
        """Return a signer of cfstream with this key."""
        return Signer(self.pem, KEY_ID, caching=caching, now=now)


def seconds_for_one(kind: str, rounds: int) -> dict[str, float]:
    """Return the 10th percentile of the seconds per URL.

    ``cfstream`` signs without its cache. ``folder`` is a URL of a signed folder, ``cached`` one that was signed before.
    """
    signers = Signers(kind)
    signing, caching = signers.cfstream(None), signers.cfstream(Caching(MINUTE))
    ways: dict[str, Callable[[str], object]] = {
        "bare": lambda _url: signers.bare(signers.policy),
        "cfstream": lambda url: signing.url(url, EXPIRES),
        "botocore": lambda url: signers.botocore.generate_presigned_url(url, date_less_than=EXPIRES),
        "folder": lambda url: caching.for_hls(FOLDER, EXPIRES).url(url),
        "cached": lambda _url: caching.url(URLS[0], EXPIRES),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for url in URLS:
            for name, way in ways.items():
                began = perf_counter()
                way(url)
                taken[name].append(perf_counter() - began)
    return {name: quantiles(seconds, n=10)[0] for name, seconds in taken.items()}


def seconds_for_a_minute(kind: str, rounds: int) -> dict[str, float]:
    """Return the seconds to sign a folder for all viewers who come within a minute.

    ``cfstream`` uses its cache. ``botocore`` signs a policy for each viewer. ``bare`` is only these signatures.
    """
    signers, clock = Signers(kind), [0.0]

    def cached() -> None:
        signer = signers.cfstream(Caching(MINUTE), now=lambda: clock[0])
        for viewer in range(VIEWERS):
            clock[0] = 1_900_000_020 + viewer * 60 / VIEWERS
            signer.for_hls(FOLDER, timedelta(hours=1))

    def uncached() -> None:
        for viewer in range(VIEWERS // SHARE):
            until = datetime.fromtimestamp(1_900_000_020 + viewer, UTC) + timedelta(hours=1)
            policy = signers.botocore.build_policy(f"{FOLDER}*", until)
            signers.botocore.generate_presigned_url(URLS[0], policy=policy)

    def bare() -> None:
        for _ in range(VIEWERS // SHARE):
            signers.bare(signers.policy)

    ways: dict[str, tuple[Callable[[], None], int]] = {
        "cfstream": (cached, 1),
        "botocore": (uncached, SHARE),
        "bare": (bare, SHARE),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (way, times) in ways.items():
            began = perf_counter()
            way()
            taken[name].append((perf_counter() - began) * times)
    return {name: median(seconds) for name, seconds in taken.items()}
