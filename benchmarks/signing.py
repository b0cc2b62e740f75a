"""Measures signing one URL: the bare signature, cfstream's signer and botocore's, with the same backend.

They sign alternately, so that other load affects all of them equally. The result is the 10th percentile of each.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from statistics import quantiles
from time import perf_counter

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cfstream.sign import Signer

KEY_ID = "K2JCJMDEHXQW5F"
EXPIRES = datetime(2100, 1, 1, tzinfo=UTC)
URLS = [f"https://media.example.com/lectures/2026/{number}/lecture.mp4" for number in range(100)]


def seconds_for_one(rounds: int) -> dict[str, float]:
    """Return the seconds per URL: ``bare``, ``cfstream``, ``botocore``, and ``folder`` for a URL of a signed folder."""
    key = generate_private_key(65537, 2048)
    padding, digest = PKCS1v15(), SHA1()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    ours = Signer(pem, KEY_ID)
    theirs = CloudFrontSigner(KEY_ID, lambda policy: key.sign(policy, padding, digest))
    policy = theirs.build_policy(URLS[0], EXPIRES).encode()
    ways: dict[str, Callable[[str], object]] = {
        "bare": lambda _url: key.sign(policy, padding, digest),
        "cfstream": lambda url: ours.url(url, EXPIRES),
        "botocore": lambda url: theirs.generate_presigned_url(url, date_less_than=EXPIRES),
        "folder": lambda url: ours.for_hls("https://media.example.com/lectures/", EXPIRES).url(url),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for url in URLS:
            for name, way in ways.items():
                began = perf_counter()
                way(url)
                taken[name].append(perf_counter() - began)
    return {name: quantiles(seconds, n=10)[0] for name, seconds in taken.items()}
