"""A stack whose URLs are signed, in a sandbox: its spec, its keys, and its account."""

from dataclasses import dataclass
from pathlib import Path

from tests.world.signing import PASSPHRASE, private_pem, public_pem, rsa_key

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
    """Write the spec, its keys, and a key that no group trusts (``foreign``)."""
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
