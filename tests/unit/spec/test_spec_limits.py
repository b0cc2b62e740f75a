"""Limits that AWS raises on request are notices, and stop nothing."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cfstream.spec.limits import notices
from tests.unit.spec.reading import stack

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "examples/keys").glob("*.pub.pem"))
KEYS = ", ".join(f"{{name: k{n}, file: {file}}}" for n, file in enumerate([*FILES, "k.pem"]))
USES = ", ".join(f"{{use: g{n}}}" for n in range(5))
HOSTS = ", ".join(f"h{n}.example.com" for n in range(101))
PATHS = ", ".join(f"{{path: /{n}}}" for n in range(76))
MADE = ", ".join(
    f"{{name: g{n}, public_keys: [{{name: k, file: keys/lectures-2026-11.pub.pem}}]}}" for n in range(11)
)
ARN = "arn:aws:acm:us-east-1:111122223333:certificate/1-2"
RAISED = "unless it has raised the limit of this account"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (f"key_groups: [{{name: a, public_keys: [{KEYS}]}}]", [f"6 keys in a: AWS allows 5 {RAISED}"]),
        (f"key_groups: [{USES}]", [f"5 key groups of the default behavior: AWS allows 4 {RAISED}"]),
        (
            f"http: {{behaviors: [{{path: /a, key_groups: [{USES}]}}]}}",
            [f"5 key groups of /a: AWS allows 4 {RAISED}"],
        ),
        (
            f"key_groups: [{MADE}]",
            [
                f"11 key groups of the default behavior: AWS allows 4 {RAISED}",
                f"11 key groups of this spec: AWS allows 10 {RAISED}",
            ],
        ),
        (f"cnames: [{HOSTS}]\nhttp: {{certificate: {ARN}}}", [f"101 cnames: AWS allows 100 {RAISED}"]),
        (f"http: {{behaviors: [{PATHS}]}}", [f"76 behaviors: AWS allows 75 {RAISED}"]),
        ("http: {minimum_tls: TLSv1}", ["minimum_tls has no effect without a certificate of your own"]),
        (f"http: {{minimum_tls: TLSv1, certificate: {ARN}}}", []),
        ("", []),
    ],
)
def test_notices(lines: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spec that goes beyond an adjustable limit loads, and a notice says which one."""
    (tmp_path / "keys").symlink_to(ROOT / "examples/keys")
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    (tmp_path / "k.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    monkeypatch.chdir(tmp_path)
    assert [notice.text for notice in notices(stack(lines))] == expected
