"""A stack that is signed for, in a sandbox: its spec, its keys, and the account that it was applied to."""

from dataclasses import dataclass
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

SPEC = """\
version: 1
name: lectures
bucket: {name: lectures-media, create: true}
key_groups:
  - name: lectures-signers          # who signs
    public_keys:
      - {name: lectures-1, file: keys/lectures-1.pub.pem}
sign: {max_validity: 24h}
http:
  ipv6: true
  behaviors:
    - {path: "/posters/*", public: true}
    - path: "/clips/*"
      key_groups:
        - name: clips-signers
          public_keys: [{name: clips-1, file: keys/clips-1.pub.pem}]
"""


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """A key of this name, made once: making one takes longer than most tests."""
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


AnyKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def private_pem(
    key: AnyKey, form: PrivateFormat = PrivateFormat.PKCS8, passphrase: str | None = None
) -> bytes:
    encryption: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    )
    return key.private_bytes(Encoding.PEM, form, encryption)


def public_pem(key: AnyKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class Folder:
    """A folder with a spec and its keys."""

    path: Path

    @property
    def spec(self) -> str:
        return str(self.path / "lectures.yaml")

    def key(self, name: str) -> str:
        return str(self.path / "keys" / f"{name}.pem")


def folder(path: Path, spec: str = SPEC) -> Folder:
    """Writes the spec, its keys, and a key that nobody trusts (``foreign``)."""
    (path / "keys").mkdir(exist_ok=True)
    for name in ("lectures-1", "clips-1", "foreign"):
        private = path / "keys" / f"{name}.pem"
        private.touch(0o600)
        private.write_bytes(private_pem(rsa_key(name)))
        (path / "keys" / f"{name}.pub.pem").write_bytes(public_pem(rsa_key(name)))
    locked = path / "keys" / "locked.pem"
    locked.touch(0o600)
    locked.write_bytes(private_pem(rsa_key("lectures-1"), passphrase=PASSPHRASE))
    (path / "lectures.yaml").write_text(spec)
    return Folder(path)
