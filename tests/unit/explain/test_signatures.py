"""Which keys a signature can be checked with."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cfstream.explain.guards import Guards
from cfstream.explain.judging import explain
from cfstream.sign import Signer
from cfstream.sign.keys import Hash
from tests.unit.explain.signed import HOUR, LECTURES, NOW, URL, guards, signer
from tests.world.signing import ec_key, private_pem, public_pem


def with_key(id_: str, pem: bytes) -> Guards:
    """Return the distribution with this key instead of its own."""
    *others, own = guards().behaviors
    key = replace(own.keys[0], id=id_, pem=pem.decode())
    return replace(guards(), behaviors=(*others, replace(own, keys=(key,))))


def test_signatures_of_ecdsa_keys_are_checked() -> None:
    """With either hash, as those of RSA keys."""
    trusting = with_key("K5EC", public_pem(ec_key("one")))
    cases: tuple[tuple[str, Hash, bool], ...] = (
        ("one", "SHA1", True),
        ("one", "SHA256", True),
        ("two", "SHA1", False),
    )
    for name, digest, accepted in cases:
        of_ec = Signer(private_pem(ec_key(name)), "K5EC", hash=digest, now=lambda: float(NOW))
        explanation = explain(of_ec.url(URL, HOUR), now=NOW, guards=trusting)
        assert (explanation.signature, explanation.accepted) == (accepted, accepted)


@pytest.mark.parametrize(
    "pem",
    [
        b"not a key",
        Ed25519PrivateKey.from_private_bytes(b"k" * 32)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ],
)
def test_a_key_that_cannot_be_used_decides_nothing(pem: bytes) -> None:
    """The signature was not checked, so the URL is neither accepted nor refused."""
    explanation = explain(signer().url(URL, HOUR), now=NOW, guards=with_key(LECTURES, pem))
    assert (explanation.signature, explanation.accepted, explanation.reasons) == (None, None, ())
