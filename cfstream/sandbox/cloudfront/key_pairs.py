"""The CloudFront key pairs of trusted signers: an AWS account has at most two.

AWS makes them in the console of the account's root user, and no API shows more of them than their ids. So the
sandbox makes the ids up, and takes the public halves by a door of its own. What a distribution does with them is
decided elsewhere.
"""

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key


class KeyPairRefused(ValueError):
    """A key pair cannot be registered; the message says why."""


class KeyPairs:
    """The key pairs of all accounts, by account number."""

    def __init__(self) -> None:
        self._halves: dict[str, dict[str, str]] = {}

    def all_of(self, account: str) -> tuple[str, ...]:
        """The ids of the two key pairs of an account, always the same, whether registered or not."""
        digest = hashlib.sha256(account.encode()).hexdigest().upper()
        return f"APKA{digest[:16]}", f"APKA{digest[16:32]}"

    def registered(self, account: str) -> tuple[str, ...]:
        """The ids of those key pairs of an account whose public halves are known."""
        return tuple(self._halves.get(account, ()))

    def public_half(self, account: str, key_pair_id: str) -> str | None:
        """The PEM text of a key pair's public half, None for one that was never registered."""
        return self._halves.get(account, {}).get(key_pair_id)

    def register(self, account: str, pem: str) -> str:
        """The id of the key pair with that public half, which is the account's from now on.

        `KeyPairRefused` for a third one, for what is no account number, and for what is no RSA key of 2048
        bits.
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
            raise KeyPairRefused(f"account {account} has two key pairs already")
        halves[free[0]] = half
        return free[0]


def _judged(pem: str) -> str:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size != 2048:
        raise KeyPairRefused("a key pair's public half is a PEM public key: RSA of 2048 bits")
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
