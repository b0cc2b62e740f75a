"""Writes the specs of a fleet: each stack has its own bucket, origin access control, public key and key group."""

from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

REGION = "us-east-1"


def bucket(number: int) -> str:
    """Return the bucket of a stack."""
    return f"news-{number:04}-media"


def write(folder: Path, numbers: Iterable[int], *, create: bool = False) -> Path:
    """Write the specs and the public keys of these stacks, with `create` of specs that create their buckets.

    Return the folder.
    """
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    for number in numbers:
        name = f"news-{number:04}"
        public = generate_private_key(SECP256R1()).public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / "keys" / f"{name}.pub.pem").write_bytes(pem)
        (folder / f"{name}.yaml").write_text(
            f"version: 1\nname: {name}\nbucket: {{name: {bucket(number)}, create: {str(create).lower()}}}\noac: {{}}\n"
            f"key_groups:\n  - name: {name}-viewers\n"
            f"    public_keys:\n      - {{name: {name}, file: keys/{name}.pub.pem}}\n"
            "http:\n  cache_policy: CachingOptimized\n"
        )
    return folder
