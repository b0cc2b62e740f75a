"""Read private keys from PEM in every common form, and sign with them without showing them.

CloudFront accepts RSA with 2048 bits and ECDSA on P-256 (CreatePublicKey). Errors never repeat any part of a file. The
causes from `cryptography` are dropped, so tracebacks do not either.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import field
from typing import Literal, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from cfstream.errors import why_unread
from cfstream.sign.refusal import PassphraseNeeded, UnusableKey
from cfstream.startup.frozen import dataclass

Hash: TypeAlias = Literal["SHA1", "SHA256"]
PrivateKeySource: TypeAlias = str | bytes | os.PathLike[str]
"""PEM text, or the path of a PEM file."""

MAX_FILE = 1 << 16
"""The maximum size of a key file in bytes; an encrypted 2048-bit RSA key has about 1,900."""

_HASHES: dict[str, HashAlgorithm] = {"SHA1": SHA1(), "SHA256": SHA256()}  # noqa: S303 (CloudFront's default; SHA-256 came in April 2026)


@dataclass(frozen=True)
class PrivateKey:
    """A key that can sign for CloudFront."""

    sign: Callable[[bytes, HashAlgorithm], bytes] = field(repr=False)
    """Signs a policy: RSA PKCS #1 v1.5, or ECDSA in DER form."""
    public_pem: str = field(repr=False)
    """The public half in the form that CloudFront accepts, with a final newline."""
    der_sha256: str
    """Hexadecimal SHA-256 of the public half, which does not depend on the PEM's spelling."""

    def signing(self, digest: Hash) -> Callable[[bytes], bytes]:
        """Return a function that signs with this hash. Raises UnusableKey if this machine forbids it."""
        if digest not in _HASHES:
            raise UnusableKey(
                f"CloudFront does not support the hash {str(digest)[:20]!r}", "choose SHA1 or SHA256"
            )
        hashing, sign = _HASHES[digest], self.sign
        try:
            sign(b"", hashing)
        except UnsupportedAlgorithm:
            raise UnusableKey(
                f"this machine's cryptography does not sign with {digest}", "choose the hash SHA256"
            ) from None
        return lambda policy: sign(policy, hashing)


def private_key(
    source: PrivateKeySource, passphrase: str | bytes | None = None, *, name: str = ""
) -> PrivateKey:
    """Return the key from PEM text or from a PEM file: PKCS#1, PKCS#8 or SEC1, plain or encrypted.

    A passphrase for an unencrypted key is ignored. `name` is the text's name in messages. Raises PassphraseNeeded or
    UnusableKey.
    """
    pem, known_as = _pem(source)
    name = name or known_as
    key = _loaded(pem, name, passphrase)
    public = key.public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem_text = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    return PrivateKey(_signing(key, name), pem_text, hashlib.sha256(der).hexdigest())


def read_key(path: str) -> bytes:
    """Return the content of a key file. It is read only once, so it may be a pipe. Raises UnusableKey."""
    try:
        with open(path, "rb") as file:
            return file.read(MAX_FILE)
    except (OSError, ValueError) as error:
        gone = isinstance(error, FileNotFoundError)
        do = "write the path of the private key" if gone else "check the path and its permissions"
        raise UnusableKey(f"{path}: {why_unread(error)}", do) from None


def _pem(source: PrivateKeySource) -> tuple[bytes, str]:
    """Return the PEM, and its name in messages."""
    if isinstance(source, bytes):
        return source, "the key"
    if isinstance(source, str) and "-----BEGIN" in source:
        return source.encode("utf-8", "replace"), "the key"
    path = os.fspath(source)
    return read_key(path), path


def _refuse_other_content(pem: bytes, name: str) -> None:
    if b"BEGIN OPENSSH PRIVATE KEY" in pem:
        raise UnusableKey(
            f"{name} is a private key in OpenSSH form",
            f'convert a copy of it: "ssh-keygen -p -m PEM -f {name}"',
        )
    if b"PRIVATE KEY-----" in pem:
        return
    if (
        b"BEGIN PUBLIC KEY" in pem
        or b"BEGIN RSA PUBLIC KEY" in pem
        or pem.startswith((b"ssh-", b"ecdsa-sha2-"))
    ):
        raise UnusableKey(
            f"{name} is a public key, but signing needs the private one",
            "use the file of its private half",
        )
    if b"BEGIN CERTIFICATE" in pem:
        raise UnusableKey(f"{name} is a certificate", "use the file of the private key that signs URLs")
    raise UnusableKey(
        f"{name} has no private key in PEM form", "use a file that starts with -----BEGIN … PRIVATE KEY-----"
    )


def _loaded(pem: bytes, name: str, passphrase: str | bytes | None) -> PrivateKeyTypes:
    _refuse_other_content(pem, name)
    encrypted = b"ENCRYPTED" in pem
    if encrypted and not passphrase:
        raise PassphraseNeeded(f"{name} is encrypted", "give its passphrase")
    secret = passphrase.encode() if isinstance(passphrase, str) else passphrase
    try:
        return load_pem_private_key(pem, secret if encrypted else None)
    except UnsupportedAlgorithm:
        raise UnusableKey(
            f"{name} has a key type or encryption that this machine's cryptography does not support",
            f'convert it: "openssl pkey -in {name} -out NEW.pem -aes256"',
        ) from None
    except (ValueError, TypeError):
        if encrypted:
            raise PassphraseNeeded(f"the passphrase for {name} is wrong", "check the passphrase") from None
        raise UnusableKey(
            f"{name} is damaged: its PEM has no valid key", "restore the file from a backup"
        ) from None


def _signing(key: PrivateKeyTypes, name: str) -> Callable[[bytes, HashAlgorithm], bytes]:
    match key:
        case RSAPrivateKey() if key.key_size == 2048:
            padding = PKCS1v15()
            return lambda policy, hashing: key.sign(policy, padding, hashing)
        case EllipticCurvePrivateKey() if isinstance(key.curve, SECP256R1):
            return lambda policy, hashing: key.sign(policy, ECDSA(hashing))
        case RSAPrivateKey():
            found = f"an RSA key with {key.key_size} bits"
        case EllipticCurvePrivateKey():
            found = f"an ECDSA key on {key.curve.name}"
        case _:
            found = "a key of another type"
    raise UnusableKey(
        f"CloudFront accepts 2048-bit RSA and P-256 ECDSA keys, but {name} is {found}",
        "make one: cfstream keys new NAME",
    )
