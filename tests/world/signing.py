"""Key pairs for tests that sign, and checks of signatures with openssl, which shares no code with cfstream."""

import subprocess
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

PASSPHRASE = "open sesame"

AnyKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return the key with this name. It is cached, because creating one takes longer than most tests."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Return the key with this name on P-256. It is cached."""
    return ec.generate_private_key(ec.SECP256R1())


def private_pem(
    key: AnyKey, form: PrivateFormat = PrivateFormat.PKCS8, passphrase: str | None = None
) -> bytes:
    """Return the key as PEM. TraditionalOpenSSL is PKCS#1 for RSA and SEC1 for ECDSA."""
    encryption: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    )
    return key.private_bytes(Encoding.PEM, form, encryption)


def public_pem(key: AnyKey) -> bytes:
    """Return its public half as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def openssl_verifies(folder: Path, key: AnyKey, digest: str, policy: bytes, signature: bytes) -> bool:
    """Return whether ``openssl dgst`` accepts the signature for this policy and key."""
    paths = {"public": public_pem(key), "signature": signature, "policy": policy}
    for name, content in paths.items():
        (folder / name).write_bytes(content)
    command = ["openssl", "dgst", f"-{digest}", "-verify", "public", "-signature", "signature", "policy"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
