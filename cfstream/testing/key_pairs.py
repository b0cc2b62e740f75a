"""Key pairs that replace those of a spec, so that a test can sign without the real private keys."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cfstream.sign.keys import PrivateKey, private_key
from cfstream.spec.keys import public_key
from cfstream.spec.stack import Stack
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class KeyPair:
    """A private key in a file, and the CloudFront id of its public half."""

    file: Path
    id: str


@dataclass
class KeyRing:
    """The private keys of one sandbox, by the public key's name in the spec. Each is made when first needed."""

    folder: Path
    _made: dict[str, PrivateKey] = field(default_factory=dict)

    def file(self, name: str) -> Path:
        """Return the file of the private key with this name."""
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> PrivateKey:
        """Return the private key with this name. Account key pairs must be RSA; other types are faster to make."""
        if name not in self._made:
            made: Any = (
                rsa.generate_private_key(65537, 2048)
                if name == "self"
                else ec.generate_private_key(ec.SECP256R1())
            )
            self._add(name, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return self._made[name]

    def _add(self, name: str, pem: bytes) -> None:
        self.file(name).parent.mkdir(parents=True, exist_ok=True)
        self.file(name).touch(0o600)
        self.file(name).write_bytes(pem)
        self._made[name] = private_key(pem, name=name)

    def save(self) -> Mapping[str, bytes]:
        """Return all private keys as PEM, by name, for `restore`."""
        return {name: self.file(name).read_bytes() for name in self._made}

    def restore(self, saved: Mapping[str, bytes]) -> None:
        """Replace all private keys by what `save` returned."""
        self._made.clear()
        for name, pem in saved.items():
            self._add(name, pem)

    def of(self, der_sha256: str | None) -> PrivateKey | None:
        """Return the private key with this public half."""
        return next((key for key in self._made.values() if key.der_sha256 == der_sha256), None)

    def with_own_keys(self, stack: Stack) -> Stack:
        """Return the stack with the public keys of this ring."""
        halves = {
            name: public_key(name, self.key(name).public_pem, name) for name in sorted(stack.public_keys)
        }
        return replace(stack, public_keys=halves)

    def write_key_files(self, text: str, folder: Path) -> None:
        """Make the missing key files of the spec in `text`."""
        for entry in _entries(text):
            file = folder / entry["file"]
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(self.key(entry["name"]).public_pem, encoding="ascii")


def _entries(text: str) -> Iterator[dict[str, Any]]:
    """Yield the public keys in the documents of a spec; nothing if it is not YAML, which loading reports."""
    try:
        waiting: list[Any] = list(YAML(typ="safe", pure=True).load_all(text))
    except YAMLError:
        return
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(each.get("file"), str) and isinstance(each.get("name"), str):
                yield each
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
