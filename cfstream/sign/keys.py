"""Private keys: read from PEM in each form that tools write, and used without ever being shown.

CloudFront takes RSA of 2048 bits and ECDSA on P-256 (CreatePublicKey). No error here repeats anything of a file, and
the causes that `cryptography` gives are not kept, so that no traceback does either.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from cfstream.sign.refusal import PassphraseNeeded, UnusableKey

Hash: TypeAlias = Literal["SHA1", "SHA256"]
PrivateKeySource: TypeAlias = str | bytes | os.PathLike[str]
"""PEM text, or the path of a file with it."""

MAX_FILE = 1 << 16
"""Bytes of a key file; an encrypted RSA key of 2048 bits has about 1,900."""

_HASHES: dict[str, HashAlgorithm] = {"SHA1": SHA1(), "SHA256": SHA256()}  # noqa: S303 (CloudFront's default; SHA-256 came in April 2026)


@dataclass(frozen=True)
class PrivateKey:
    """A key that can sign for CloudFront."""

    sign: Callable[[bytes, HashAlgorithm], bytes] = field(repr=False)
    """The signature over a policy: RSA PKCS #1 v1.5, or ECDSA in DER form."""
    public_pem: str = field(repr=False)
    """The public half as CloudFront takes it, ending in a newline."""
    der_sha256: str
    """Hexadecimal SHA-256 of the public half: the same for every spelling of its PEM."""

    def signing(self, digest: Hash) -> Callable[[bytes], bytes]:
        """What signs with this hash. Raises UnusableKey where this machine forbids it, as some do SHA-1."""
        if digest not in _HASHES:
            raise UnusableKey(
                f"{str(digest)[:20]!r} is no hash that CloudFront takes", "choose SHA1 or SHA256"
            )
        hashing, sign = _HASHES[digest], self.sign
        try:
            sign(b"", hashing)
        except UnsupportedAlgorithm:
            raise UnusableKey(
                f"this machine's cryptography makes no signatures with {digest}", "choose the hash SHA256"
            ) from None
        return lambda policy: sign(policy, hashing)


def private_key(
    source: PrivateKeySource, passphrase: str | bytes | None = None, *, name: str = ""
) -> PrivateKey:
    """The key in PEM text or in a file of it: PKCS#1, PKCS#8 or SEC1, plain or encrypted.

    A passphrase for a key that has none is not used; `name` is what to call the text in a sentence. Raises
    PassphraseNeeded, or UnusableKey.
    """
    pem, known_as = _pem(source)
    name = name or known_as
    key = _loaded(pem, name, passphrase)
    public = key.public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem_text = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    return PrivateKey(_signing(key, name), pem_text, hashlib.sha256(der).hexdigest())


def read_key(path: str) -> bytes:
    """What is in a key file. Read once, so that it may be a pipe. Raises UnusableKey."""
    try:
        with open(path, "rb") as file:
            return file.read(MAX_FILE)
    except FileNotFoundError:
        raise UnusableKey(f"there is no file {path}", "name the file of the private key") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "this is no name of a file"
        raise UnusableKey(f"{path} cannot be read: {why}", "check the name, and who may read it") from None


def _pem(source: PrivateKeySource) -> tuple[bytes, str]:
    """The PEM, and what to call it in a sentence."""
    if isinstance(source, bytes):
        return source, "the key"
    if isinstance(source, str) and "-----BEGIN" in source:
        return source.encode("utf-8", "replace"), "the key"
    path = os.fspath(source)
    return read_key(path), path


def _refuse_other_content(pem: bytes, name: str) -> None:
    if b"BEGIN OPENSSH PRIVATE KEY" in pem:
        raise UnusableKey(
            f"{name} holds a private key in the form of OpenSSH",
            f'rewrite a copy of it: "ssh-keygen -p -m PEM -f {name}"',
        )
    if b"PRIVATE KEY-----" in pem:
        return
    if (
        b"BEGIN PUBLIC KEY" in pem
        or b"BEGIN RSA PUBLIC KEY" in pem
        or pem.startswith((b"ssh-", b"ecdsa-sha2-"))
    ):
        raise UnusableKey(
            f"{name} holds a public key, and a signature is made with the private one",
            "name the file of its private half",
        )
    if b"BEGIN CERTIFICATE" in pem:
        raise UnusableKey(f"{name} holds a certificate", "name the file of the private key that signs URLs")
    raise UnusableKey(
        f"{name} holds no private key in PEM form", "name a file that begins -----BEGIN … PRIVATE KEY-----"
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
            f"{name} is of a kind, or encrypted in a way, that this machine's cryptography does not know",
            f'rewrite it: "openssl pkey -in {name} -out NEW.pem -aes256"',
        ) from None
    except (ValueError, TypeError):
        if encrypted:
            raise PassphraseNeeded(f"the passphrase does not open {name}", "check the passphrase") from None
        raise UnusableKey(
            f"{name} is damaged: the PEM in it holds no key", "restore it from where it was made"
        ) from None


def _signing(key: PrivateKeyTypes, name: str) -> Callable[[bytes, HashAlgorithm], bytes]:
    match key:
        case RSAPrivateKey() if key.key_size == 2048:
            padding = PKCS1v15()
            return lambda policy, hashing: key.sign(policy, padding, hashing)
        case EllipticCurvePrivateKey() if isinstance(key.curve, SECP256R1):
            return lambda policy, hashing: key.sign(policy, ECDSA(hashing))
        case RSAPrivateKey():
            found = f"an RSA key of {key.key_size} bits"
        case EllipticCurvePrivateKey():
            found = f"an ECDSA key on {key.curve.name}"
        case _:
            found = "a key of another kind"
    raise UnusableKey(
        f"CloudFront takes RSA keys of 2048 bits and ECDSA keys on P-256; {name} holds {found}",
        "make one: cfstream keys new NAME",
    )
