"""The CloudFront key pairs of trusted signers. An AWS account has at most two.

AWS creates them in the console of the account's root user, and its API only shows their ids. So the sandbox makes up
the ids, and registers the public halves through its own API.
"""

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key


class KeyPairRefused(ValueError):
    """A key pair cannot be registered; the message is the reason."""


class KeyPairs:
    """The key pairs of all accounts, by account number."""

    def __init__(self) -> None:
        self._halves: dict[str, dict[str, str]] = {}

    def all_of(self, account: str) -> tuple[str, ...]:
        """Return the ids of an account's two key pairs. They are always the same, registered or not."""
        digest = hashlib.sha256(account.encode()).hexdigest().upper()
        return f"APKA{digest[:16]}", f"APKA{digest[16:32]}"

    def registered(self, account: str) -> tuple[str, ...]:
        """Return the ids of those key pairs of an account that have a public half."""
        return tuple(self._halves.get(account, ()))

    def public_half(self, account: str, key_pair_id: str) -> str | None:
        """Return the PEM text of a key pair's public half; None if it was never registered."""
        return self._halves.get(account, {}).get(key_pair_id)

    def register(self, account: str, pem: str) -> str:
        """Register this public half for an account, and return the id of its key pair.

        Raises KeyPairRefused for a third one, an invalid account number, and anything but a 2048-bit RSA key.
        """
        if not (account.isdecimal() and len(account) == 12):
            raise KeyPairRefused(f"an account number has 12 digits: {account}")
        half = _judged(pem)
        halves = self._halves.setdefault(account, {})
        for known_id, known in halves.items():
            if known == half:
                return known_id
        free = [key_pair_id for key_pair_id in self.all_of(account) if key_pair_id not in halves]
        if not free:
            raise KeyPairRefused(f"account {account} already has two key pairs")
        halves[free[0]] = half
        return free[0]


def _judged(pem: str) -> str:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size != 2048:
        raise KeyPairRefused("the public half of a key pair must be a PEM public key: RSA with 2048 bits")
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
